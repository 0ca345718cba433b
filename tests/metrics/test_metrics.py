"""Every figure against an independent computation in plain Python, on the lake, in scope; and on another engine's SQL."""

from collections import defaultdict
from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import uuid4

import ibis
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gongying.books.lake import post as lake
from gongying.books.lake.read import snapshot
from gongying.books.metrics.read import METRICS, Selection, bases, figure
from gongying.books.metrics.read.sums import DIMENSIONS, Window
from gongying.books.plans import post as plans
from gongying.books.stock import post as stock
from gongying.books.trade import read as trade
from gongying.core.actor import SYSTEM, Actor
from gongying.core.doors import joined
from gongying.core.refusal import Refused

Y26 = {"start": date(2026, 1, 1), "end": date(2027, 1, 1)}


@pytest.fixture
def year(network, db):
    rows = [
        network.line(
            code,
            100 + 37 * n % 211,
            date(2025 + n % 2, n % 12 + 1, n % 28 + 1),
            f"{code}-{product}-{n}",
            product,
            1 + n % 4,
        )
        for code in ("D1", "D2")
        for product in ("P1", "P2")
        for n in range(80)
    ]
    rows += [network.line("D1", -30, date(2026, 5, 5), "R1", "P1", -1)]
    network.sell(*rows)
    network.rows = rows
    return network


def by_hand(rows, key):
    found = defaultdict(int)
    for row in rows:
        if row.level == "sell_in" and row.business_date.year == 2026:
            found[key(row)] += row.gross_minor - row.discount_minor
    return dict(found)


def test_sell_in_by_party_and_month_is_the_sum_of_its_lines(year):
    names = {pk: code for code, pk in year.ids.items()}
    found = figure(SYSTEM, "sell_in", by=("party", "month"), **Y26)
    expected = by_hand(year.rows, lambda r: (names[r.party_id], f"2026-{r.business_date.month:02d}"))
    assert found.as_dict() == expected
    assert found.columns == ("party", "month", "sell_in")
    assert sum(found.as_dict().values()) == figure(SYSTEM, "sell_in", **Y26).one


def test_growth_share_price_and_returns(year):
    now = figure(SYSTEM, "sell_in", **Y26).one
    before = figure(SYSTEM, "sell_in", start=date(2025, 1, 1), end=date(2026, 1, 1)).one
    assert figure(SYSTEM, "growth", **Y26).one == Decimal(now) / before - 1
    assert sum(figure(SYSTEM, "share", by=("party",), **Y26).as_dict().values()) == 1
    pieces = sum(r.quantity for r in year.rows if r.business_date.year == 2026)
    assert figure(SYSTEM, "quantity", **Y26).one == pieces
    assert figure(SYSTEM, "average_price", **Y26).one == Decimal(now) / pieces
    assert figure(SYSTEM, "returns_rate", **Y26).one == Decimal(3000) / (now + 3000)
    assert figure(SYSTEM, "active_products", **Y26).one == 2
    assert figure(SYSTEM, "active_distributors", by=("region",), **Y26).as_dict() == {"HD": 1, "HN": 1}


def test_what_is_undefined_is_not_zero(year):
    empty = {"start": date(2030, 1, 1), "end": date(2031, 1, 1)}
    assert figure(SYSTEM, "sell_in", **empty).one == 0
    for code in ("growth", "share", "attainment", "average_price", "returns_rate", "dio", "slow_moving_share"):
        assert figure(SYSTEM, code, **empty).one is None, code


def test_nobody_sees_a_strangers_figure(year):
    mine = Actor("d1", parties=frozenset({year.ids["D1"]}))
    assert set(figure(mine, "sell_in", by=("party",), **Y26).as_dict()) == {"D1"}
    assert figure(mine, "share", **Y26).one == 1
    nobody = Actor("nobody", parties=frozenset())
    for code in METRICS:
        assert figure(nobody, code, by=("party",), **Y26).rows == [], code


def test_attainment_counts_what_was_asked_once(year):
    d1 = year.ids["D1"]
    with joined("tests.plans"):
        asked = [
            plans.TargetIn("2026", d1, amount_minor=999_00),
            plans.TargetIn("2026-01", d1, category="COOK", amount_minor=50_00),
            plans.TargetIn("2026-02", d1, category="COOK", amount_minor=70_00),
            plans.TargetIn("2026-02", d1, amount_minor=500_00),
        ]
        plans.targets(SYSTEM, asked, source="t")
        plans.targets(SYSTEM, [asked[1]._replace(amount_minor=30_00)], source="t")
    assert figure(SYSTEM, "target", by=("party", "month"), **Y26).as_dict() == {
        ("D1", "2026-01"): 30_00,
        ("D1", "2026-02"): 70_00,
    }
    reached = figure(SYSTEM, "attainment", by=("party",), **Y26).as_dict()
    asked_for = {"start": date(2026, 1, 1), "end": date(2026, 3, 1), "where": {"party": "D1", "category": "COOK"}}
    assert reached["D1"] == Decimal(figure(SYSTEM, "sell_in", **asked_for).one) / 100_00
    assert "D2" not in reached, "nobody asked him"


def test_a_month_that_has_only_begun_is_held_against_no_target(year):
    """The day to which a page looks does not change what is reached: only whole periods count, above and below."""
    d1 = year.ids["D1"]
    with joined("tests.plans"):
        asked = [plans.TargetIn(f"2026-{month:02d}", d1, amount_minor=100_00) for month in (1, 2, 3)]
        plans.targets(SYSTEM, asked, source="t")
    year.sell(year.line("D1", 3000, date(2026, 3, 2), "MARCH"))
    closed = figure(SYSTEM, "attainment", start=date(2026, 1, 1), end=date(2026, 3, 1)).one
    assert figure(SYSTEM, "attainment", start=date(2026, 1, 1), end=date(2026, 3, 20)).one == closed
    assert figure(SYSTEM, "attainment", start=date(2026, 1, 1), end=date(2026, 4, 1)).one != closed


def test_days_of_inventory_and_slow_stock(year):
    d1, rice, fan = year.ids["D1"], year.skus["P1"], year.skus["P2"]
    sold = year.line("D1", 1, date(2026, 6, 1), "OUT", "P1", 30)._replace(level="sell_out")
    year.sell(sold)
    with joined("tests.stock"):
        stock.counts(
            SYSTEM,
            [
                stock.CountIn(d1, rice, date(2026, 5, 31), 40),
                stock.CountIn(d1, rice, date(2026, 6, 30), 20),
                stock.CountIn(d1, fan, date(2026, 6, 30), 10),
            ],
            source="t",
        )
    june = {"start": date(2026, 5, 31), "end": date(2026, 7, 1)}
    worth = {}
    for pk in (rice, fan):
        held = [r for r in year.rows if r.product_id == pk]
        worth[pk] = sum(r.gross_minor for r in held) / sum(r.quantity for r in held)
    average = (40 * worth[rice] + 20 * worth[rice] + 10 * worth[fan]) / 2
    assert float(figure(SYSTEM, "dio", **june).one) == pytest.approx(average / (30 * worth[rice]) * 31)
    slow = 10 * worth[fan] / (20 * worth[rice] + 10 * worth[fan])
    assert float(figure(SYSTEM, "slow_moving_share", by=("party",), **june).as_dict()["D1"]) == pytest.approx(slow)


def test_a_question_that_makes_no_sense_is_refused(year):
    for bad in (
        {"metric": "nonsense"},
        {"metric": "sell_in", "by": ("shoe size",)},
        {"metric": "sell_in", "where": {"x": "y"}},
    ):
        with pytest.raises(Refused):
            figure(SYSTEM, bad.pop("metric"), **bad, **Y26)
    with pytest.raises(Refused):
        figure(SYSTEM, "sell_in", start=date(2026, 2, 1), end=date(2026, 2, 1))


def test_every_figure_compiles_for_a_distributed_engine():
    window = Window(date(2026, 1, 1), date(2027, 1, 1), ("region", "month"))
    for metric in METRICS.values():
        for expression in metric.inputs.values():
            for dialect in ("clickhouse", "trino", "postgres"):
                assert "SELECT" in str(ibis.to_sql(expression(window), dialect=dialect))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(-500, 500), st.integers(1, 9)), min_size=1, max_size=20))
def test_corrections_and_returns_add_up_in_any_order(network, db, rows):
    stands, salt = {}, uuid4().hex[:8]
    before = figure(SYSTEM, "sell_in", where={"party": "D1"}, **Y26).one
    for number, yuan, quantity in rows:
        network.sell(network.line("D1", yuan, date(2026, 3, 3), f"{salt}-{number}", qty=quantity))
        stands[number] = yuan * 100
    assert figure(SYSTEM, "sell_in", where={"party": "D1"}, **Y26).one == before + sum(stands.values())


def test_parts_hold_what_is_committed_and_a_posting_is_seen_at_once(network, settings, tmp_path, monkeypatch):
    settings.DATA_DIR = tmp_path
    monkeypatch.setattr(lake, "uncommitted", lambda: False)  # the test's own transaction is not meant
    monkeypatch.setattr(lake, "WORTH_A_PART", 3)
    network.sell(*[network.line(yuan=n, doc=f"A{n}") for n in range(1, 6)])
    assert figure(SYSTEM, "sell_in", **Y26).one == 1500
    assert [pq.read_metadata(part.path).num_rows for part in lake.chain("lines")] == [5]
    assert snapshot() is snapshot()
    network.sell(network.line(yuan=10, doc="B"))
    assert figure(SYSTEM, "sell_in", **Y26).one == 2500
    assert len(lake.chain("lines")) == 1, "a short tail stays in memory"
    monkeypatch.undo()
    network.sell(*[network.line(yuan=1, doc=f"C{n}") for n in range(9)])
    assert lake.refresh() == 0, "inside a transaction nothing is written"


def test_many_parts_become_one_and_a_foreign_lake_is_not_believed(network, settings, tmp_path, monkeypatch):
    settings.DATA_DIR = tmp_path
    monkeypatch.setattr(lake, "uncommitted", lambda: False)  # the test's own transaction is not meant
    monkeypatch.setattr(lake, "WORTH_A_PART", 1)
    monkeypatch.setattr(lake, "MOST_PARTS", 2)
    for n in range(1, 6):
        network.sell(network.line(yuan=n, doc=f"A{n}"))
        lake.refresh()
    assert len(lake.chain("lines")) <= 3
    assert figure(SYSTEM, "sell_in", **Y26).one == 1500
    files = sorted((lake.home() / "lines").glob("*.parquet"))
    assert len(files) > len(lake.chain("lines")), "what a compaction covers may still be read elsewhere"
    monkeypatch.setattr(lake, "KEEP", -1)
    for n in range(6, 13):  # two compactions more
        network.sell(network.line(yuan=0, doc=f"A{n}"))
        lake.refresh()
    assert not set(files) & set((lake.home() / "lines").glob("*.parquet")), "an hour later it goes"
    part = lake.chain("lines")[-1]
    part.path.rename(part.path.with_name(f"{part.after}-{part.last}-{'f' * 32}.parquet"))
    assert lake.chain("lines") == []
    network.sell(network.line(yuan=1, doc="Z"))
    assert figure(SYSTEM, "sell_in", **Y26).one == 1600


@pytest.mark.parametrize("since", [date(2025, 1, 1), date(1970, 1, 1)], ids=["days looked up", "too many days"])
def test_bases_of_many_programmes_are_the_sums_of_their_lines(year, since):
    everything = Selection(date(2026, 1, 1), date(2027, 1, 1), "CNY")
    asked = [
        everything,
        replace(everything, categories=("COOK",)),
        replace(everything, products=("P2",), places=("HD",)),
        replace(everything, without=("P1",), start=date(2026, 4, 1), end=date(2026, 7, 1)),
        replace(everything, up_to=trade.watermark() - 100),
        replace(everything, currency="USD"),
        replace(everything, level="sell_out"),
        replace(everything, start=since, end=date(2026, 1, 1), also="gross"),
    ]
    group = {year.skus["P1"]: "COOK", year.skus["P2"]: "FAN"}
    code = {pk: name for name, pk in year.skus.items()}
    for selection, found in zip(asked, bases(asked), strict=True):
        expected: dict[int, list[int]] = {}
        held = trade.lines(
            SYSTEM,
            level=selection.level,
            start=selection.start,
            end=selection.end,
            currency=selection.currency,
            up_to=selection.up_to,
        )
        for line in held:
            if (
                (selection.categories or selection.products)
                and group[line.product_id] not in selection.categories
                and code[line.product_id] not in selection.products
            ):
                continue
            if code[line.product_id] in selection.without or (selection.places and line.party_id != year.ids["D1"]):
                continue
            sums = expected.setdefault(line.party_id, [0, 0, 0, 0])
            also = line.gross_minor if selection.also else 0
            for place, value in enumerate((line.net_minor, line.quantity, 1, also)):
                sums[place] += value
        assert {b.party_id: [b.net_minor, b.quantity, b.lines, b.also] for b in found} == expected


def test_money_of_several_currencies_is_never_added(network):

    dollars = network.line("D2", 100, doc="U1")._replace(currency="USD")
    network.sell(network.line(yuan=9000), dollars)
    year = {"start": date(2026, 1, 1), "end": date(2027, 1, 1)}
    for name in ("sell_in", "growth", "share", "average_price"):
        with pytest.raises(Refused) as no:
            figure(SYSTEM, name, **year)
        assert no.value.code == "currencies"
        assert "CNY, USD" in str(no.value)
    assert figure(SYSTEM, "sell_in", by=("currency",), **year).as_dict() == {"CNY": 9000_00, "USD": 100_00}
    assert figure(SYSTEM, "sell_in", where={"currency": "USD"}, **year).one == 100_00
    assert figure(SYSTEM, "sell_in", where={"party": "D1"}, **year).one == 9000_00
    assert figure(replace(SYSTEM, parties=frozenset({network.ids["D2"]})), "sell_in", **year).one == 100_00
    assert figure(SYSTEM, "quantity", **year).one == 2
    assert figure(SYSTEM, "share", by=("currency",), **year).as_dict() == {"CNY": 1, "USD": 1}


def test_a_share_of_a_month_is_of_that_month(network):
    network.sell(
        network.line(yuan=300, on=date(2026, 1, 5)),
        network.line("D2", 100, doc="B1", on=date(2026, 1, 6)),
        network.line("D2", 500, doc="B2", on=date(2026, 2, 6)),
    )
    found = figure(SYSTEM, "share", start=date(2026, 1, 1), end=date(2026, 3, 1), by=("party", "month")).as_dict()
    assert found == {("D1", "2026-01"): Decimal("0.75"), ("D2", "2026-01"): Decimal("0.25"), ("D2", "2026-02"): 1}


@pytest.mark.parametrize("name", sorted(METRICS))
def test_every_grain_is_answered_or_refused_with_what_works(network, name):
    network.sell(network.line(yuan=300))
    year = {"start": date(2026, 1, 1), "end": date(2027, 1, 1)}
    for grain in DIMENSIONS:
        if grain in METRICS[name].by:
            assert figure(SYSTEM, name, by=(grain,), **year).columns == (grain, name)
            figure(SYSTEM, name, where={grain: "x"}, **year)
        else:
            with pytest.raises(Refused) as no:
                figure(SYSTEM, name, by=(grain,), **year)
            assert METRICS[name].by[0] in str(no.value)
