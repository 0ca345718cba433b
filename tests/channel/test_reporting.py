"""Sales by form and by program: good lines land in the book once, the others come back by row and field (X02, C084)."""

from datetime import date

import pytest

from gongying.areas.channel import queries
from gongying.areas.imports import actions as imports
from gongying.books.trade import read as trade
from gongying.core.actor import SYSTEM
from gongying.core.doors import call
from gongying.core.files import shelf
from gongying.core.refusal import Forbidden, Missing, Refused

pytestmark = pytest.mark.django_db


def standing(shop, party="D1"):
    rows = queries.sales(SYSTEM, "sell_out", date(2026, 1, 1), date(2027, 1, 1)).filter(party_id=shop.ids[party])
    return sorted(rows.values_list("document", "line_no", "quantity", "gross_minor", "counterparty"))


def test_lines_are_posted_with_outlet_and_amount(shop):
    done = shop.sell(
        shop.sale(5, document="R1", amount="1250.5", outlet="西湖店", place="HD"),
        shop.sale(2, document="R1", product="P2"),
    )
    assert (done.taken, done.created, done.documents) == (True, 2, ["R1"])
    assert standing(shop) == [("R1", "1", 5, 125050, "西湖店"), ("R1", "2", 2, 0, "")]


def test_the_same_report_twice_is_one_and_another_content_is_a_correction(shop):
    shop.sell(shop.sale(5, document="R1"))
    again = shop.sell(shop.sale(5, document="R1"))
    assert (again.created, again.unchanged, again.corrected) == (0, 1, 0)
    changed = shop.sell(shop.sale(4, document="R1"))
    assert (changed.created, changed.corrected) == (0, 1)
    assert standing(shop) == [("R1", "1", 4, 0, "")]


def test_F16_a_report_made_offline_and_sent_twice_is_one(shop):
    for _time in range(2):
        done = shop.sell(shop.sale(3), shop.sale(4, product="P2"), client_id="0c1e-77aa", who=shop.clerk)
    assert (done.created, done.unchanged, done.documents) == (0, 2, ["M-0c1e77aa"])
    assert [row[2] for row in standing(shop)] == [3, 4]


def test_a_line_that_came_by_file_is_not_counted_twice(shop, settings, tmp_path):
    """Files, forms and programs share their papers: one document is one sale."""
    settings.DATA_DIR = tmp_path
    text = "document,line number,date,distributor,product,quantity,amount\nR9,1,2026-07-15,D1,P1,7,70\n"
    file = shelf.store(SYSTEM, name="out.csv", chunks=[text.encode()], purpose="import")
    batch = imports.receive(SYSTEM, kind="sell_out", file_id=file.pk, background=False)
    imports.work_off(SYSTEM, batch)
    done = shop.sell(shop.sale(7, document="R9", amount="70"), who=shop.clerk)
    assert (done.created, done.unchanged) == (0, 1)
    shop.sell(shop.sale(6, document="R9", amount="60"), who=shop.clerk)
    assert standing(shop) == [("R9", "1", 6, 6000, "")]


def test_errors_come_back_by_row_and_field_and_nothing_or_the_good_ones_are_taken(shop):
    lines = [
        shop.sale(5, document="R1"),
        shop.sale("x", document="R1", product="P9", on="2026-13-01"),
        shop.sale(1, document="", on="2027-01-01"),
        shop.sale(2, document="R2", amount="-3", place="ZZ"),
        shop.sale(2, document="R1", line="1"),
        shop.sale(0, document="R3"),
        shop.sale(1, document="R4", pack="CS"),
    ]
    refused = shop.sell(*lines)
    assert not refused.taken
    assert [(each.row, each.field) for each in refused.faults] == [
        (2, "product"), (2, "on"), (2, "quantity"), (3, "document"), (3, "on"), (4, "amount"), (4, "place"),
        (5, "line"), (6, "quantity"), (7, "pack"),
    ]  # fmt: skip
    assert standing(shop) == []
    taken = shop.sell(*lines, take="good")
    assert (taken.taken, taken.created, len(taken.faults)) == (True, 1, 10)
    assert standing(shop) == [("R1", "1", 5, 0, "")]


def test_packs_are_exact_and_zero_takes_a_line_back(shop):
    shop.sell(shop.sale(3, document="R1", product="P2", pack="CS"))
    assert standing(shop)[0][2] == 12
    shop.sell(shop.sale(0, document="R1", product="P2"))
    assert standing(shop)[0][2] == 0


def test_what_came_back_is_a_return(shop):
    shop.sell(shop.sale(-2, document="T1", amount="-80"))
    row = trade.lines(SYSTEM, level="sell_out", start=date(2026, 7, 1), end=date(2026, 8, 1)).get()
    assert (row.kind, row.quantity, row.net_minor) == ("return", -2, -8000)


def test_limits(shop):
    with pytest.raises(Refused) as no:
        shop.sell()
    assert no.value.code == "empty"
    with pytest.raises(Refused) as no:
        shop.sell(*[shop.sale(1, document="R1")] * 1001)
    assert no.value.code == "too_many"


def test_a_stranger_reports_nothing_for_me(shop):
    with pytest.raises(Missing):
        shop.sell(shop.sale(1, document="R1"), who=shop.other)
    with pytest.raises(Forbidden):
        shop.sell(shop.sale(1, document="R1"), who=shop.director)


def test_a_program_sends_a_thousand_lines_in_one_call(shop):
    """Outside input: JSON as it comes, one transaction, one insert (C084)."""
    lines = [{"product": "P1", "quantity": n % 7 + 1, "on": "2026-07-20", "document": f"A{n}"} for n in range(1000)]
    inputs = {"party_id": shop.ids["D1"], "lines": lines}
    done = call("channel.report", shop.clerk, inputs, idempotency_key="batch-1")
    assert done.created == 1000
    again = call("channel.report", shop.clerk, inputs, idempotency_key="batch-1")
    assert again == done, "the key gives the stored answer"
