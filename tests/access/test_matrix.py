"""Every page and operation, every role, own and foreign objects: no canary is ever seen by a stranger.

The last test plants access bugs one by one and shows that the walk finds each of them.
"""

import io
import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from django.test import Client
from pypdf import PdfReader

from gongying.areas.imports import queries as imports_queries
from gongying.areas.rewards import actions as rewards
from gongying.areas.rewards import queries as rewards_queries
from gongying.areas.rewards.models import Statement
from gongying.areas.targets import actions as targets
from gongying.areas.tiers import actions as tiers
from gongying.areas.tiers import queries as tiers_queries
from gongying.areas.tiers.models import Standing
from gongying.books.lake import post as lake
from gongying.books.money import read as money
from gongying.books.parties import read as parties
from gongying.books.trade import read as trade
from gongying.core.actor import SYSTEM, Actor
from gongying.core.doors import ACTIONS, HQ, QUERIES, permissions
from gongying.core.files import shelf
from gongying.core.people.access import sync_roles
from gongying.core.people.models import User, UserScope
from gongying.core.policies import actions as policies
from gongying.core.scope import ScopedQuerySet
from gongying.core.ui.pages import PAGES

pytestmark = pytest.mark.django_db
POLICY: dict[str, dict[str, str]] = {"pages": {}, "verbs": {}}
for _home in sorted((Path(__file__).parent / "policy").glob("*.toml")):
    for _part, _rows in tomllib.loads(_home.read_text()).items():
        POLICY[_part] |= _rows
ROLES = ("admin", "director", "regional", "finance", "planner", "auditor", "owner", "clerk")
DIRECTOR = Actor("director", role="director", may=frozenset({"*"}), parties=None)
FINANCE = Actor("finance", role="finance", may=frozenset({"*"}), parties=None)


def allowed(words):
    return set(ROLES) if words == "everyone" else set(HQ) if words == "hq" else set(words.split())


def levels(network):
    """A tier programme with an approved review of both distributors."""
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
    policies.publish(SYSTEM, version_id=version)
    made = tiers.review(SYSTEM, programme="tiers", period="2026", as_of=date(2026, 11, 1))
    tiers.approve(DIRECTOR, review_id=made.review_id)
    return made.review_id


@pytest.fixture
def world(network, programme, settings, tmp_path, monkeypatch):
    """Two distributors with a statement, a batch and users each; one person of every role."""
    settings.DATA_DIR = tmp_path
    monkeypatch.setattr(lake, "uncommitted", lambda: False)  # one snapshot between two facts, as in a running house
    sync_roles()
    network.made = {"programme": programme()}
    network.sell(network.line(yuan=9000, doc="CNRY-D1-S"), network.line("D2", 9000, doc="CNRY-D2-S"))
    done = rewards.settle(SYSTEM, programme="annual", period="2026")
    rewards.approve(FINANCE, run_id=done.run_id)
    network.made["run"] = done.run_id
    june = {"on": date(2026, 6, 10)}  # a complete month, from which a plan can be drawn
    network.sell(network.line(yuan=1, doc="CNRY-D1-T", **june), network.line("D2", 1, doc="CNRY-D2-T", **june))
    network.made["review"] = levels(network)
    network.made["plan"] = targets.draft(SYSTEM, year="2027", growth=Decimal(0))
    network.people, network.statements, network.batches, network.lines = {}, {}, {}, {}
    for role in ROLES:
        for code in ("D1", "D2") if role in ("owner", "clerk", "regional") else ("",):
            user = User.objects.create_user(f"{role}{code}", "x", name="x", role=role)
            region = {"D1": "HD", "D2": "HN"}.get(code, "")
            kind, key = (
                ("region", region)
                if role == "regional"
                else ("party", str(network.ids[code]))
                if code
                else ("all", "")
            )
            UserScope.objects.create(user=user, kind=kind, key=key)
            network.people[role, code] = user
    for code in ("D1", "D2"):
        network.statements[code] = Statement.objects.unscoped("test").get(party_id=network.ids[code]).pk
        posted = trade.lines(SYSTEM, level="sell_in", start=date.min, end=date.max, party_id=network.ids[code])
        network.lines[code] = posted.order_by("id").values_list("pk", flat=True)[0]
        who = network.people["owner", code]
        actor = Actor(who.login, who.pk, "owner", frozenset({"imports.send"}), frozenset({network.ids[code]}))
        file = shelf.store(actor, name=f"CNRY-{code}.csv", chunks=[b"a"], purpose="import")
        from gongying.areas.imports.actions import receive

        network.batches[code] = receive(actor, kind="sell_out", file_id=file.pk, background=False)
    return network


def client(world, role, code=""):
    browser = Client(raise_request_exception=False)
    browser.force_login(world.people[role, code])
    return browser


def addresses(world, code):
    """Every address that shows something of distributor `code`."""
    party, statement, batch = world.ids[code], world.statements[code], world.batches[code]
    one = [
        f"/cockpit/distributors/{party}/",
        f"/cockpit/distributors/{party}/lines/",
        f"/cockpit/distributors/{party}/lines/?export=csv",
        f"/cockpit/distributors/{party}/stock/",
        f"/cockpit/distributors/{party}/prices/?export=csv",
        f"/cockpit/distributors/{party}/activity/",
        f"/tiers/distributors/{party}/",
        f"/tiers/reviews/{world.made['review']}/distributors/{party}/",
        f"/api/tiers/standing?party_id={party}&programme=tiers&on=2027-01-01",
        f"/imports/{batch}/",
        f"/imports/{batch}/?export=errors",
    ]
    one += [
        f"/rewards/statements/{statement}/{tail}"
        for tail in ("", "explain/", "?export=xlsx", "?export=csv", "?export=pdf")
    ]
    one += [f"/rewards/statements/{statement}/lines/{world.lines[code]}/"]
    one += [f"/api/rewards/{noun}?statement_id={statement}" for noun in ("statement", "statement_lines")]
    return one


SHARED = [
    "/",
    "/cockpit/distributors/",
    "/cockpit/distributors/?export=csv",
    "/cockpit/distributors/?export=xlsx",
    "/cockpit/distributors/?q=CNRY",
    "/cockpit/figures/sell_in/?by=party",
    "/cockpit/figures/share/?by=party&party=D1",
    "/cockpit/figures/share/?by=party&party=D2",
    "/api/cockpit/figure?metric=sell_in&start=2026-01-01&last=2026-12-31&by=party",
    "/ui/find/?q=CNRY",
    "/ui/notices/",
    "/cockpit/targets/",
    "/cockpit/targets/?export=csv",
    "/control/jobs/",
    "/rewards/statements/",
    "/rewards/statements/?export=xlsx",
    "/rewards/runs/{run}/",
    "/rewards/programmes/{programme}/replay/?period=2026",
    "/rewards/programmes/{programme}/replay/?period=2026&export=csv",
    "/targets/",
    "/targets/{plan}/",
    "/targets/{plan}/?export=csv",
    "/tiers/",
    "/tiers/?export=csv",
    "/tiers/mine/",
    "/tiers/?sort=-distance",
    "/api/tiers/standings?on=2027-01-01",
    "/tiers/reviews/",
    "/tiers/reviews/{review}/",
    "/imports/",
    "/api/cockpit/overview",
    "/api/rewards/preview?programme=annual&period=2026",
    "/rewards/runs/trial/annual/2026/",
    "/rewards/runs/trial/annual/2026/?export=csv",
    "/rewards/runs/{run}/?export=csv",
    "/rewards/runs/",
]


def shared(world):
    """The addresses that everybody shares, with the numbers of this world."""
    return [address.format(**world.made) for address in SHARED]


def text_of(response):
    kind, body = response.get("Content-Type", ""), response.content
    if "spreadsheetml" in kind:
        book = openpyxl.load_workbook(io.BytesIO(body))
        body = " ".join(str(c.value) for sheet in book for row in sheet.iter_rows() for c in row).encode()
    elif "pdf" in kind:
        body = "".join(page.extract_text() for page in PdfReader(io.BytesIO(body)).pages).encode()
    return body.decode(errors="replace").replace("\x00", "") + str(response.headers)


def leaks(world):
    """Every answer in which somebody sees what is not his, as readable lines."""
    found = []
    for role in ("owner", "clerk", "regional"):
        for mine, other in (("D1", "D2"), ("D2", "D1")):
            browser = client(world, role, mine)
            for address in addresses(world, other):
                answer = browser.get(address)
                refused = {404, 403} if role == "regional" and "/imports/" in address else {404}
                if answer.status_code not in refused:
                    found.append(f"{role} {mine} opened {address}: {answer.status_code}")
            for address in shared(world) + addresses(world, mine):
                answer = browser.get(address)
                foreign = f"CNRY-{other}"
                if answer.status_code == 200 and foreign in text_of(answer):
                    found.append(f"{role} {mine} saw {foreign} at {address}")
    return found


def test_every_page_and_verb_has_a_row_and_the_row_is_true():
    assert set(POLICY["pages"]) == set(PAGES)
    exposed = set(ACTIONS | QUERIES)
    assert set(POLICY["verbs"]) == exposed
    held = permissions()
    for name, words in POLICY["verbs"].items():
        assert set((ACTIONS | QUERIES)[name].roles) == allowed(words), name
    for name, words in POLICY["pages"].items():
        assert set(held[PAGES[name]]) == allowed(words), name


def test_every_role_opens_exactly_what_its_row_says(world):
    pages = {
        "/": "flows.cockpit.web.home",
        "/cockpit/distributors/": "flows.cockpit.web.distributors",
        f"/cockpit/distributors/{world.ids['D1']}/": "flows.cockpit.web.distributor",
        "/rewards/programmes/": "areas.rewards.web.programmes",
        "/rewards/runs/": "areas.rewards.web.runs",
        "/rewards/statements/": "areas.rewards.web.statements",
        f"/rewards/statements/{world.statements['D1']}/": "areas.rewards.web.statement",
        "/tiers/reviews/": "areas.tiers.web.reviews",
        f"/tiers/distributors/{world.ids['D1']}/": "areas.tiers.web.distributor",
        "/imports/": "areas.imports.web.batches",
        "/imports/template/sell_in/": "areas.imports.web.template",
        "/control/audit/": "areas.control.web.audit",
    }
    for role in ROLES:
        browser = client(world, role, "D1" if role in ("owner", "clerk", "regional") else "")
        for address, name in pages.items():
            expected = 200 if role in allowed(POLICY["pages"][f"gongying.{name}"]) else 403
            assert browser.get(address).status_code == expected, (role, address)


def test_nobody_is_sent_to_the_log_in_and_the_api_says_401(world):
    browser = Client()
    for address in [*shared(world), *addresses(world, "D1"), "/control/audit/"]:
        expected = 401 if address.startswith("/api/") else 302
        assert browser.get(address).status_code == expected, address


def test_no_canary_is_seen_by_a_stranger(world):
    assert leaks(world) == []


def test_the_owner_does_see_his_own(world):
    browser = client(world, "owner", "D1")
    for address in addresses(world, "D1"):
        answer = browser.get(address)
        assert answer.status_code == 200, address
    assert "CNRY-D1-S" in text_of(browser.get(f"/rewards/statements/{world.statements['D1']}/?export=pdf"))
    assert "CNRY-D1-S" in text_of(browser.get(f"/rewards/statements/{world.statements['D1']}/?export=xlsx"))


def test_writing_needs_the_token_and_reading_writes_nothing(world, django_assert_max_num_queries, monkeypatch):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(world.people["finance", ""])
    assert strict.post("/rewards/runs/settle/", {"programme": "annual", "period": "2026"}).status_code == 403
    browser = client(world, "admin")
    monkeypatch.setattr(lake, "uncommitted", lambda: False)  # as between two facts in a running house
    for address in ("/", f"/cockpit/distributors/{world.ids['D1']}/"):
        assert browser.get(address).status_code == 200
        with django_assert_max_num_queries(12) as seen:
            assert browser.get(address).status_code == 200
        assert not [q for q in seen.captured_queries if q["sql"].split()[0] in ("INSERT", "UPDATE", "DELETE")]


def test_a_disabled_user_and_a_narrowed_scope_are_felt_at_the_next_request(world):
    browser = client(world, "owner", "D1")
    address = f"/rewards/statements/{world.statements['D1']}/"
    assert browser.get(address).status_code == 200
    UserScope.objects.filter(user=world.people["owner", "D1"]).delete()
    assert browser.get(address).status_code == 404
    User.objects.filter(pk=world.people["owner", "D1"].pk).update(is_active=False)
    assert browser.get(address).status_code == 302


def test_headers(world):
    answer = client(world, "admin").get("/")
    for name, value in {
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Opener-Policy": "same-origin",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
    }.items():
        assert answer[name] == value
    assert "script-src 'self'" in answer["Content-Security-Policy"]


def _whole(self, actor):
    rows = self.all()
    rows._scoped_by = "planted"
    return rows


BUGS = {
    "scope forgotten everywhere": (ScopedQuerySet, "for_actor", _whole),
    "statements unscoped": (
        rewards_queries,
        "statements",
        lambda a: Statement.objects.unscoped("x").select_related("run", "party"),
    ),
    "one statement fetched by id": (
        rewards_queries,
        "statement_row",
        lambda a, i: Statement.objects.unscoped("x").get(pk=i),
    ),
    "stranger answered 403": (rewards_queries, "statement_row", None),
    "one level decision by id": (
        tiers_queries,
        "decision",
        lambda a, r, p: Standing.objects.unscoped("x").get(review_id=r, party_id=p),
    ),
    "levels of a review unscoped": (
        tiers_queries,
        "standings_of",
        lambda a, r: Standing.objects.unscoped("x").filter(review=r).select_related("party", "review"),
    ),
    "batches unscoped": (imports_queries, "batches", lambda a: imports_queries.Batch.objects.order_by("-id")),
    "one batch by id": (imports_queries, "batch", lambda a, i: imports_queries.Batch.objects.get(pk=i)),
    "parties unscoped": (
        parties,
        "parties",
        lambda a, s="": parties.Party.objects.unscoped("x").select_related("region__parent"),
    ),
    "one party by id": (parties, "party", lambda a, i: parties.Party.objects.unscoped("x").get(pk=i)),
    "regions resolve to all": (
        parties.resolvers,
        "region",
        lambda keys, at: frozenset(parties.Party.objects.unscoped("x").values_list("id", flat=True)),
    ),
    "party scope resolves to all": (
        parties.resolvers,
        "party",
        lambda keys, at: frozenset(parties.Party.objects.unscoped("x").values_list("id", flat=True)),
    ),
    "evidence of all parties": (
        rewards_queries,
        "evidence",
        lambda a, r: trade.lines(
            SYSTEM,
            level="sell_in",
            start=r.run.business_date.replace(month=1, day=1),
            end=r.run.business_date.replace(year=2030),
        ),
    ),
}


def _forbidding(actor, statement_id):
    row = Statement.objects.unscoped("x").get(pk=statement_id)
    if not actor.sees(row.party_id):
        raise rewards_queries.PermissionDenied
    return row


@pytest.mark.parametrize("bug", sorted(BUGS))
def test_each_planted_access_bug_is_found(world, monkeypatch, bug):
    from django.core.exceptions import PermissionDenied

    where, name, fault = BUGS[bug]
    if fault is None:
        monkeypatch.setattr(rewards_queries, "PermissionDenied", PermissionDenied, raising=False)
        fault = _forbidding
    if isinstance(where, dict):
        monkeypatch.setitem(where, name, fault)
    else:
        monkeypatch.setattr(where, name, fault)
    assert leaks(world), f"the walk did not notice: {bug}"
    assert money.check() == []
