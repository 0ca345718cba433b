"""The world of the access tests: two distributors with something of every kind, marked with a canary, and people of every
role, those of scope on either side.
"""

from datetime import date
from decimal import Decimal

import pytest
from strangers import WORLDS

from gongying.areas.imports import actions as imports
from gongying.areas.imports.models import Batch
from gongying.areas.rewards import actions as rewards
from gongying.areas.rewards.models import Dispute, Statement
from gongying.areas.targets import actions as targets
from gongying.areas.tiers import actions as tiers
from gongying.books.lake import post as lake
from gongying.books.places import post as places
from gongying.books.plans import post as plans
from gongying.books.prices import post as prices
from gongying.books.stock import post as stock
from gongying.books.trade import post as trade_post
from gongying.books.trade import read as trade
from gongying.core.actor import SYSTEM, Actor
from gongying.core.doors import HQ, action
from gongying.core.doors.registry import ACTIONS
from gongying.core.files import shelf
from gongying.core.journal import book
from gongying.core.notices import bell
from gongying.core.people.access import actor_for, sync_roles
from gongying.core.people.models import User, UserScope
from gongying.core.policies import actions as policies
from gongying.core.ui import actions as ui

NARROW = ("owner", "clerk", "regional")  # roles with somebody on either side
SIDES = {"D1": "HD", "D2": "HN"}
DIRECTOR = Actor("director", role="director", may=frozenset({"*"}), parties=None)
FINANCE = Actor("finance", role="finance", may=frozenset({"*"}), parties=None)
SALES = """document,line number,date,distributor,product,quantity,amount
CNRY-{code}-OUT,1,2026-06-11,{code},P1,1,11
CNRY-{code}-BAD,1,2026-06-11,{code},CNRY-{code}-NOSUCH,1,11
"""


@action(needs="tests.possessions", roles=("admin",), name="tests.possessions", exposed=False)
def _possessions(actor: Actor, *, code: str, party_id: int, product_id: int) -> None:
    """What a distributor has beside sales: declared stock, sell-out, a price, a target, a territory."""
    stock.counts(
        actor, [stock.CountIn(party_id, product_id, date(2026, 6, 30), 5, f"CNRY-{code}-LOT")], source="test"
    )
    out = trade_post.LineIn(
        "sell_out", date(2026, 6, 12), party_id, product_id, 1, "CNY", 900, 0, f"CNRY-{code}-OUT2"
    )
    trade_post.lines(actor, [out], source="test")
    price = prices.PriceIn(f"CNRY-{code}-PL", "dealer", product_id, "CNY", Decimal("7.5"), scope_kind="party", scope_key=code)  # fmt: skip
    prices.prices(actor, [price], source="test")
    plans.targets(actor, [plans.TargetIn("2026-06", party_id, seller="", amount_minor=100_00)], source="test")
    places.territories(actor, [places.TerritoryIn(party_id, SIDES[code], f"CNRY-{code}-CH"[:20])])


ACTIONS.pop("tests.possessions", None)


def levels():
    """A tier programme with an approved review of both distributors, and one that waits."""
    need = [{"metric": "sell_in", "at_least": "1000"}]
    document = {"levels": [{"code": "bronze", "name": "铜牌", "needs": need}]}
    version = policies.draft(
        SYSTEM,
        kind="tiers.programme",
        key="tiers",
        title="等级",
        document=document,
        effective_from=date(2026, 1, 1),
    )
    tiers.simulate(SYSTEM, version_id=version, period="2026", as_of=date(2026, 11, 1))
    policies.publish(SYSTEM, version_id=version)
    made = tiers.review(SYSTEM, programme="tiers", period="2026", as_of=date(2026, 11, 1))
    tiers.approve(DIRECTOR, review_id=made.review_id)
    return made.review_id


def person(world, role, code=""):
    """A user of a role, on a side or of head office."""
    user = User.objects.create_user(
        f"{role}{code}", None, name=f"CNRY-{code} {role}" if code else role, role=role,
        party_id=world.ids[code] if role in ("owner", "clerk") else None,
    )  # fmt: skip
    kind = "region" if role == "regional" else "party" if code else "all"
    key = {"region": SIDES.get(code, ""), "party": str(world.ids.get(code, "")), "all": ""}[kind]
    UserScope.objects.create(user=user, kind=kind, key=key)
    world.people[role, code] = user
    return user


def one_side(world, code):
    """What the people of one distributor have done, and what head office told them."""
    _first(world, code)
    for each in WORLDS:
        world.own[code] |= each.side(world, code)


def _first(world, code):
    owner = actor_for(world.people["owner", code])
    statement = Statement.objects.unscoped("test").get(party_id=world.ids[code], run_id=world.made["run"]).pk
    dispute = rewards.dispute(owner, statement_id=statement, reason=f"CNRY-{code} reason")
    rewards.rule(FINANCE, dispute_id=dispute, verdict="rejected", answer=f"CNRY-{code} answer")
    file = shelf.store(owner, name=f"CNRY-{code}.csv", chunks=[SALES.format(code=code).encode()], purpose="import")
    batch = imports.receive(owner, kind="sell_out", file_id=file.pk, background=False)
    imports.work_off(owner, batch)
    imports.receive(owner, kind="sell_out", file_id=file.pk)  # waits as background work
    draft = imports.receive(owner, kind="sell_out", file_id=file.pk, draft=True)
    view = ui.save_view(owner, table="statements", name=f"CNRY-{code} view", query="q=x")
    targets.adjust(
        SYSTEM, plan_id=world.made["plan_id"], party_id=world.ids[code], category="COOK", amount_minor=500_00,
        reason=f"CNRY-{code} because",
    )  # fmt: skip
    lines = trade.lines(SYSTEM, level="sell_in", start=date.min, end=date.max, party_id=world.ids[code])
    world.own[code] = {
        "party_id": world.ids[code],
        "statement_id": statement,
        "dispute_id": dispute,
        "line_id": lines.order_by("id").values_list("pk", flat=True)[0],
        "batch_id": batch,
        "draft_id": draft,
        "file_id": file.pk,
        "view_id": view,
        "user_id": world.people["clerk", code].pk,
    }


@pytest.fixture
def world(network, programme, settings, tmp_path, monkeypatch):
    """Two distributors with something of every kind; one person of every role, those of scope on either side."""
    settings.DATA_DIR = tmp_path
    monkeypatch.setattr(lake, "uncommitted", lambda: False)  # one snapshot between two facts, as in a running house
    sync_roles()
    network.people, network.own, network.made = {}, {}, {"version_id": programme(period="year")}
    for role in (*HQ, "owner", "clerk"):
        for code in SIDES if role in NARROW else ("",):
            person(network, role, code)
    network.sell(network.line(yuan=9000, doc="CNRY-D1-S"), network.line("D2", 9000, doc="CNRY-D2-S"))
    done = rewards.settle(SYSTEM, programme="annual", period="2026")
    rewards.approve(FINANCE, run_id=done.run_id)
    network.made["run_id"] = network.made["run"] = done.run_id
    june = {"on": date(2026, 6, 10)}  # a complete month, from which a plan can be drawn
    network.sell(
        network.line(yuan=1000, doc="CNRY-D1-T", **june), network.line("D2", 3000, doc="CNRY-D2-T", **june)
    )
    for code in SIDES:
        _possessions(SYSTEM, code=code, party_id=network.ids[code], product_id=network.skus["P1"])
    network.made["review_id"] = levels()
    network.made["plan_id"] = targets.draft(SYSTEM, year="2027", growth=Decimal(0))
    for code in SIDES:
        one_side(network, code)
    rewards.settle(SYSTEM, programme="annual", period="2026")  # a run that waits: portals must not see it
    waiting = Statement.objects.unscoped("test").filter(run__state="pending")
    network.waiting = {row.party_id: row.pk for row in waiting}
    director = network.people["director", ""]
    ui.save_view(actor_for(director), table="statements", name="CNRY-D1 CNRY-D2", query="q=CNRY-D1", shared=True)
    while book.seal() + book.deliver():
        pass  # what was told tells more: nothing of it may arrive later and look like a stranger's doing
    for code in SIDES:  # on the first page of everybody's messages, whatever else was told
        bell.tell(
            party_id=network.ids[code],
            title=f"CNRY-{code} 消息",
            title_en=f"CNRY-{code} message",
            body=f"CNRY-{code}",
        )
    assert Dispute.objects.unscoped("test").count() == 2
    assert Batch.objects.filter(failed=1, created=1).count() == 2
    return network
