"""A year of resellers' purchases, settled quarter by quarter while returns and late lines of earlier quarters come in: every
true-up against plain SQL over the posted lines. Once on the AdventureWorks data where they are, always on a seeded year of the
same shape.
"""

import csv
import os
import random
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection

from gongying.areas.rewards import actions, queries
from gongying.areas.rewards.models import Statement
from gongying.books.goods import post as goods
from gongying.books.goods import read as shelf
from gongying.books.money import read as money
from gongying.books.parties import post as parties
from gongying.books.parties import read as people
from gongying.books.trade import post as trade
from gongying.core.actor import SYSTEM, Actor
from gongying.core.doors import action
from gongying.core.doors.door import ACTIONS

pytestmark = pytest.mark.django_db
FINANCE = Actor("finance", role="finance", may=frozenset({"*"}), parties=None)
ADVENTUREWORKS = os.environ.get("GONGYING_ADVENTUREWORKS", "")
YEAR, CURRENCY, SOURCE = 2012, "USD", "year"
FULLEST = 24  # resellers of the many
QUARTERS = {f"{YEAR}Q{n}": (date(YEAR, 3 * n - 2, 1), date(YEAR + n // 4, 3 * n % 12 + 1, 1)) for n in range(1, 5)}
STEPS = (("0", "0.01"), ("8000", "0.0225"), ("30000", "0.0375"))  # dollars
GROWTH = (("0.9", "0.005"), ("1.1", "0.0125"), ("1.6", "0.03"))  # of the same quarter a year before
PROGRAMMES = {
    f"{name}-{returns}": {"method": method, "measure": measure, "returns": returns, "categories": groups}
    for name, method, measure, groups, both in (
        ("slab", "slab", "base", [], ("restate", "adjust")),
        ("marginal", "marginal", "base", ["1", "3"], ("adjust",)),
        ("growth", "slab", "previous", [], ("restate",)),
        ("above", "marginal", "previous", [], ("adjust",)),
    )
    for returns in both
}
FILES = (
    "FactResellerSales.csv",
    "DimReseller.csv",
    "DimProduct.csv",
    "DimProductSubcategory.csv",
    "DimCurrency.csv",
)


@action(needs="tests.yearbook", roles=("admin",), name="tests.yearbook", exposed=False)
def _known(actor, *, resellers, products):
    parties.regions(actor, [parties.RegionIn("US", "United States", level="country")])
    parties.parties(actor, [parties.PartyIn(code, name, name, region="US") for code, name in resellers.items()])
    goods.products(actor, [goods.ProductIn(code, code, group) for code, group in products.items()])


@action(needs="tests.quarter", roles=("admin",), name="tests.quarter", exposed=False)
def _came(actor, *, rows, days):
    trade.lines(actor, rows, source=SOURCE)
    return trade.came_from(actor, days, level="sell_in", source=SOURCE)


for _name in ("tests.yearbook", "tests.quarter"):
    ACTIONS.pop(_name, None)


# --- the data --------------------------------------------------------------------------------------------------------


def seeded(folder):
    """Two years in files of the same shape: resellers who order twice a quarter or rarely, some growing, some shrinking."""
    chance = random.Random(f"a year of returns {YEAR}")  # noqa: S311 - the same year every time
    resellers, sales = range(1, 13), []
    for reseller in resellers:
        size, trend, rare = chance.choice((2, 9, 30)), chance.choice((0.6, 1.0, 1.3, 1.9)), chance.random() < 0.2
        for quarter in range(8):
            for order in range(chance.randint(0, 1) if rare else 2):
                on = date(YEAR - 1 + quarter // 4, quarter % 4 * 3 + chance.randint(1, 3), chance.randint(1, 28))
                for line in range(1, chance.randint(2, 6)):
                    pieces, price = chance.randint(1, size), chance.randint(20_000, 9_000_000)
                    worth = int(pieces * price * (trend if on.year == YEAR else 1))
                    off = worth * chance.choice((0, 0, 0, 2, 5)) // 100
                    sales.append([chance.randint(1, 20), reseller, f"SO{reseller}-{quarter}-{order}", line, pieces, f"{worth / 10**4:.4f}", f"{off / 10**4:.4f}", chance.choice((1, 1, 1, 1, 2)), on])  # fmt: skip
    kinds = [(n, f"K{n}", f"{1 + n % 4}.0") for n in range(1, 21)]
    for name, head, rows in (
        ("FactResellerSales.csv", "ProductKey,ResellerKey,SalesOrderNumber,SalesOrderLineNumber,OrderQuantity,ExtendedAmount,DiscountAmount,CurrencyKey,OrderDate", sales),
        ("DimReseller.csv", "ResellerKey,ResellerAlternateKey,ResellerName", [(n, f"AW{n:08}", f"Shop {n}") for n in resellers]),
        ("DimProduct.csv", "ProductKey,ProductAlternateKey,ProductSubcategoryKey", kinds),
        ("DimProductSubcategory.csv", "ProductSubcategoryKey,ProductCategoryKey", [(n, n) for n in range(1, 5)]),
        ("DimCurrency.csv", "CurrencyKey,CurrencyAlternateKey", [(1, CURRENCY), (2, "CAD")]),
    ):  # fmt: skip
        with (folder / name).open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows([head.split(","), *rows])
    return folder


def table(folder, name):
    with (folder / name).open(encoding="utf-8-sig", newline="") as lines:
        yield from csv.DictReader(lines)


def cents(text):
    return int((Decimal(text) * 100).quantize(Decimal(1), "ROUND_HALF_UP"))


def posted(folder):
    """The resellers and products made known, and the lines of the two years in one currency, oldest first."""
    (money_key,) = (
        r["CurrencyKey"] for r in table(folder, "DimCurrency.csv") if r["CurrencyAlternateKey"] == CURRENCY
    )
    group = {
        r["ProductSubcategoryKey"]: r["ProductCategoryKey"] for r in table(folder, "DimProductSubcategory.csv")
    }
    kinds = {r["ProductKey"]: r for r in table(folder, "DimProduct.csv")}
    sales = [
        r
        for r in table(folder, "FactResellerSales.csv")
        if r["CurrencyKey"] == money_key and r["OrderDate"][:4] in (str(YEAR - 1), str(YEAR))
    ]
    count = {}
    for r in sales:
        count[r["ResellerKey"]] = count.get(r["ResellerKey"], 0) + (r["OrderDate"][:4] == str(YEAR - 1))
    whom = set(sorted(count, key=lambda key: (-count[key], int(key)))[:FULLEST])
    shops = {r["ResellerKey"]: r for r in table(folder, "DimReseller.csv") if r["ResellerKey"] in whom}
    resellers = {r["ResellerAlternateKey"]: r["ResellerName"] for r in shops.values()}
    bought = [kinds[key] for key in sorted({r["ProductKey"] for r in sales})]
    products = {k["ProductAlternateKey"]: group[k["ProductSubcategoryKey"].removesuffix(".0")] for k in bought}
    _known(SYSTEM, resellers=resellers, products=products)
    ids, skus = people.ids_by_code(resellers), shelf.ids_by_code(products)
    rows = [
        trade.LineIn(
            "sell_in",
            date.fromisoformat(r["OrderDate"][:10]),
            ids[shops[r["ResellerKey"]]["ResellerAlternateKey"]],
            skus[kinds[r["ProductKey"]]["ProductAlternateKey"]],
            int(r["OrderQuantity"]),
            CURRENCY,
            cents(r["ExtendedAmount"]),
            cents(r["DiscountAmount"]),
            r["SalesOrderNumber"],
            r["SalesOrderLineNumber"],
        )
        for r in sales
        if r["ResellerKey"] in whom
    ]
    return sorted(rows, key=lambda row: (row.business_date, row.document, int(row.line_no)))


def returned(chance, sold, number, start):
    """A part of a line that was sold earlier comes back in the quarter that starts then."""
    pieces = chance.randint(1, sold.quantity)
    gross, off = (amount * pieces // sold.quantity for amount in (sold.gross_minor, sold.discount_minor))
    on = start + timedelta(days=chance.randrange(90))
    return sold._replace(
        business_date=on, quantity=-pieces, gross_minor=-gross, discount_minor=-off, document=f"RET{number}", line_no="1", kind="return"
    )  # fmt: skip


def quarters_of_knowledge(rows):
    """(quarter, what is posted in it, the day of the sale of each return): one line in twenty is posted a quarter late, one in
    twelve comes back in a later quarter, half of them never to be traced to their sale."""
    chance = random.Random("what comes back")  # noqa: S311 - the same every time
    coming = {code: [] for code in QUARTERS}
    origins = {}
    codes = list(QUARTERS)
    for number, row in enumerate(rows):
        quarter = 0 if row.business_date.year < YEAR else (row.business_date.month - 1) // 3
        late = row.business_date.year == YEAR and quarter < 3 and chance.random() < 0.05
        coming[codes[quarter + late]].append(row)
        if row.business_date.year == YEAR and quarter + late < 3 and chance.random() < 0.085:
            back_in = codes[chance.randint(quarter + late + 1, 3)]
            back = returned(chance, row, number, QUARTERS[back_in][0])
            coming[back_in].append(back)
            if chance.random() < 0.5:
                origins[back.key] = row.business_date
    for code, known in coming.items():
        yield code, known, {row.key: origins[row.key] for row in known if row.key in origins}


# --- the same in SQL -------------------------------------------------------------------------------------------------


def by_steps(method, steps, base, scale):
    """What a base (a column of integers) pays in minor units: `steps` are (start, rate × 10,000) with integers or columns in
    the units of the base × 100, `scale` what one minor unit is in it × 10,000."""
    if method == "slab":
        cases = " ".join(f"WHEN {base} >= {start} THEN {base} * {rate}" for start, rate in reversed(steps))
        earned = f"(CASE {cases} ELSE 0 END)"
    else:
        tops = [*(start for start, _rate in steps[1:]), None]
        earned = "(0" + "".join(
            f" + CASE WHEN {base} <= {low} THEN 0 "
            + (f"WHEN {base} > {top} THEN ({top} - {low}) * {rate} " if top else "")
            + f"ELSE ({base} - {low}) * {rate} END"
            for (low, rate), top in zip(steps, tops, strict=True)
        ) + ")"  # fmt: skip
    return f"CASE WHEN {base} > 0 THEN ({earned} + {scale // 2}) / {scale} ELSE 0 END"


def sums(document, name, start, end):
    """A common table: what each reseller bought between two days, returns where the programme counts them."""
    day = "COALESCE(o.origin_on, l.business_date)" if document["returns"] == "restate" else "l.business_date"
    groups = ", ".join(f"'{code}'" for code in document["categories"])
    inside = f"AND c.code IN ({groups})" if groups else ""
    return (
        f"{name} AS (SELECT l.party_id, CAST(SUM(l.gross_minor - l.discount_minor) AS BIGINT) AS b "  # noqa: S608 - of this file
        "FROM trade_line l JOIN goods_product p ON p.id = l.product_id JOIN goods_category c ON c.id = p.category_id "
        "LEFT JOIN trade_origin o ON o.line_id = l.id "
        f"WHERE l.level = 'sell_in' AND l.currency = '{CURRENCY}' AND {day} >= '{start}' AND {day} < '{end}' {inside} "
        "GROUP BY l.party_id)"
    )


def in_sql(document, start, end):
    """What everybody is entitled to for a quarter by what is posted, in minor units, by party."""
    rates = [(Decimal(start_), int(Decimal(rate) * 10_000)) for start_, rate in document["steps"]]
    now = sums(document, "bought", start, end)
    if document["measure"] == "base":
        steps = [(int(at * 100), rate) for at, rate in rates]
        text = f"WITH {now} SELECT party_id, {by_steps(document['method'], steps, 'b', 10_000)} FROM bought"  # noqa: S608
    else:
        before = sums(document, "before", *(day.replace(year=day.year - 1) for day in (start, end)))
        steps = [(f"(y * {int(at * 100)})", rate) for at, rate in rates]  # the base in hundredths of a cent
        text = (
            f"WITH {now}, {before}, pair AS (SELECT t.party_id, t.b * 100 AS h, COALESCE(y.b, 0) AS y FROM bought t "  # noqa: S608
            "LEFT JOIN before y ON y.party_id = t.party_id) "
            f"SELECT party_id, CASE WHEN y > 0 THEN {by_steps(document['method'], steps, 'h', 1_000_000)} ELSE 0 END FROM pair"
        )
    with connection.cursor() as cursor:
        cursor.execute(text)
        return {party: int(amount) for party, amount in cursor.fetchall()}


# --- the year --------------------------------------------------------------------------------------------------------


@pytest.fixture(params=["seeded", "adventureworks"])
def sold(request, tmp_path, network):
    if request.param == "seeded":
        return posted(seeded(tmp_path))
    if not ADVENTUREWORKS or not all((Path(ADVENTUREWORKS) / name).exists() for name in FILES):
        pytest.skip("GONGYING_ADVENTUREWORKS does not name a folder of the data")
    return posted(Path(ADVENTUREWORKS))


def test_every_true_up_of_a_year_with_returns_is_that_of_plain_sql(sold, programme):
    documents = {}
    for key, document in PROGRAMMES.items():
        rows = GROWTH if document["measure"] == "previous" else STEPS
        ends = [*(start for start, _rate in rows[1:]), None]
        tiers = [{"start": s, "end": e, "rate": r} for (s, r), e in zip(rows, ends, strict=True)]
        documents[key] = document | {"steps": rows}
        programme(key=key, start=date(YEAR, 1, 1), period="quarter", currency=CURRENCY, tiers=tiers, **document)
    settled = {(key, code): {} for key in documents for code in QUARTERS}
    back = dict.fromkeys(documents, 0)
    more = dict(back)
    so_far = []
    for now, rows, origins in quarters_of_knowledge(sold):
        assert _came(SYSTEM, rows=rows, days=origins) == len(origins)
        so_far.append(now)
        for key, document in documents.items():
            for code in so_far:
                owed = in_sql(document, *QUARTERS[code])
                before = settled[key, code]
                expected = {
                    p: due for p in owed.keys() | before.keys() if (due := owed.get(p, 0) - before.get(p, 0))
                }
                done = actions.settle(SYSTEM, programme=key, period=code)
                assert due_of(done.run_id) == expected, (key, code, now)
                assert done.due_minor == sum(expected.values())
                if done.run_id:
                    actions.approve(FINANCE, run_id=done.run_id)
                if code != now:
                    back[key] += sum(due < 0 for due in expected.values())
                    more[key] += sum(due > 0 for due in expected.values())
                settled[key, code] = owed
    _nothing_is_left(documents, settled, so_far)
    for key, document in documents.items():
        assert more[key], "late lines are paid for"
        assert bool(back[key]) == (document["returns"] == "restate"), "what comes back is taken where it counts"


def due_of(run_id):
    rows = Statement.objects.unscoped("test").filter(run_id=run_id)
    return dict(rows.values_list("party_id", "due_minor"))


def _nothing_is_left(documents, settled, so_far):
    """The accounts hold what SQL says of the whole year, and settling once more pays nothing."""
    owed = {}
    for each in settled.values():
        for party, amount in each.items():
            owed[party] = owed.get(party, 0) + amount
    for party, amount in owed.items():
        assert money.balance(SYSTEM, kind="rebate", holder_id=party, currency=CURRENCY) == amount
    for key in documents:
        for code in so_far:
            assert not any(line.due_minor for line in queries.preview(SYSTEM, programme=key, period=code))
    assert money.check() == []
