"""C070: a limit bound to turnover by a function that was announced before the period, and applied after notice."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from desk import FINANCE, bill, limit, ordered
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from gongying.areas.credit import actions, queries
from gongying.areas.credit.models import Held, Revision
from gongying.areas.credit.queries import turning
from gongying.areas.credit.rules import LimitTurnover, lint_turnover
from gongying.books.stock import post as stock
from gongying.core import calendar
from gongying.core.actor import SYSTEM, Actor
from gongying.core.doors import joined
from gongying.core.journal.models import Entry
from gongying.core.notices.models import Notice
from gongying.core.people.access import sync_roles
from gongying.core.people.models import User, UserScope
from gongying.core.policies import actions as policies
from gongying.core.refusal import Refused
from gongying.core.soundness import SOUND
from gongying.engines import turnover

pytestmark = pytest.mark.django_db
BODY = {"benchmark": "45", "slope": "0.005", "low": "0.8", "high": "1.2", "notice_days": 14, "after_days": 10}


@pytest.fixture
def clock(monkeypatch):
    """Sets the day: the policy is published in spring, looked at in summer."""

    def today(day):
        monkeypatch.setattr(timezone, "localdate", lambda *a, **k: day)

    today(date(2026, 5, 1))
    return today


def publish(since=date(2026, 6, 1), scope=("network", ""), **more):
    version = policies.draft(
        SYSTEM, kind="credit.turnover", key="credit.turnover", title="额度与周转", document=BODY | more, effective_from=since,
        scope_kind=scope[0], scope_key=scope[1],
    )  # fmt: skip
    policies.publish(SYSTEM, version_id=version)
    return version


@pytest.fixture
def stocked(network, clock, monkeypatch):
    """Both have a limit of 500,000 yuan; D1 held 33 days of inventory in June, of D2 nobody knows."""
    limit(network.ids["D1"], 500_000)
    limit(network.ids["D2"], 100_000)
    network.days = {"D1": Decimal(33)}
    monkeypatch.setattr(turning, "days_held", lambda span, moment=None: network.days)
    return network


def stands(network, on, code="D1"):
    return queries.standing(SYSTEM, party_id=network.ids[code], currency="CNY", on=on)


def announced(network, code="D1"):
    return Revision.objects.unscoped("test").filter(party_id=network.ids[code]).order_by("-id").first()


def test_a_limit_is_announced_and_holds_after_the_notice(stocked, clock):
    version = publish()
    clock(date(2026, 7, 9))
    assert actions.bind(FINANCE) == 0, "the declarations of June are not all in yet"
    clock(date(2026, 7, 11))
    assert actions.bind(FINANCE) == 2
    assert actions.bind(FINANCE) == 0, "once for a period"
    row = announced(stocked)
    assert (row.period, row.version_id, row.figure, row.days) == ("2026-06", version, "dio", Decimal(33))
    assert (row.factor, row.valid_from, row.valid_to) == (Decimal("1.06"), date(2026, 7, 25), date(2026, 9, 22))
    assert stands(stocked, date(2026, 7, 24)).limit_minor == 500_000_00
    now = stands(stocked, date(2026, 7, 25))
    assert (now.agreed_minor, now.factor, now.limit_minor) == (500_000_00, Decimal("1.06"), 530_000_00)
    assert [(part.name, part.amount_minor) for part in queries.parts(now)][:2] == [("信用额度", 500_000_00), ("按周转 × 1.06", 30_000_00)]  # fmt: skip
    assert sum(part.amount_minor for part in queries.parts(now)) == now.available_minor
    assert stands(stocked, date(2026, 9, 23)).limit_minor == 500_000_00, "never followed, it ends by itself"
    assert stands(stocked, date(2026, 7, 25), "D2").limit_minor == 100_000_00, (
        "of whom nothing is known keeps his limit"
    )
    fact = Entry.objects.get(name="credit.limit_revised", payload__contains='"factor":"1.06')
    assert row.policy_hash in str(fact.payload)


def test_a_period_that_began_before_the_policy_moves_nothing(stocked, clock):
    publish(since=date(2026, 6, 2))
    clock(date(2026, 7, 20))
    assert actions.bind(FINANCE) == 0
    clock(date(2026, 8, 12))
    assert actions.bind(FINANCE) == 2
    assert announced(stocked).period == "2026-07"


def test_the_policy_itself_is_announced_ahead(stocked, clock):
    with pytest.raises(Refused) as no:
        publish(since=date(2026, 5, 14))
    assert "2026-05-15" in str(no.value)
    publish(since=date(2026, 5, 15))


@pytest.mark.parametrize(
    ("unknown", "first", "second"), [("one", "1", "1"), ("low", "0.8", "0.8"), ("keep", "1", "1.06")]
)
def test_whose_stock_nobody_knows_gets_what_the_policy_says(stocked, clock, unknown, first, second):
    publish(unknown=unknown, notice_days=14)
    stocked.days = {}
    clock(date(2026, 7, 11))
    actions.bind(FINANCE)
    assert announced(stocked).factor == Decimal(first)
    if unknown == "keep":
        Revision.objects.unscoped("test")
        stocked.days = {"D1": Decimal(33)}
        clock(date(2026, 8, 11))
        actions.bind(FINANCE)
        stocked.days = {}
    clock(date(2026, 9, 11) if unknown == "keep" else date(2026, 8, 11))
    actions.bind(FINANCE)
    assert announced(stocked).factor == Decimal(second)


def test_a_factor_moves_at_most_so_far_at_once(stocked, clock):
    publish(most_change="0.05")
    stocked.days = {"D1": Decimal(200)}
    found = []
    for month in (7, 8, 9, 10, 11):
        clock(date(2026, month, 11))
        actions.bind(FINANCE)
        found.append(str(announced(stocked).factor.normalize()))
    assert found == ["0.95", "0.9", "0.85", "0.8", "0.8"]
    mine = queries.revisions(SYSTEM).filter(party_id=stocked.ids["D1"])
    states = [queries.state_of(row, date(2026, 10, 26)) for row in mine]
    assert states == ["to come", "in force", "ended", "ended", "ended"], "one at a time is in force"
    assert list(SOUND["credit.revisions"].ask()) == []


def test_what_was_accepted_stays_and_new_orders_wait(stocked, clock):
    d1 = stocked.ids["D1"]
    publish()
    stocked.days = {"D1": Decimal(100)}
    assert ordered(d1, 450_000, "A", on=date(2026, 7, 1))
    clock(date(2026, 7, 11))
    actions.bind(FINANCE)
    assert announced(stocked).tight
    User.objects.create_user("x", "x", name="x", role="owner")
    later = date(2026, 7, 25)
    now = stands(stocked, later)
    assert (now.limit_minor, now.held_minor, now.available_minor) == (400_000_00, 450_000_00, -50_000_00)
    assert not ordered(d1, 1, "B", on=later)
    assert Held.objects.unscoped("test").get(order="B").state == "open"
    bill(
        stocked, 450_000, on=later, order="A", hold="order/A"
    )  # shipped goods are invoiced, whatever the limit is by then
    assert stands(stocked, later).owed_minor == 450_000_00


def test_the_distributor_is_told_ahead_with_the_figure(stocked, clock):
    User.objects.create_user("boss", "x", name="x", role="owner", party_id=stocked.ids["D1"])
    publish()
    clock(date(2026, 7, 11))
    actions.bind(FINANCE)
    told = Notice.objects.get()
    assert told.title == "自 2026-07-25 起信用额度 × 1.06"
    assert "33.0 天" in told.body
    assert "33.0" in told.body_en


def test_a_revision_begins_on_its_day_and_held_orders_are_judged_anew(stocked, clock):
    publish()
    clock(date(2026, 7, 11))
    actions.bind(FINANCE)
    assert actions.begin(SYSTEM) == 0
    clock(date(2026, 7, 25))
    assert actions.begin(SYSTEM) == 2
    assert actions.begin(SYSTEM) == 0
    assert Entry.objects.filter(name="credit.revision_began").count() == 2


def test_a_policy_that_ended_binds_nothing_and_a_region_may_have_its_own(stocked, clock):
    publish()
    publish(scope=("region", "HD"), benchmark="33")
    clock(date(2026, 7, 11))
    actions.bind(FINANCE)
    assert announced(stocked).factor == 1, "33 days change nothing in the east"
    for row in policies.read.versions("credit.turnover"):
        policies.withdraw(SYSTEM, version_id=row.pk)
    assert stands(stocked, date(2026, 7, 25)).factor == 1


def test_what_was_announced_is_never_changed_by_hand(stocked, clock):
    publish()
    clock(date(2026, 7, 11))
    actions.bind(FINANCE)
    for verb in ("UPDATE credit_revision SET factor = 2", "DELETE FROM credit_revision"):
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic(), connection.cursor() as cursor:  # fmt: skip
            cursor.execute(verb)


def test_the_days_are_the_registered_figure(network, clock):
    d1, rice = network.ids["D1"], network.skus["P1"]
    limit(d1, 500_000)
    network.sell(network.line("D1", 3000, date(2026, 6, 1), "IN", qty=30))
    network.sell(network.line("D1", 3000, date(2026, 6, 15), "OUT", qty=30)._replace(level="sell_out"))
    with joined("tests.stock"):
        rows = [stock.CountIn(d1, rice, date(2026, 6, 1), 40), stock.CountIn(d1, rice, date(2026, 6, 30), 20)]
        stock.counts(SYSTEM, rows, source="t")
    publish()
    clock(date(2026, 7, 11))
    (drawn,) = queries.to_announce(SYSTEM, date(2026, 7, 11), [d1])
    assert drawn.days == Decimal(30), "30 pieces on average, 30 issued in 30 days"
    assert drawn.factor == Decimal("1.075")


def browser(network, role, code="", language="zh-hans"):
    user = User.objects.create_user(f"t{role}{code}", "x", name="x", role=role, party_id=network.ids.get(code))
    kind, key = ("party", str(network.ids[code])) if code else ("all", "")
    UserScope.objects.create(user=user, kind=kind, key=key)
    made = Client()
    made.force_login(user)
    made.cookies["django_language"] = language
    return made


def test_both_sides_read_why_the_limit_is_what_it_is(stocked, clock):
    sync_roles()
    publish()
    clock(date(2026, 7, 11))
    finance = browser(stocked, "finance", language="en")
    assert "33.0" in finance.get("/credit/turnover/").content.decode()
    assert finance.post("/credit/turnover/announce/").status_code == 302
    assert "× 1.06" in finance.get("/credit/turnover/?state=to+come").content.decode()
    clock(date(2026, 7, 26))
    address = f"/credit/distributors/{stocked.ids['D1']}/"
    for page in (finance.get(address), browser(stocked, "owner", "D1", "en").get(address)):
        text = page.content.decode()
        for part in (
            "500,000.00",
            "× 1.06",
            "530,000.00",
            "2026-06: 33.0",
            "from",
            announced(stocked).policy_hash[:12],
        ):
            assert part in text, part
    boss = browser(stocked, "owner", "D2")
    assert boss.get(address).status_code == 404
    assert "未申报" in boss.get(f"/credit/distributors/{stocked.ids['D2']}/").content.decode()
    assert boss.get("/credit/turnover/").status_code == 403
    stranger = Actor("x", may=frozenset({"*"}), parties=frozenset({stocked.ids["D2"]}))
    with pytest.raises(Exception, match="not found"):
        queries.announced(stranger, party_id=stocked.ids["D1"])


def test_the_linter_warns_of_cliffs_and_of_what_only_takes(db):
    def codes(**more):
        return {each.code for each in lint_turnover(LimitTurnover.model_validate(BODY | more))}

    assert codes() == set()
    assert codes(slope="0") == {"slope"}
    assert codes(slope="0.05") == {"steep"}
    assert codes(slope="0.02", low="0.95", high="1.05") == {"cliff"}
    assert codes(low="0.5") == {"harsh"}
    assert codes(high="1") == {"one_way"}
    assert codes(low="1", high="1") == {"flat"}
    assert codes(unknown="low", notice_days=7) == {"unknown"}
    assert codes(notice_days=3) == {"short"}


rules = st.builds(
    turnover.Line,
    st.integers(1, 200).map(Decimal),
    st.integers(0, 100).map(lambda n: Decimal(n) / 1000),
    st.integers(10, 100).map(lambda n: Decimal(n) / 100),
    st.integers(100, 200).map(lambda n: Decimal(n) / 100),
)


@given(rules, st.integers(0, 1000), st.integers(0, 1000))
def test_a_factor_stays_between_its_bounds_and_never_rises_with_more_stock(line, few, more):
    few, more = sorted((few, more))
    less, least = turnover.factor(line, Decimal(few)), turnover.factor(line, Decimal(more))
    assert line.low <= least <= less <= line.high
    assert turnover.factor(line, line.benchmark) == 1
    assert turnover.factor(line, None) == 1


@given(st.integers(0, 10**13), st.integers(1, 30_000))
def test_a_bound_limit_is_the_limit_times_the_factor_to_half_a_cent(amount, factor):
    by = Decimal(factor) / 10_000
    assert abs(turnover.bound(amount, by) - amount * by) <= Decimal("0.5")
    assert turnover.bound(amount, Decimal(1)) == amount


def test_a_revision_holds_for_twice_its_period_at_most():
    rule = LimitTurnover.model_validate(BODY)
    since, until = rule.holds(calendar.period("2026-06"), date(2026, 7, 11))
    assert (since, until) == (date(2026, 7, 25), date(2026, 7, 25) + timedelta(days=59))
    assert rule.newest(date(2026, 7, 1)).code == "2026-06"
