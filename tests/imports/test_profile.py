"""A whole folder by a declaration. Totals are recomputed from the files with nothing but csv and Decimal."""

import csv
import os
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pytest
from django.db.models import Count, Sum

from gongying.areas.imports import actions
from gongying.books.goods.models import Product
from gongying.books.parties.models import Party
from gongying.books.places.models import Territory
from gongying.books.plans.models import Target
from gongying.books.prices.models import Price
from gongying.books.stock import read as stock
from gongying.books.stock.models import Balance, Movement
from gongying.books.trade.models import Line
from gongying.core.actor import SYSTEM
from gongying.core.journal.models import Entry
from gongying.core.refusal import Refused

pytestmark = pytest.mark.django_db
BESIDE = Path(__file__).resolve().parents[3] / "shared/data/adventureworks/dw"
FOLDER = Path(os.environ.get("GONGYING_ADVENTUREWORKS", BESIDE))
PROFILE = """
source = "erp"
tables = { item = { file = "items.csv", key = "no" } }
[[steps]]
into = "distributors"
file = "shops.csv"
code = "S{no}"
name = "{name}"
[[steps]]
into = "products"
file = "items.csv"
code = "{sku}"
name = "{title}"
category = "{group|MISC}"
[[steps]]
into = "lines"
file = "sales.csv"
when = "{amount}"
level = "sell_in"
party = "S{shop}"
product = "{item>item.sku}"
document = "{doc}"
business_date = "{day}"
quantity = "{pieces}"
currency = "CNY"
net = "{amount}"
discount = "{off|0}"
"""


def rows(name):
    with (FOLDER / name).open(encoding="utf-8-sig", newline="") as lines:
        yield from csv.DictReader(lines)


@pytest.fixture
def own(tmp_path):
    (tmp_path / "own.toml").write_text(PROFILE)
    (tmp_path / "shops.csv").write_text("no,name\n1,North\n2,South\n")
    (tmp_path / "items.csv").write_text("no,sku,title,group\n7,A7,Lamp,LIGHT\n8,B8,Rope,\n")
    sales = [
        "shop,item,doc,day,pieces,amount,off",
        "1,7,D1,2026-03-01,2,10.0050,0.3333",
        "1,8,D2,2026-03-02,1,10.0050,",
    ]
    sales += ["2,8.0,D3,2026-03-03,-1,-10.0050,", "2,8,D4,2026-03-04,1,0,"]
    (tmp_path / "sales.csv").write_text("\n".join(sales))
    return tmp_path


def test_ones_own_profile_needs_no_code(own):
    counts = actions.load(SYSTEM, str(own / "own.toml"), own)
    assert list(counts.values()) == [2, 2, 3]
    held = Line.objects.unscoped("test").order_by("id")
    assert sum(line.net_minor for line in held) == 1001, "10.0050 in all"
    assert [line.kind for line in held] == ["sale", "sale", "return"]
    assert held[0].discount_minor == 33
    assert Product.objects.get(code="B8").category.code == "MISC"
    facts = Entry.objects.count()
    actions.load(SYSTEM, str(own / "own.toml"), own)
    assert Line.objects.unscoped("test").count() == 3, "again changes nothing"
    assert Entry.objects.count() == facts, "and tells nothing"


def test_what_a_profile_cannot_find_is_named(own):
    with pytest.raises(Refused, match="nowhere"):
        actions.load(SYSTEM, "nowhere", own)
    (own / "sales.csv").write_text("shop,item,doc,day,pieces,amount,off\n9,7,D1,2026-03-01,2,10,0\n")
    with pytest.raises(Refused, match=r"2.*S9"):
        actions.load(SYSTEM, str(own / "own.toml"), own)
    (own / "sales.csv").write_text(
        "shop,item,doc,day,pieces,amount,off\n1,7,D1,2026-03-01,2,10,0\n1,7,D2,1 March,2,10,0\n"
    )
    with pytest.raises(Refused, match=r"3.*sales\.csv|sales\.csv.*3"):
        actions.load(SYSTEM, str(own / "own.toml"), own)
    for text, fault in (("x = [", "profile|方案"), ("source = 'e'\nsteps = [{into = 'moon', file = 'a'}]", "moon")):
        (own / "bad.toml").write_text(text)
        with pytest.raises(Refused, match=fault):
            actions.load(SYSTEM, str(own / "bad.toml"), own)
    (own / "items.csv").unlink()
    with pytest.raises(Refused, match=r"items\.csv"):
        actions.load(SYSTEM, str(own / "own.toml"), own)


def cents(amount):
    return int((amount * 100).quantize(Decimal(1), "ROUND_HALF_UP"))


@pytest.mark.skipif(not FOLDER.exists(), reason="the AdventureWorks files are not here")
def test_adventureworks_agrees_with_its_source_to_the_cent(capsys):
    actions.load(SYSTEM, "adventureworks", FOLDER)
    currency = {r["CurrencyKey"]: r["CurrencyAlternateKey"] for r in rows("DimCurrency.csv")}
    told = []
    for level, file in (("sell_in", "FactResellerSales.csv"), ("direct", "FactInternetSales.csv")):
        expected = defaultdict(lambda: defaultdict(Decimal))
        for r in rows(file):
            sums = expected[currency[r["CurrencyKey"]]]
            for name, column in (
                ("net", "SalesAmount"),
                ("discount", "DiscountAmount"),
                ("tax", "TaxAmt"),
                ("freight", "Freight"),
                ("quantity", "OrderQuantity"),
                ("lines", None),
            ):
                sums[name] += Decimal(r[column] or 0) if column else 1
        grouped = Line.objects.unscoped("test").filter(level=level).values("currency")
        grouped = grouped.annotate(
            n=Sum("net_minor"),
            d=Sum("discount_minor"),
            t=Sum("tax_minor"),
            f=Sum("freight_minor"),
            q=Sum("quantity"),
            c=Count("id"),
        )
        ours = {g["currency"]: (g["n"], g["d"], g["t"], g["f"], g["q"], g["c"]) for g in grouped}
        theirs = {
            code: (
                *(cents(s[name]) for name in ("net", "discount", "tax", "freight")),
                int(s["quantity"]),
                int(s["lines"]),
            )
            for code, s in expected.items()
        }
        assert ours == theirs
        told += [
            f"{level:<8} {code} net {v[0] / 100:>16,.2f} discount {v[1] / 100:>12,.2f} tax {v[2] / 100:>14,.2f} freight {v[3] / 100:>12,.2f} lines {v[5]:,}"
            for code, v in sorted(ours.items())
        ]
    quota = sum(Decimal(r["SalesAmountQuota"]) for r in rows("FactSalesQuota.csv"))
    quarters = {(r["EmployeeKey"], r["CalendarYear"], r["CalendarQuarter"]) for r in rows("FactSalesQuota.csv")}
    posted = Target.objects.unscoped("test").aggregate(total=Sum("amount_minor"), n=Count("id"))
    assert (posted["total"], posted["n"]) == (cents(quota), len(quarters))
    stocked = [(int(r["UnitsIn"]), int(r["UnitsOut"])) for r in rows("FactProductInventory.csv")]
    units = {
        g["kind"]: g["n"] for g in Movement.objects.unscoped("test").values("kind").annotate(n=Sum("quantity"))
    }
    first, last = {}, {}
    for r in rows("FactProductInventory.csv"):
        first.setdefault(r["ProductKey"], int(r["UnitsBalance"]) - int(r["UnitsIn"]) + int(r["UnitsOut"]))
        last[r["ProductKey"]] = int(r["UnitsBalance"])
    assert units == {
        "opening": sum(first.values()),
        "receipt": sum(i for i, _o in stocked),
        "issue": -sum(o for _i, o in stocked),
    }
    code = {r["ProductKey"]: r["ProductAlternateKey"] for r in rows("DimProduct.csv")}
    evening = defaultdict(int)
    for key, held in last.items():
        evening[code[key]] += held
    balances = Balance.objects.unscoped("test").values_list("product__code", "quantity")
    assert dict(balances) == {sku: held for sku, held in evening.items() if held or sku in dict(balances)}
    assert sum(evening.values()) == sum(units.values())
    assert stock.check() == []
    assert (
        Party.objects.unscoped("test").count()
        == sum(1 for _r in rows("DimReseller.csv"))
        == Territory.objects.unscoped("test").count()
    )
    assert Product.objects.count() == len({r["ProductAlternateKey"] for r in rows("DimProduct.csv")})
    assert Price.objects.filter(kind="dealer").exists()
    with capsys.disabled():
        print(
            "",
            *told,
            f"targets  USD {posted['total'] / 100:,.2f} in {posted['n']} quarters",
            f"stock    {units}",
            sep="\n",
        )
