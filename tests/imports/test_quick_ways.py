"""The quick ways of posting are only quick: what they write is what the plain ways would."""

from datetime import date

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from gongying.books.trade import post as trade
from gongying.books.trade.models import Line
from gongying.core import posting
from gongying.core.actor import SYSTEM
from gongying.core.doors import joined

TEXTS = st.text(st.characters(exclude_characters="\x00", exclude_categories=("Cs",)), max_size=8)
ODD = ["None", "a\tb", "a\nb", "a\\b", "\\N", "a\rb", "100%", "%s", "'; --", "中文", ""]
LINES = st.builds(
    trade.LineIn,
    level=st.just("sell_in"),
    business_date=st.dates(date(1970, 1, 1), date(2199, 12, 31)),
    party_id=st.none() | st.integers(1, 9),
    product_id=st.integers(1, 9),
    quantity=st.integers(-(10**15), 10**15),
    currency=st.sampled_from(["CNY", "USD"]),
    gross_minor=st.integers(-(10**17), 10**17),
    discount_minor=st.sampled_from([0, 5]),
    document=TEXTS | st.sampled_from(ODD),
    line_no=st.sampled_from(["1", "2", "%d"]),
    place=TEXTS,
)


@given(st.lists(LINES, min_size=1, max_size=5))
def test_lines_made_ready_by_columns_have_the_keys_and_hashes_of_lines(rows):
    held = trade.ready(dict(zip(trade.LineIn._fields, map(list, zip(*rows, strict=True)), strict=True)))
    assert held["business_key"] == [row.key for row in rows]
    assert held["content_hash"] == [row.digest() for row in rows]
    assert held["net_minor"] == [row.gross_minor - row.discount_minor for row in rows]


@pytest.mark.django_db
@pytest.mark.parametrize("alike", [True, False])
def test_odd_texts_are_kept_as_they_are_on_both_ways_into_the_table(network, alike):
    texts = [*ODD, *(f"S{n}" for n in range(300))]  # more than a statement holds
    rows = [
        trade.LineIn(
            "sell_in",
            date(2026, 7, 1),
            network.ids["D1"],
            network.skus["P1"],
            1,
            "CNY",
            100,
            0,
            text,
            str(at),
            place="a'%s\\\t",
        )
        for at, text in enumerate(texts)
    ]
    with joined("tests.quick"):
        if alike:
            held = trade.ready(dict(zip(trade.LineIn._fields, map(list, zip(*rows, strict=True)), strict=True)))
            assert trade.columns(SYSTEM, held, source="o'%s", batch_id=None).created == len(rows)
        else:
            assert trade.lines(SYSTEM, rows, source="o'%s").created == len(rows)
        assert trade.lines(SYSTEM, rows, source="o'%s").unchanged == len(rows)
    kept = Line.objects.unscoped("test").order_by("id")
    assert [line.document for line in kept] == texts
    assert {(line.place, line.source, line.batch_id) for line in kept} == {("a'%s\\\t", "o'%s", None)}


@pytest.mark.skipif(connection.vendor != "sqlite", reason="the literals are those of SQLite")
@pytest.mark.django_db
@given(TEXTS | st.integers(-(2**62), 2**62) | st.none())
def test_a_value_written_down_is_the_value(value):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {posting._literal(value)}, %s", [1])
        assert cursor.fetchone()[0] == value
