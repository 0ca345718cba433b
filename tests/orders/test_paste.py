"""X08: a paste from Excel, in either order; nothing is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongying.areas.orders.rules.pasting import Known, read_paste

GOODS = {
    "1001": Known(1, "1001", "EA", {"CS": 12}),
    "10": Known(2, "10", "EA"),
    "p3": Known(3, "P3", "EA", {"CS": 6, "BX": 3}),
    "690123": Known(3, "P3", "EA", {"CS": 6, "BX": 3}),
}
UNITS = {"箱": "CS", "台": ""}


def read(text):
    got = read_paste(text, GOODS, UNITS)
    return [(x.code, x.packs, x.pack) for x in got.lines], [(x.row, x.code) for x in got.faults]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("1001\t5", [("1001", 5, "")]),
        ("5\tP3", [("P3", 5, "")]),
        ("商品编码\t数量\nP3\t5\n1001\t7", [("P3", 5, ""), ("1001", 7, "")]),
        ("qty;code\n5;p3", [("P3", 5, "")]),
        ("P3,5", [("P3", 5, "")]),
        ("P3 , 1,200", [("P3", 1200, "")]),
        ("Ｐ３；２", [("P3", 2, "")]),
        ("P3 5箱", [("P3", 5, "CS")]),
        ("P3\t5\tbx", [("P3", 5, "BX")]),
        ("P3\t电饭煲\t5\t台", [("P3", 5, "")]),
        ("690123\t4", [("P3", 4, "")]),
        ('"P3"\t"4"', [("P3", 4, "")]),
        ("P3\t5\nP3\t2\nP3\t1\tCS", [("P3", 7, ""), ("P3", 1, "CS")]),
        (
            "10\t1001\n10\tp3",
            [("1001", 10, ""), ("P3", 10, "")],
        ),  # the column of the codes is where most of them are
        ("P3\t4.0", [("P3", 4, "")]),
    ],
)
def test_what_is_meant_is_read(text, lines):
    assert read(text) == (lines, [])


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("P9\t5", [(1, "unknown")]),
        ("P3\t1.5", [(1, "quantity")]),
        ("P3\t-2", [(1, "quantity")]),
        ("P3\t0", [(1, "quantity")]),
        ("P3", [(1, "quantity")]),
        ("P3\t99999999999", [(1, "quantity")]),
        ("10\t3箱", [(1, "pack")]),
        ("P3\t3件", [(1, "pack")]),
        ("P3\t1\n\n\nP9\t2", [(4, "unknown")]),
    ],
)
def test_what_cannot_be_read_says_which_row_and_why(text, faults):
    got = read_paste(text, GOODS, UNITS)
    assert [(x.row, x.code) for x in got.faults] == faults
    assert all(str(fault.message) and str(fault.remedy) for fault in got.faults)
    assert got.rest.splitlines() == [text.splitlines()[row - 1] for row, _code in faults]


def test_a_code_that_is_nearly_one_is_named():
    got = read_paste("10O1\t5", GOODS, UNITS)
    assert "1001" in str(got.faults[0].remedy)


@given(st.lists(st.text(alphabet="P30159,.\t;箱 xX-", min_size=1, max_size=14), max_size=12))
def test_nothing_is_lost(rows):
    """Every row that is not empty is a line (added up where it is named again), a fault with its text, or the heading."""
    text = "\n".join(rows)
    got = read_paste(text, GOODS, UNITS)
    filled = [row for row in text.splitlines() if row.strip()]
    assert len(got.lines) + len(got.repeated) + len(got.faults) + len(got.headings) == len(filled)
    assert all(line.packs > 0 for line in got.lines)


def test_a_paste_is_bounded():
    got = read_paste("\n".join(["P3\t1"] * 2500), GOODS, UNITS)
    assert got.lines[0].packs == 2000
    assert {fault.code for fault in got.faults} == {"many"}
    assert len(got.faults) == 500
