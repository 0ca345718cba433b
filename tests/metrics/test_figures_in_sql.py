# ruff: noqa: S608 - the names and values are this file's own
"""Every figure of the registry once more, in plain SQL on the tables of the database: nothing is shared with the lake."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection

from gongying.books.metrics.read import METRICS, figure
from gongying.books.parties import post as parties
from gongying.books.plans import post as plans
from gongying.books.stock import post as stock
from gongying.core.actor import SYSTEM, Actor
from gongying.core.doors import joined

pytestmark = pytest.mark.django_db
START, END = date(2026, 1, 1), date(2026, 10, 1)
LEVELS = ("sell_in", "sell_through", "sell_out")


@pytest.fixture
def books(network):
    """Two years of three levels: returns, corrections, a withdrawn batch, late changes of targets and declarations."""
    with joined("tests.books"):
        parties.regions(SYSTEM, [parties.RegionIn("ZJ", "浙江", level="province", parent="HD")])
        parties.regions(SYSTEM, [parties.RegionIn("HZ", "杭州", level="city", parent="ZJ")])
        parties.parties(SYSTEM, [parties.PartyIn("D3", "杭州三公司", region="HZ"), parties.PartyIn("D4", "无区域")])
    network.join(())
    network.ids.update(parties.read.ids_by_code(["D3", "D4"]))
    sold = [
        network.line(
            code,
            90 + 37 * n % 211,
            date(2025, 1, 5) + timedelta(days=11 * n),
            f"{level}-{code}-{n}",
            f"P{1 + n % 2}",
            1 + n % 4,
        )._replace(level=level, discount_minor=n % 3 * 100)
        for level in LEVELS
        for code in ("D1", "D2", "D3", "D4")
        for n in range(60)
    ]
    network.sell(*sold)
    back = network.line("D1", -60, date(2026, 3, 3), "BACK", "P1", -2)
    credit = network.line("D2", -7, date(2026, 3, 4), "CREDIT", "P2", 0)._replace(kind="return")
    wrong = network.line("D3", 5000, date(2026, 5, 5), "WRONG", "P2", 9)
    network.sell(back, credit, wrong)
    network.sell(wrong._replace(gross_minor=500_00), credit._replace(gross_minor=-9_00), back._replace(quantity=-1))
    network.sell(network.line("D1", -80, date(2026, 4, 4), "GONE", "P1", -3), batch_id=77)
    _plan_and_count(network)
    return network


def _plan_and_count(network):
    d1, d2, d3 = (network.ids[code] for code in ("D1", "D2", "D3"))
    asked = [
        plans.TargetIn("2026", d1, amount_minor=900_00),
        *(
            plans.TargetIn(f"2026-{m:02d}", d1, category=c, amount_minor=m * 10_00)
            for m in range(1, 13)
            for c in ("COOK", "FAN")
        ),
        plans.TargetIn("2026Q1", d2, amount_minor=300_00),
        plans.TargetIn("2026Q2", d2, amount_minor=200_00),
        plans.TargetIn("2026", d3, amount_minor=700_00),
        plans.TargetIn("2026-02", seller="S1", amount_minor=80_00),
    ]
    counted = [
        stock.CountIn(party, network.skus[sku], day, quantity)
        for party in (d1, d2)
        for sku in ("P1", "P2")
        for day, quantity in (
            (date(2026, 3, 31), 40),
            (date(2026, 6, 30), 25 + party % 3),
            (date(2025, 12, 31), 70),
        )
    ]
    with joined("tests.books"):
        plans.targets(SYSTEM, asked, source="t")
        plans.targets(SYSTEM, [asked[1]._replace(amount_minor=77_00)], source="t")
        plans.targets(SYSTEM, [plans.TargetIn("2026-03", d3, amount_minor=5_00)], source="t", batch_id=8)
        plans.reverse_batch(SYSTEM, batch_id=8)
        stock.counts(SYSTEM, counted, source="t")
        stock.counts(SYSTEM, [counted[0]._replace(quantity=33)], source="t")
        stock.counts(
            SYSTEM, [stock.CountIn(d3, network.skus["P1"], date(2026, 6, 30), 500)], source="t", batch_id=9
        )
        stock.reverse_batch(SYSTEM, batch_id=9)


MONTH = "substr(CAST({day} AS TEXT), 1, 7)"
COLUMNS = {
    "party": "p.code", "product": "g.code", "category": "c.code", "month": MONTH, "year": "substr(CAST({day} AS TEXT), 1, 4)",
    "region": "COALESCE(r2.code, r1.code, r0.code)", "currency": "x.currency",
}  # fmt: skip
PLACES = (
    "LEFT JOIN parties_party p ON p.id = x.{party} "
    "LEFT JOIN parties_region r0 ON r0.id = p.region_id AND r0.level = 'region' "
    "LEFT JOIN parties_region s1 ON s1.id = p.region_id AND s1.level = 'province' "
    "LEFT JOIN parties_region r1 ON r1.id = s1.parent_id "
    "LEFT JOIN parties_region s2 ON s2.id = p.region_id AND s2.level = 'city' "
    "LEFT JOIN parties_region t2 ON t2.id = s2.parent_id LEFT JOIN parties_region r2 ON r2.id = t2.parent_id "
)
GOODS = "JOIN goods_product g ON g.id = x.product_id JOIN goods_category c ON c.id = g.category_id "
LINES = "trade_line x " + PLACES.format(party="party_id") + GOODS
WORTH = (
    "JOIN (SELECT product_id, SUM(net_minor) * 1.0 / SUM(quantity) AS worth FROM trade_line WHERE level = 'sell_in' "
    "GROUP BY product_id) w ON w.product_id = x.product_id "
)
STANDING = (
    "x.withdrawn = {no} AND NOT EXISTS (SELECT 1 FROM {table} y WHERE y.source = x.source "
    "AND y.business_key = x.business_key AND y.revision > x.revision)"
)


def ask(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def grouped(value, tables, where, by, *, day="x.business_date", having=""):
    """{key: value}; `where` holds everything that narrows."""
    keys = [COLUMNS[name].format(day=day) for name in by]
    group = f" GROUP BY {', '.join(keys)}" if keys else ""
    rows = ask(f"SELECT {', '.join([*keys, value])} FROM {tables} WHERE {where}{group}{having}")
    return {tuple(row[:-1]): row[-1] for row in rows if row[-1] is not None}


def within(day, start=START, end=END):
    return f"{day} >= '{start}' AND {day} < '{end}'"


class Plain:
    """The figures of a reader (`only`: the ids he may see) by a grain."""

    def __init__(self, only):
        self.only = only

    def mine(self, column):
        return f"{column} IN ({', '.join(map(str, self.only))})" if self.only else "1 = 1"

    def lines(self, value, by, more="1 = 1", level="sell_in", start=START, end=END):
        where = f"x.level = '{level}' AND {within('x.business_date', start, end)} AND {self.mine('x.party_id')} AND {more}"
        return grouped(value, LINES, where, by)

    def distinct(self, what, by):
        keys = [COLUMNS[name].format(day="x.business_date") for name in by]
        inner = ", ".join([*(f"{key} AS k{n}" for n, key in enumerate(keys)), what])
        groups = ", ".join([*keys, what])
        where = f"x.level = 'sell_in' AND {within('x.business_date')} AND {self.mine('x.party_id')}"
        outer = ", ".join(f"k{n}" for n in range(len(keys)))
        sql = f"SELECT {inner} FROM {LINES} WHERE {where} GROUP BY {groups} HAVING SUM(x.quantity) > 0"
        rows = ask(
            f"SELECT {outer + ', ' if keys else ''}COUNT(*) FROM ({sql}) z{' GROUP BY ' + outer if keys else ''}"
        )
        return {tuple(row[:-1]): row[-1] for row in rows}

    def net(self, by, **more):
        return self.lines("SUM(x.gross_minor - x.discount_minor)", by, **more)

    def before(self, by):
        """Last year's sums under this year's names."""
        found = self.net(by, start=date(2025, 1, 1), end=date(2025, 10, 1))
        return {tuple(p.replace("2025", "2026") if p else p for p in key): value for key, value in found.items()}

    def asked(self):
        """The targets `x` that count, as conditions."""
        no = "FALSE" if connection.vendor == "postgresql" else "0"
        stands = STANDING.format(table="plans_target", no=no)
        year = "substr(CAST({0}.starts_on AS TEXT), 1, 4)"
        same = f"o.party_id = x.party_id AND {year.format('o')} = {year.format('x')} AND o.currency = x.currency AND o.seller = ''"
        other = STANDING.format(table="plans_target", no=no).replace("x.", "o.")
        finer = f"EXISTS (SELECT 1 FROM plans_target o WHERE {same} AND {other} AND {{}})"
        grouped_too = finer.format("o.category <> ''")
        rank = "(CASE WHEN length({0}.period) = 4 THEN 3 WHEN {0}.period LIKE '%Q%' THEN 2 ELSE 1 END)"
        return (
            f"x.seller = '' AND x.metric = 'sell_in' AND {stands} AND x.starts_on >= '{START}' AND x.ends_on <= '{END}' "
            f"AND NOT {finer.format(rank.format('o') + ' < ' + rank.format('x'))} "
            f"AND (x.category <> '' OR NOT {grouped_too}) AND {self.mine('x.party_id')}"
        )

    def net_of_asked(self, by):
        """Sales of the parties, product groups and periods that have a target."""
        one = (
            f"EXISTS (SELECT 1 FROM plans_target t WHERE t.id IN (SELECT x.id FROM plans_target x WHERE {self.asked()}) AND t.party_id "
            "= x.party_id AND (t.category = '' OR t.category = c.code) AND x.business_date >= t.starts_on "
            "AND x.business_date < t.ends_on)"
        )
        return self.net(by, more=one)

    def targets(self, by):
        tables = (
            "plans_target x "
            + PLACES.format(party="party_id")
            + "JOIN (SELECT DISTINCT category AS code FROM plans_target) c ON c.code = x.category"
        )
        return grouped("SUM(x.amount_minor)", tables, self.asked(), by, day="x.starts_on")

    def declared(self):
        no = "FALSE" if connection.vendor == "postgresql" else "0"
        stands = STANDING.format(table="stock_count", no=no)
        where = f"{stands} AND {within('x.counted_on')} AND x.holder_id IS NOT NULL AND {self.mine('x.holder_id')}"
        return "stock_count x " + PLACES.format(party="holder_id") + GOODS + WORTH, where

    def stock(self, by):
        tables, where = self.declared()
        keys = [COLUMNS[name] for name in by]
        head = "".join(f"{key} AS k{n}, " for n, key in enumerate(keys))
        names = "".join(f"k{n}, " for n in range(len(keys)))
        days = (
            f"SELECT {head}x.holder_id AS h, x.counted_on AS d, SUM(x.quantity * w.worth) AS v FROM {tables} WHERE {where} "
            f"GROUP BY {''.join(key + ', ' for key in keys)}x.holder_id, x.counted_on"
        )
        each = f"SELECT {names}h, AVG(v) AS v FROM ({days}) q GROUP BY {names}h"
        group = f" GROUP BY {names[:-2]}" if keys else ""
        return {
            tuple(row[:-1]): row[-1]
            for row in ask(f"SELECT {names}SUM(v) FROM ({each}) z{group}")
            if row[-1] is not None
        }

    def issued(self, by):
        _tables, where = self.declared()
        known = f"x.party_id IN (SELECT x.holder_id FROM stock_count x WHERE {where})"
        out = f"x.level IN ('sell_through', 'sell_out') AND {within('x.business_date')} AND {known}"
        return grouped("SUM(x.quantity * w.worth)", LINES + WORTH, out, by)

    def newest(self, by, slow):
        tables, where = self.declared()
        last = f"x.counted_on = (SELECT MAX(x.counted_on) FROM stock_count x WHERE x.holder_id = n.holder_id AND {where})"
        tables = tables.replace("stock_count x", "stock_count x JOIN stock_count n ON n.id = x.id")
        ninety = "date(x.counted_on, '-90 days')" if connection.vendor == "sqlite" else "x.counted_on - 90"
        issue = (
            f"EXISTS (SELECT 1 FROM trade_line o WHERE o.party_id = n.holder_id AND o.product_id = n.product_id "
            f"AND o.level IN ('sell_through', 'sell_out') AND o.quantity > 0 AND o.business_date < '{END}' "
            f"AND o.business_date >= {ninety})"
        )
        return grouped(
            "SUM(x.quantity * w.worth)", tables, f"{where} AND {last}" + (f" AND NOT {issue}" if slow else ""), by
        )


def divided(above, below):
    return {
        key: None if not value else Decimal(str(above.get(key, 0))) / Decimal(str(value))
        for key, value in below.items()
    }


BACK = "(x.kind = 'return' OR (x.kind = 'reversal' AND (SELECT o.kind FROM trade_line o WHERE o.id = x.corrects_id) = 'return'))"


def expected(name, plain, by):
    """The figure as plain SQL has it; a key without a value is left out."""
    times = tuple(n for n in by if n in ("month", "year", "currency"))
    whole = lambda key: plain.net(times).get(tuple(k for k, n in zip(key, by, strict=True) if n in times))  # noqa: E731
    net, pieces = plain.net(by), plain.lines("SUM(x.quantity)", by)
    brand = ask("SELECT COUNT(DISTINCT category_id) FROM goods_product")[0][0]
    return {
        "sell_in": lambda: net,
        "sell_through": lambda: plain.net(by, level="sell_through"),
        "sell_out": lambda: plain.net(by, level="sell_out"),
        "quantity": lambda: pieces,
        "growth": lambda: {k: v - 1 for k, v in divided(net, plain.before(by)).items()},
        "target": lambda: plain.targets(by),
        "attainment": lambda: divided(plain.net_of_asked(by), plain.targets(by)),
        "average_price": lambda: divided(net, pieces),
        "active_products": lambda: plain.distinct("x.product_id", by),
        "active_distributors": lambda: plain.distinct("x.party_id", by),
        "returns_rate": lambda: divided(
            plain.lines("-SUM(x.net_minor)", by, more=BACK), plain.lines("SUM(x.net_minor)", by, more=f"NOT {BACK}")
        ),
        "share": lambda: {key: Decimal(value) / whole(key) for key, value in net.items()},
        "coverage": lambda: {k: Decimal(v) / brand for k, v in plain.distinct("g.category_id", by).items()},
        "dio": lambda: {
            k: v * (END - START).days for k, v in divided(plain.stock(by), plain.issued(by)).items() if v
        },
        "slow_moving_share": lambda: divided(plain.newest(by, True), plain.newest(by, False)),
    }[name]()


GRAINS = [
    (),
    ("party",),
    ("region",),
    ("category",),
    ("product",),
    ("month",),
    ("year",),
    ("currency",),
    ("party", "month"),
]


@pytest.mark.parametrize("scoped", [False, True])
@pytest.mark.parametrize("name", sorted(METRICS))
def test_every_figure_is_what_plain_sql_says(books, name, scoped):
    only = sorted(books.ids[code] for code in ("D1", "D3")) if scoped else []
    actor = Actor("some", parties=frozenset(only)) if scoped else SYSTEM
    tried = 0
    for by in GRAINS:
        if not set(by) <= set(METRICS[name].by):
            continue
        if name in ("dio", "slow_moving_share") and set(by) & {"month", "year"}:
            continue  # declarations and sales have days of their own: see test_metrics
        found = figure(actor, name, start=START, end=END, by=by)
        values = {row[:-1]: row[-1] for row in found.rows if row[-1] is not None}
        wanted = {key: value for key, value in expected(name, Plain(only), by).items() if value is not None}
        assert values.keys() == wanted.keys(), by
        for key, value in wanted.items():
            if METRICS[name].unit in ("money", "units", "count") and name != "average_price":
                assert values[key] == value, (by, key)
            else:
                assert float(values[key]) == pytest.approx(float(value), rel=1e-12, abs=5e-7), (by, key)
        tried += len(wanted)
    assert tried > 5, "the figure had something to say"
