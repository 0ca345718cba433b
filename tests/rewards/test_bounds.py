"""What binds a period, who is inside a programme, and what happens to whoever leaves it."""

import io
from contextlib import suppress
from datetime import date
from decimal import Decimal

import openpyxl
import pytest
from django.test import Client
from django.utils.translation import override
from pypdf import PdfReader
from runs import FINANCE, FLAT, balance, draft, newest, paid, publish

from gongying.areas.rewards import actions, queries
from gongying.areas.rewards.models import Run
from gongying.books.goods import post as goods
from gongying.books.parties import post as parties
from gongying.core.actor import SYSTEM
from gongying.core.doors import joined
from gongying.core.people.access import sync_roles
from gongying.core.people.models import User, UserScope
from gongying.core.policies import actions as policies
from gongying.core.policies.models import PolicyVersion
from gongying.core.refusal import Missing, Refused

pytestmark = pytest.mark.django_db


# --- the period ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("period", ["2026Q1", "2026-01", "2026H1"])
def test_a_programme_is_settled_by_its_own_periods_only(network, programme, period):
    programme(period="year")
    network.sell(network.line(yuan=9000, on=date(2026, 1, 5)))
    for refuse in (actions.settle, queries.preview):
        with pytest.raises(Refused) as no:
            refuse(SYSTEM, programme="annual", period=period)
        assert (no.value.code, no.value.field) == ("period_kind", "period")
        assert "2026" in str(no.value.remedy)
    assert paid("2026") == 90_00


@pytest.mark.parametrize("written", ["2026 ", " 2026", "２０２６"])
def test_a_period_has_one_name_and_is_not_paid_twice_under_another(network, programme, written):
    programme()
    network.sell(network.line(yuan=9000))
    assert paid("2026") == 90_00
    with suppress(Refused):
        assert paid(written) == 0
    assert balance(network) == 90_00
    assert set(Run.objects.values_list("period", flat=True)) == {"2026"}


def test_half_years_are_settled(network):
    publish(key="half", document={"period": "half"})
    network.sell(
        network.line(yuan=9000, on=date(2026, 6, 30)), network.line(yuan=1000, on=date(2026, 7, 1), doc="A2")
    )
    assert (paid("2026H1", "half"), paid("2026H2", "half")) == (90_00, 10_00)


def test_quarters_paid_before_the_year_was_the_period_count_as_settled(network):
    """The next version settles by year: the year is due what the quarters have not paid, and nothing is paid twice."""
    publish()
    network.sell(
        network.line(yuan=9000, on=date(2026, 2, 1)),
        network.line(yuan=8000, on=date(2026, 5, 1), doc="A2"),
        network.line(yuan=5000, on=date(2026, 9, 1), doc="A3"),
    )
    assert (paid("2026Q1"), paid("2026Q2")) == (90_00, 80_00)
    publish(since=date(2026, 7, 1), tiers=[{"start": "0", "rate": "0.02"}], document={"period": "year"})
    assert paid("2026") == 440_00 - 170_00
    row = newest(network)
    assert (row.entitled_minor, row.settled_minor) == (440_00, 170_00)
    view = queries.statement(SYSTEM, statement_id=row.pk)
    assert [due for _pk, _number, due in view.earlier] == [90_00, 80_00]
    network.sell(network.line(yuan=100, on=date(2026, 2, 2), doc="late"))
    with pytest.raises(Refused) as no:
        paid("2026Q1")
    assert no.value.code == "settled_longer"
    assert "2026" in str(no.value.remedy)
    assert paid("2026") == 2_00


def test_an_open_run_of_a_quarter_keeps_the_year_waiting(network):
    publish()
    network.sell(network.line(yuan=9000, on=date(2026, 2, 1)))
    waiting = actions.settle(SYSTEM, programme="annual", period="2026Q1")
    publish(since=date(2026, 7, 1), document={"period": "year"})
    with pytest.raises(Refused) as no:
        actions.settle(SYSTEM, programme="annual", period="2026")
    assert no.value.code == "pending"
    actions.approve(FINANCE, run_id=waiting.run_id)
    assert paid("2026") == 0
    assert balance(network) == 90_00


def test_a_version_that_changes_inside_a_period_binds_the_whole_of_it(network):
    publish()
    network.sell(network.line(yuan=9000, on=date(2026, 1, 10)), network.line("D2", 500, date(2026, 1, 11), "B1"))
    first = newest(network) if paid("2026Q1") else None
    assert first is not None
    publish(
        since=date(2026, 3, 15),
        tiers=[{"start": "0", "end": "1000", "rate": "0"}, {"start": "1000", "rate": "0.03"}],
    )
    assert paid("2026Q1") == (270_00 - 90_00) + (0 - 5_00)
    assert (balance(network), balance(network, "D2")) == (270_00, 0)
    assert newest(network).run.version_id != first.run.version_id
    assert queries.document_of(first).tiers[0].rate == Decimal("0.01"), "the old statement keeps its own terms"
    assert paid("2026Q1") == 0


def test_a_programme_that_ended_inside_a_period_is_settled_up_to_its_end(network):
    publish(until=date(2026, 2, 15))
    network.sell(
        network.line(yuan=9000, on=date(2026, 2, 14)),
        network.line(yuan=5000, on=date(2026, 2, 15), doc="A2"),
    )
    assert paid("2026Q1") == 90_00
    network.sell(network.line(yuan=1000, on=date(2026, 1, 3), doc="late"))
    assert paid("2026Q1") == 10_00
    row = newest(network)
    lines = queries.statement_lines(SYSTEM, statement_id=row.pk)
    assert sum(line.net_minor for line in lines) == row.base == 10000_00
    with override("en"):
        assert "2026-01-01 to 2026-02-14" in queries.statement(SYSTEM, statement_id=row.pk).words[0].reading
    with pytest.raises(Missing):
        paid("2026Q2")


# --- who is inside ------------------------------------------------------------------------------------------------


def move(code, region):
    with joined("tests.network"):
        parties.parties(SYSTEM, [parties.PartyIn(code, f"CNRY-{code}", f"CNRY-{code}", region=region)])


@pytest.mark.parametrize("method", ["slab", "fixed"])
def test_who_leaves_the_region_gives_back_what_was_settled_guarantee_and_all(network, programme, method):
    tiers = FLAT if method == "slab" else [{"start": "0", "rate": "77"}]
    programme(method=method, tiers=tiers, regions=["HD"], guarantee="50")
    network.sell(network.line(yuan=1000), network.line("D2", 1000, doc="B1"))
    assert paid() == (50_00 if method == "slab" else 77_00)
    move("D1", "HN")
    assert paid() == -(50_00 if method == "slab" else 77_00)
    assert (balance(network), balance(network, "D2"), paid()) == (0, 0, 0)
    row = newest(network)
    assert (row.base, row.lines, row.tier, row.entitled_minor) == (0, 0, None, 0)
    view = queries.statement(SYSTEM, statement_id=row.pk)
    assert "outside" in [said.code for said in view.words]
    assert sum(step.amount for step in view.steps) == 0
    assert queries.statement_lines(SYSTEM, statement_id=row.pk) == []
    move("D1", "HD")
    assert paid() == (50_00 if method == "slab" else 77_00)


def test_a_product_that_leaves_the_scope_trues_up(network):
    publish(categories=["COOK"])
    network.sell(
        network.line(yuan=9000, on=date(2026, 1, 5)),
        network.line(yuan=4000, on=date(2026, 1, 6), doc="A2", product="P2"),
    )
    assert paid("2026Q1") == 90_00
    publish(since=date(2026, 2, 1), categories=["FAN"])
    assert paid("2026Q1") == 40_00 - 90_00
    publish(since=date(2026, 3, 1), without=["P1", "P2"])
    assert paid("2026Q1") == -40_00
    assert balance(network) == 0


def test_a_product_that_changes_its_group_trues_up(network, programme):
    programme(categories=["COOK"], tiers=FLAT)
    network.sell(network.line(yuan=9000))
    assert paid() == 90_00
    with joined("tests.network"):
        goods.products(SYSTEM, [goods.ProductIn("P1", "电饭煲", "FAN")])
    assert paid() == -90_00


def test_a_distributor_that_is_named_no_more_gives_back(network):
    publish(parties=["D1", "D2"], guarantee="30")
    network.sell(network.line(yuan=9000, on=date(2026, 1, 5)), network.line("D2", 100, date(2026, 1, 6), "B1"))
    assert paid("2026Q1") == 90_00 + 30_00
    publish(since=date(2026, 2, 1), parties=["D1"], guarantee="30")
    assert paid("2026Q1") == -30_00


def test_a_region_means_everything_below_it_at_any_level(network, programme):
    programme(regions=["CN"], tiers=FLAT)
    network.sell(network.line(yuan=9000), network.line("D2", 1000, doc="B1"))
    assert paid() == 100_00


def test_a_code_nobody_bears_is_an_error_before_it_is_published(network):
    version = draft(
        categories=["COOK", "KOOK"], products=["P9"], without=["P8"], regions=["XX"], parties=["D1", "D9"]
    )
    row = PolicyVersion.objects.get(pk=version)
    with override("en"):
        found = {(f.where, str(f.message).split()[-1]) for f in policies.findings(row) if f.code == "unknown"}
    unknown = {
        ("categories", "KOOK."),
        ("products", "P9."),
        ("products", "P8."),
        ("regions", "XX."),
        ("parties", "D9."),
    }
    assert found == unknown
    actions.replay(SYSTEM, version_id=version, period="2026")
    with pytest.raises(Refused) as no:
        policies.publish(SYSTEM, version_id=version)
    assert no.value.code == "unknown"


def test_a_programme_keeps_its_currency_and_holds_for_the_network(network):
    publish()
    other = draft(since=date(2026, 2, 1), currency="USD")
    actions.replay(SYSTEM, version_id=other, period="2026")
    with pytest.raises(Refused) as no:
        policies.publish(SYSTEM, version_id=other)
    assert (no.value.code, no.value.field) == ("currency", "currency")
    for kind, document in (
        ("rewards.programme", {"method": "slab", "tiers": FLAT}),
        (
            "tiers.programme",
            {"levels": [{"code": "a", "name": "a", "needs": [{"metric": "sell_in", "at_least": "1"}]}]},
        ),
    ):
        with pytest.raises(Refused) as no:
            policies.draft(
                SYSTEM,
                kind=kind,
                key="annual",
                title="x",
                document=document,
                effective_from=date(2026, 1, 1),
                scope_kind="region",
                scope_key="HD",
            )
        assert (no.value.code, no.value.field) == ("scope", "scope_kind")


def test_progress_is_shown_from_the_first_day_and_only_to_whom_the_programme_is_for(network):
    """Before the first line nothing is earned, not even what is guaranteed."""
    for key, more in {
        "all": {},
        "east": {"regions": ["HD"]},
        "top": {"regions": ["CN"]},
        "south": {"regions": ["HN"]},
        "one": {"parties": ["D1"]},
        "both": {"parties": ["D1"], "regions": ["HN"]},
    }.items():
        publish(key=key, guarantee="7", **more)
    on = date(2026, 5, 1)
    found = {each.programme: each for each in queries.progress(SYSTEM, network.ids["D1"], on)}
    assert sorted(found) == ["all", "east", "one", "top"]
    assert {(each.base, each.accrued_minor, each.period) for each in found.values()} == {(0, 0, "2026Q2")}
    assert [each.programme for each in queries.progress(SYSTEM, network.ids["D2"], on)] == ["all", "south", "top"]
    network.sell(network.line(yuan=100, on=on))
    assert {each.accrued_minor for each in queries.progress(SYSTEM, network.ids["D1"], on)} == {7_00}


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_statement_of_who_left_reads_itself_out_on_screen_and_on_paper(network, programme, language):
    programme(regions=["HD"], tiers=FLAT, guarantee="50")
    network.sell(network.line(yuan=9000, doc="FP-1"))
    paid()
    move("D1", "HN")
    assert paid() == -90_00
    sync_roles()
    user = User.objects.create_user("owner@d1", "x", name="Owner", role="owner")
    UserScope.objects.create(user=user, kind="party", key=str(network.ids["D1"]))
    browser = Client(headers={"accept-language": language})
    browser.force_login(user)
    address = f"/rewards/statements/{newest(network).pk}/"
    said = {"en": "Outside the programme", "zh-hans": "不在方案范围内"}[language]
    body = browser.get(address).content.decode()
    assert said in body
    assert "人民币负玖拾元整" in body
    assert "FP-1" not in body, "no line counts, so none is shown as evidence"
    printed = "".join(
        page.extract_text() for page in PdfReader(io.BytesIO(browser.get(f"{address}?export=pdf").content)).pages
    )
    assert said.replace(" ", "") in printed.replace("\x00", "").replace(" ", "").replace("\n", "")
    book = openpyxl.load_workbook(io.BytesIO(browser.get(f"{address}?export=xlsx").content))
    assert said in [cell.value for row in book.worksheets[0].iter_rows() for cell in row]
    assert book.worksheets[1].max_row == 1


def test_a_statement_says_when_its_lines_are_not_the_ones_that_counted_any_more(network, programme):
    """A product that moved to another group afterwards: the figures stand, the list below them is of today."""
    programme(categories=["COOK"], tiers=FLAT)
    network.sell(network.line(yuan=9000), network.line(yuan=10, doc="A2", product="P2"))
    paid()
    row = newest(network)
    sync_roles()
    user = User.objects.create_user("f", "x", name="f", role="finance")
    UserScope.objects.create(user=user, kind="all", key="")
    browser = Client(headers={"accept-language": "en"})
    browser.force_login(user)
    note = "Products have changed their group since"
    assert note not in browser.get(f"/rewards/statements/{row.pk}/").content.decode()
    with joined("tests.network"):
        goods.products(SYSTEM, [goods.ProductIn("P2", "电风扇", "COOK")])
    assert note in browser.get(f"/rewards/statements/{row.pk}/").content.decode()
    assert paid() == 10
