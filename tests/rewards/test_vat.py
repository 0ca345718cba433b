"""The tax of a settled rebate: the red-letter list by original invoice, and the input tax of the buyer. C129, X05."""

import io
from datetime import date
from decimal import Decimal as D

import openpyxl
import pytest
from accrual_pages import browser, owner
from runs import FINANCE, newest, publish

from gongying.areas.rewards import actions
from gongying.areas.rewards.queries import vat
from gongying.books.goods import post as goods
from gongying.core.actor import SYSTEM, Actor
from gongying.core.doors import joined
from gongying.core.policies import actions as policies
from gongying.core.refusal import Missing, Refused

pytestmark = pytest.mark.django_db


def settled(period="2026Q3", key="annual"):
    done = actions.settle(SYSTEM, programme=key, period=period)
    actions.approve(FINANCE, run_id=done.run_id)


def policy(**document):
    version = policies.draft(
        SYSTEM,
        kind="rewards.vat",
        key="rewards.vat",
        title="税",
        document=document,
        effective_from=date(2026, 1, 1),
    )
    policies.publish(SYSTEM, version_id=version)


def test_F10_a_rebate_of_113_000_takes_13_000_off_the_input_tax(network):
    publish(document={"tiers": [{"start": "0", "rate": "0.01"}]})
    network.sell(network.line(yuan=8_300_000), network.line(yuan=3_000_000, doc="A2"))
    settled()
    found = vat.tax_of(SYSTEM, newest(network))
    assert (found.kind, found.gross_minor, found.net_minor, found.tax_minor) == (
        "red",
        113_000_00,
        100_000_00,
        13_000_00,
    )
    assert [(row.document, row.gross_minor, row.tax_minor) for row in found.rows] == [
        ("A1", 83_000_00, 9_548_67),
        ("A2", 30_000_00, 3_451_33),
    ]
    assert found.rates == [(D("0.13"), 113_000_00, 100_000_00, 13_000_00)]


def test_every_rate_has_its_own_tax_and_a_returned_invoice_bears_nothing(network):
    with joined("tests"):
        goods.products(SYSTEM, [goods.ProductIn("P2", "电风扇", "FAN", case=4, tax_rate=D("0.09"))])
    publish(document={"tiers": [{"start": "0", "rate": "0.01"}]})
    network.sell(
        network.line(yuan=6000, doc="A1"),
        network.line(yuan=3000, doc="A1", no="2", product="P2"),
        network.line(yuan=1000, doc="A3"),
        network.line(yuan=-1000, qty=-1, doc="A3", no="2"),
    )
    settled()
    found = vat.tax_of(SYSTEM, newest(network))
    assert found.gross_minor == 90_00
    assert [(row.document, row.rate, row.gross_minor, row.tax_minor) for row in found.rows] == [
        ("A1", D("0.09"), 30_00, 2_48),
        ("A1", D("0.13"), 60_00, 6_90),
    ]


def test_a_policy_may_name_one_rate_and_put_the_tax_on_top(network):
    policy(rate="0.06", inclusive=False, rounding="down")
    publish(document={"tiers": [{"start": "0", "rate": "0.01"}]})
    network.sell(network.line(yuan=9999))
    settled()
    found = vat.tax_of(SYSTEM, newest(network))
    assert (found.net_minor, found.tax_minor, found.gross_minor) == (99_99, 5_99, 105_98)
    assert found.policy.startswith("rewards.vat v1")


def test_what_is_taken_back_is_invoiced_again_and_without_an_invoice_nothing_is_said(network):
    publish(document={"tiers": [{"start": "0", "rate": "0.01"}]})
    network.sell(network.line(yuan=9000))
    settled()
    network.sell(network.line(yuan=-4000, qty=-1, doc="R1"))
    settled()
    back = vat.tax_of(SYSTEM, newest(network))
    assert (back.kind, back.gross_minor, back.tax_minor) == ("blue", -40_00, -4_60)
    network.sell(network.line(yuan=-9000, qty=-1, doc="A1", no="9"))
    settled()
    with pytest.raises(Refused) as no:
        vat.tax_of(SYSTEM, newest(network))
    assert no.value.code == "no_invoice"


def test_the_list_as_a_workbook_and_the_page_for_both_sides(network):
    publish(document={"tiers": [{"start": "0", "rate": "0.01"}]})
    network.sell(network.line(yuan=8_300_000), network.line("D2", yuan=500, doc="B1"))
    settled()
    mine = newest(network)
    office = browser(network, "finance")
    page = office.get("/rewards/vat/")
    assert page.status_code == 200
    assert mine.run.number in page.content.decode()
    book = openpyxl.load_workbook(io.BytesIO(office.get("/rewards/vat/?list=xlsx").content))
    rows = list(book.worksheets[0].iter_rows(values_only=True))
    assert {row[5] for row in rows[1:]} == {"A1", "B1"}
    assert sum(row[11] for row in rows[1:]) == 83_000 + 5
    theirs = browser(network, "owner", "D1")
    text = theirs.get(f"/rewards/vat/{mine.pk}/").content.decode()
    assert "9,548.67" in text
    assert "[2004] 136" in text
    book = openpyxl.load_workbook(io.BytesIO(theirs.get("/rewards/vat/?list=xlsx").content))
    assert {row[5] for row in book.worksheets[0].iter_rows(min_row=2, values_only=True)} == {"A1"}
    assert browser(network, "owner", "D2").get(f"/rewards/vat/{mine.pk}/").status_code == 404


def test_a_stranger_finds_no_tax(network):
    publish(document={"tiers": [{"start": "0", "rate": "0.01"}]})
    network.sell(network.line(yuan=9000))
    settled()
    row = newest(network)
    assert vat.statement_tax(owner(network, "D1"), statement_id=row.pk).tax_minor == 10_35
    with pytest.raises(Missing):
        vat.statement_tax(owner(network, "D2"), statement_id=row.pk)
    nobody = Actor("x", role="owner", may=frozenset({"rewards.view"}), parties=frozenset())
    assert not vat.settled(nobody).exists()


def test_a_rebate_on_what_was_sold_out_names_the_invoices_of_the_same_goods(network):
    publish(document={"tiers": [{"start": "0", "rate": "0.01"}], "event": "sold_out", "categories": ["COOK"]})
    network.sell(
        network.line(yuan=6000, doc="A1"),
        network.line(yuan=3000, doc="A2", product="P2"),
        network.line(yuan=5000, doc="OUT-1")._replace(level="sell_out"),
    )
    settled()
    found = vat.tax_of(SYSTEM, newest(network))
    assert (found.gross_minor, [row.document for row in found.rows]) == (50_00, ["A1"])
