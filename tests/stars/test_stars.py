"""Stars for good years one after the other: excused gaps, a bonus that grows and is paid once, the right of first renewal."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from gongying.areas.stars import actions, queries
from gongying.areas.stars.models import Excuse, Line, Run
from gongying.areas.stars.rules import StarProgramme, lint
from gongying.books.metrics.read import METRICS
from gongying.books.money import read as money
from gongying.books.parties import post as parties
from gongying.core.actor import SYSTEM, Actor
from gongying.core.doors import action, permissions
from gongying.core.doors.registry import ACTIONS
from gongying.core.journal.models import Entry
from gongying.core.people.access import sync_roles
from gongying.core.people.models import User, UserScope
from gongying.core.policies import actions as policies
from gongying.core.policies import forms
from gongying.core.refusal import Missing, Refused
from gongying.engines.stars import Growing, Year, bonus, chain

FINANCE = Actor("finance", role="finance", may=frozenset({"*"}), parties=None)
DOCUMENT = {
    "since_year": 2021,
    "metric": "sell_in",
    "at_least": "1000",
    "stars": [{"code": "three", "name": "三星", "years": 3}, {"code": "five", "name": "五星", "years": 5}],
    "reasons": [{"code": "flood", "name": "水灾"}],
    "most_excused": 1,
    "bonus_first": 3,
    "bonus_low": "0.01",
    "bonus_high": "0.02",
    "bonus_over": 2,
    "renewal_years": 3,
}


@action(needs="tests.levels", roles=("admin",), name="tests.levels", exposed=False)
def _level(actor: Actor, *, party_id: int, level: str, since: date) -> None:
    """A level from a day on."""
    parties.set_levels(actor, {party_id: level}, since=since, document="TEST")


ACTIONS.pop("tests.levels", None)


def publish(**more):
    version = policies.draft(
        SYSTEM, kind="stars.programme", key="stars", title="星级", document=DOCUMENT | more, effective_from=date(2020, 1, 1)
    )  # fmt: skip
    policies.publish(SYSTEM, version_id=version)


def sold(network, years, yuan=2000, party="D1"):
    network.sell(*[network.line(party, yuan, on=date(y, 6, 1), doc=f"{party}-{y}") for y in years])


def ran(year, as_of=None):
    made = actions.run(SYSTEM, year=year, as_of=as_of or date(year + 1, 3, 1))
    if made.run_id:
        actions.approve(FINANCE, run_id=made.run_id)
    return made


def owner(network, code="D1"):
    may = frozenset(n for n, roles in permissions().items() if "owner" in roles)
    return Actor(f"owner-{code}", 1, "owner", may, frozenset({network.ids[code]}))


def paid(network, code="D1"):
    return money.balance(SYSTEM, kind="rebate", holder_id=network.ids[code], currency="CNY")


@pytest.mark.django_db
def test_three_good_years_make_a_star_and_the_bonus_on_all_of_them_is_paid_once(network):
    """C138, C140: the rate grows with the years, on everything sold in them, less what was paid."""
    publish()
    sold(network, (2022, 2023, 2024))
    sold(network, (2023, 2024), party="D2")
    made = ran(2024)
    assert (made.lines, made.due_minor) == (1, 60_00)  # 6000 × 1 %
    assert paid(network) == 60_00
    assert ran(2024).run_id is None, "again pays nothing twice"
    sold(network, (2025,))
    assert ran(2025).due_minor == 120_00 - 60_00  # 8000 × 1.5 % less what was paid
    row = Line.objects.unscoped("test").order_by("-id").first()
    assert (row.count, row.star, row.rate, row.before_minor) == (4, "three", Decimal("0.015"), 60_00)
    network.sell(network.line(yuan=1000, on=date(2025, 7, 1), doc="LATE"))
    assert ran(2025, date(2026, 5, 1)).due_minor == 15_00, "a late invoice is trued up"
    assert paid(network) == 135_00
    assert Entry.objects.filter(name="stars.stars_granted").count() == 3


@pytest.mark.django_db
def test_a_year_that_was_taken_back_gives_its_bonus_back(network):
    publish()
    sold(network, (2022, 2023, 2024))
    ran(2024)
    network.sell(network.line(yuan=-1500, on=date(2024, 9, 1), doc="BACK", qty=-1))
    assert ran(2024, date(2025, 5, 1)).due_minor == -60_00
    assert paid(network) == 0


@pytest.mark.django_db
def test_a_gap_is_excused_by_a_second_person_and_once_only(network):
    publish()
    sold(network, (2021, 2022, 2024))
    mine = owner(network)
    assert queries.calculated(queries.rules_on(date(2024, 12, 31)).document, 2024)[0].count == 1
    asked = actions.ask_excuse(mine, party_id=network.ids["D1"], year=2023, reason="flood", note="仓库被淹")
    with pytest.raises(Refused) as no:
        actions.ask_excuse(SYSTEM, party_id=network.ids["D1"], year=2023, reason="flood", note="x")
    assert no.value.code == "twice"
    with pytest.raises(Refused) as no:
        actions.decide_excuse(
            Actor(mine.name, may=frozenset({"*"}), parties=None), excuse_id=asked, verdict="approved"
        )
    assert no.value.code == "four_eyes"
    actions.decide_excuse(FINANCE, excuse_id=asked, verdict="approved", answer="属实")
    found = queries.calculated(queries.rules_on(date(2024, 12, 31)).document, 2024)[0]
    assert (found.count, [c.state for c in found.chain]) == (3, ["good", "good", "excused", "good"])
    assert found.bonus.base == 6000_00, "an excused year counts no sales"
    for bad, code in (({"reason": "mood"}, "reason"), ({"year": 2031}, "year"), ({"note": " "}, "note")):
        with pytest.raises(Refused) as no:
            actions.ask_excuse(
                mine, **({"party_id": network.ids["D1"], "year": 2022, "reason": "flood", "note": "x"} | bad)
            )
        assert no.value.code == code
    with pytest.raises(Missing):
        actions.ask_excuse(mine, party_id=network.ids["D2"], year=2022, reason="flood", note="x")
    assert Excuse.objects.unscoped("test").count() == 1


@pytest.mark.django_db
def test_a_good_year_may_be_a_level_that_was_reached_by_its_review(network):
    publish(metric="", at_least=None, levels=["gold"], level_after_days=60)
    sold(network, (2023, 2024))
    _level(SYSTEM, party_id=network.ids["D1"], level="gold", since=date(2024, 1, 20))
    _level(SYSTEM, party_id=network.ids["D1"], level="bronze", since=date(2025, 1, 20))
    document = queries.rules_on(date(2024, 12, 31)).document
    assert [c.state for c in queries.calculated(document, 2023)[0].chain] == ["broken", "good"]
    assert queries.calculated(document, 2024) == []


@pytest.mark.django_db
def test_two_people_and_a_year_that_is_over(network):
    publish()
    sold(network, (2022, 2023, 2024))
    with pytest.raises(Refused) as no:
        actions.run(SYSTEM, year=2024, as_of=date(2024, 12, 31))
    assert no.value.code == "year"
    made = actions.run(SYSTEM, year=2024, as_of=date(2025, 3, 1))
    for attempt, code in (
        (lambda: actions.approve(SYSTEM, run_id=made.run_id), "four_eyes"),
        (lambda: actions.run(SYSTEM, year=2024, as_of=date(2025, 3, 1)), "pending"),
    ):
        with pytest.raises(Refused) as no:
            attempt()
        assert no.value.code == code
    assert queries.stars(owner(network)) == [], "nothing holds yet"
    actions.void(FINANCE, run_id=made.run_id)
    assert paid(network) == 0
    with pytest.raises(Refused) as no:
        actions.approve(FINANCE, run_id=made.run_id)
    assert no.value.code == "decided"
    assert ran(2024).due_minor == 60_00
    with pytest.raises(DatabaseError), transaction.atomic():
        Line.objects.unscoped("test").update(star="x")


@pytest.mark.django_db
def test_the_right_of_first_renewal_holds_from_a_day_to_a_day_in_an_order(network):
    """C139: later contracts read it; a distributor sees its own right and no rank."""
    publish(renewal_months=12)
    sold(network, (2022, 2023, 2024))
    sold(network, (2022, 2023, 2024), yuan=5000, party="D2")
    ran(2024)
    on = date(2025, 6, 1)
    assert [(r.rank, r.code, r.star) for r in queries.renewals(SYSTEM, on=on)] == [
        (1, "D2", "three"),
        (2, "D1", "three"),
    ]
    assert [(r.rank, r.code) for r in queries.renewals(owner(network), on=on)] == [(0, "D1")]
    assert queries.renewals(SYSTEM, on=date(2026, 3, 1)) == []
    assert queries.renewals(SYSTEM, on=date(2025, 2, 28)) == []


@pytest.mark.django_db
def test_pages_for_both_sides_and_a_stranger(network, settings):
    settings.LANGUAGE_CODE = "zh-hans"
    sync_roles()
    publish()
    sold(network, (2022, 2023, 2024, 2025))
    ran(2025, date(2026, 3, 1))

    def visitor(role, code=""):
        user = User.objects.create_user(f"{role}{code}", "x", name="x", role=role)
        UserScope.objects.create(
            user=user, kind="party" if code else "all", key=str(network.ids[code]) if code else ""
        )
        browser = Client()
        browser.force_login(user)
        browser.cookies["django_language"] = "zh-hans"
        return browser

    mine, stranger, planner = visitor("owner", "D1"), visitor("owner", "D2"), visitor("planner")
    assert mine.get("/stars/").headers["Location"] == "/stars/mine/"
    page = mine.get("/stars/mine/").content.decode()
    for part in ("三星", "2022", "达标", "忠诚奖金", "¥8,000.00", "优先续约权"):
        assert part in page, part
    address = f"/stars/distributors/{network.ids['D1']}/"
    assert mine.get(f"{address}?export=pdf").content[:4] == b"%PDF"
    assert stranger.get(address).status_code == 404
    assert stranger.get(f"{address}?export=pdf").status_code == 404
    assert stranger.get("/stars/mine/?export=pdf").status_code == 404, "it has no star"
    for place in (
        "/stars/",
        "/stars/runs/",
        f"/stars/runs/{Run.objects.get().pk}/",
        "/stars/excuses/",
        "/stars/renewals/",
        address,
    ):
        assert planner.get(place).status_code == 200, place
    assert mine.post(f"{address}excuse/", {"year": "2024", "reason": "flood", "note": "x"}).status_code == 302
    asked = Excuse.objects.unscoped("test").get()
    director = visitor("director")
    assert "水灾" in director.get("/stars/excuses/").content.decode()
    director.post("/stars/excuses/", {"excuse": asked.pk, "verdict": "rejected"})
    asked.refresh_from_db()
    assert asked.state == "rejected"


def test_the_rules_refuse_what_cannot_be_meant_and_have_a_form():
    for bad in (
        {"metric": "", "at_least": None},
        {"at_least": None},
        {"bonus_low": "0.03"},
        {"stars": DOCUMENT["stars"][:1] * 2},
    ):
        with pytest.raises(ValueError, match=r"good year|belong together|shrink|one code"):
            StarProgramme.model_validate(DOCUMENT | bad)
    odd = StarProgramme.model_validate(DOCUMENT | {"metric": "charm", "bonus_high": "0.5", "reasons": []})
    assert {f.code for f in lint(odd, METRICS)} == {"unknown_figure", "high", "no_reason"}
    held = StarProgramme.model_validate(DOCUMENT).model_dump(mode="json")
    assert forms.document("stars.programme", forms.shown("stars.programme", held), held) == held


years = st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=12)


@given(years, st.integers(0, 3))
def test_a_chain_has_no_hole_that_was_not_excused(flags, most):
    given_years = [Year(2000 + n, good, excused) for n, (good, excused) in enumerate(flags)]
    found = chain(given_years, most_excused=most)
    inside = [link for link in found.links if link.state != "broken"]
    assert [link.year for link in inside] == list(range(2000 + len(flags) - len(inside), 2000 + len(flags)))
    assert sum(link.state == "excused" for link in inside) <= most
    assert found.count == sum(link.state == "good" for link in inside)


@given(
    st.integers(0, 10**12),
    st.integers(0, 30),
    st.integers(1, 9),
    st.integers(1, 9),
    st.decimals(0, "0.1", places=3),
    st.decimals(0, "0.1", places=3),
)
def test_the_bonus_lies_between_the_percentages_and_what_was_paid_is_not_paid_again(
    base, count, first, over, low, more
):
    growing = Growing(first, low, low + more, over)
    found = bonus(base, growing, count, before=0)
    if count < first:
        assert found.entitled == 0
    else:
        assert base * low - 1 <= found.entitled <= base * (low + more) + 1
    assert bonus(base, growing, count, before=found.entitled).due == 0
    assert growing.rate(count) <= growing.rate(count + 1)
