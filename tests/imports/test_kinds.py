"""Price lists, targets and stock declarations as files, and back again."""

from datetime import date
from decimal import Decimal

import pytest

from gongying.areas.imports import actions
from gongying.areas.imports.models import RowError
from gongying.areas.imports.rules import KINDS
from gongying.books.goods.models import Product
from gongying.books.plans.models import Target
from gongying.books.prices import read as prices
from gongying.books.stock import read as stock
from gongying.books.stock.models import Balance, Movement
from gongying.books.trade.models import Line
from gongying.core.actor import SYSTEM, Actor
from gongying.core.files import shelf
from gongying.core.posting import standing
from gongying.core.refusal import Refused

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _data(settings, tmp_path):
    settings.DATA_DIR = tmp_path


def send(body, kind, actor=SYSTEM):
    file = shelf.store(actor, name="a.csv", chunks=[body.encode()], purpose="import")
    batch_id = actions.receive(actor, kind=kind, file_id=file.pk, background=False)
    return actions.work_off(actor, batch_id)


def faults():
    return list(RowError.objects.order_by("row").values_list("row", "field"))


PRICES = (
    "价格表,价格类型,产品编码,单价,币种,起订量,生效日期,失效日期,区域编码,经销商编码\n"
    "STD,经销价,P1,99.5,CNY,1,2026-07-01,,,\n"
    "STD,dealer,P1,95,CNY,100,2026-07-01,2027-01-01,HD,\n"
    "STD,零售价,P1,129,CNY,,2026-07-01,,,D1\n"
    "STD,经销价,P9,1,CNY,1,2026-07-01,,,\n"
    "STD,经销价,P1,-1,CNY,1,2026-07-01,,,\n"
    "STD,经销价,P1,1,CNY,1,2026-07-01,2026-07-01,,\n"
    "STD,经销价,P1,1,CNY,1,2026-07-01,,HD,D1\n"
    "STD,赠品价,P1,1,CNY,1,2026-07-01,,,\n"
)


def test_price_lists_by_scope_and_back(network):
    batch = send(PRICES, "price_lists")
    assert (batch.created, batch.failed) == (3, 5)
    assert faults() == [(5, "product"), (6, "price"), (7, "valid_to"), (8, "region"), (9, "kind")]
    held = {(p.kind, p.scope_kind, p.scope_key, p.min_quantity): p.price for p in prices.prices(SYSTEM)}
    assert held == {
        ("dealer", "network", "", 1): Decimal("99.5"),
        ("dealer", "region", "HD", 100): Decimal(95),
        ("retail", "party", "D1", 1): Decimal(129),
    }
    again = send(PRICES, "price_lists")
    assert (again.created, again.unchanged) == (0, 3)
    assert actions.undo(SYSTEM, batch_id=batch.pk) == 3
    assert not prices.prices(SYSTEM).exists()
    assert send(PRICES, "price_lists").created == 3


TARGETS = (
    "Period,Distributor code,Seller,Category code,Metric,Target amount,Target quantity\n"
    "2026-07,D1,,COOK,sell-in,500000,100\n"
    "2026年8月,D1,,,动销,50万,\n"
    "2026-09-01,,E7,,,1.005,\n"
    "2026Q5,D1,,,,1,\n"
    "2026-07,D1,E7,,,1,\n"
    "2026-07,D1,,NONE,,1,\n"
)


def test_targets_of_distributors_and_salespeople_and_back(network):
    batch = send(TARGETS, "targets")
    assert (batch.created, batch.failed) == (3, 3)
    assert faults() == [(5, "period"), (6, "party"), (7, "category")]
    held = standing(Target.objects.unscoped("test")).order_by("period")
    assert [(t.period, t.metric, t.amount_minor, t.quantity) for t in held] == [
        ("2026-07", "sell_in", 500_000_00, 100),
        ("2026-08", "sell_out", 500_000_00, None),
        ("2026-09", "sell_in", 101, None),
    ]
    assert actions.undo(SYSTEM, batch_id=batch.pk) == 3
    assert not standing(Target.objects.unscoped("test")).exists()


STOCK = "经销商编码,产品编码,盘点日期,库存数量,批次\nD1,P1,{day},{units},\n"


def balance(network):
    return Balance.objects.unscoped("test").get(holder=network.ids["D1"], product=network.skus["P1"])


def test_a_declaration_moves_the_difference_and_is_taken_back_from_the_end(network):
    first = send(STOCK.format(day="2026-06-30", units=100), "stock_declarations")
    second = send(STOCK.format(day="2026-07-31", units=120), "stock_declarations")
    assert list(Movement.objects.unscoped("test").order_by("id").values_list("quantity", flat=True)) == [100, 20]
    with pytest.raises(Refused, match=r"[Ll]ater|更晚|之后"):
        actions.undo(SYSTEM, batch_id=first.pk)
    actions.undo(SYSTEM, batch_id=second.pk)
    now = balance(network)
    assert (now.quantity, str(now.counted_on)) == (100, "2026-06-30"), "the earlier declaration holds again"
    actions.undo(SYSTEM, batch_id=first.pk)
    now = balance(network)
    assert (now.quantity, now.counted_on) == (0, None)
    assert stock.check() == []
    assert send(STOCK.format(day="2026-07-31", units=120), "stock_declarations").created == 1
    assert balance(network).quantity == 120


def test_a_distributor_declares_his_own_stock_and_sets_no_prices(network):
    clerk = Actor("clerk", 5, "clerk", frozenset({"imports.send"}), frozenset({network.ids["D1"]}))
    body = STOCK.format(day="2026-07-31", units=5) + "D2,P1,2026-07-31,7,\nD1,P1,2026-08-01,-1,\n"
    batch = send(body, "stock_declarations", clerk)
    assert (batch.created, batch.failed) == (1, 2)
    for kind in ("price_lists", "targets", "sell_in"):
        with pytest.raises(Refused):
            send("x\n", kind, clerk)


@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_template_is_understood_as_it_is(network, kind, language):
    from io import BytesIO

    import openpyxl
    from django.utils import translation

    from gongying.areas.imports import queries
    from gongying.core.intake.fields import propose, read

    with translation.override(language):
        head, example = openpyxl.load_workbook(BytesIO(queries.template(kind))).active.iter_rows(values_only=True)
    places = propose(head, KINDS[kind])
    assert places == {field.name: at for at, field in enumerate(KINDS[kind])}
    for field in KINDS[kind]:
        read(field, example[places[field.name]])


def test_sell_out_says_to_whom_and_where_to(network):
    head = "单据号,日期,经销商编码,产品编码,数量,金额,终端名称,流向区域\n"
    rows = [
        "S1,2026-07-01,D1,P1,2,198.00,西湖家电城,HD",
        "S2,2026-07-01,D1,P1,1,99.00,,",
        "S3,2026-07-01,D1,P1,1,99.00,西湖家电城,火星",
    ]
    batch = send(head + "\n".join(rows) + "\n", "sell_out")
    assert (batch.created, batch.failed) == (2, 1)
    assert faults() == [(4, "place")]
    sold = Line.objects.unscoped("test").filter(level="sell_out").order_by("document")
    assert [(line.counterparty, line.place) for line in sold] == [("西湖家电城", "HD"), ("", "")]
    names = [field.name for field in KINDS["sell_in"]]
    assert "place" not in names, "what the brand delivers goes to the distributor"


def test_products_bring_weight_and_volume_and_an_undo_takes_them_back(network):
    """Bases by weight and volume (grams and millilitres of one piece); a file without the columns leaves both as they are."""
    batch = send("产品编码,名称,品类,单件重量(克),单件体积(毫升)\nP1,电饭煲,COOK,3200,18000\n", "products")
    measured = Product.objects.values_list("weight_g", "volume_ml")
    assert measured.get(code="P1") == (3200, 18000)
    send("产品编码,名称,品类\nP1,电饭煲二代,COOK\n", "products")
    assert measured.get(code="P1") == (3200, 18000)
    send("产品编码,名称,品类,单件重量(克)\nP2,电风扇,FAN,-1\n", "products")
    assert faults() == [(2, "weight_g")]
    again = send("产品编码,名称,品类,单件重量(克)\nP1,电饭煲二代,COOK,5000\n", "products")
    assert measured.get(code="P1") == (5000, 18000)
    actions.undo(SYSTEM, batch_id=again.pk)
    assert measured.get(code="P1") == (3200, 18000)
    assert batch.corrected == 1


def test_a_return_names_the_day_of_its_sale_and_a_sale_does_not(network):
    head = "单据号,日期,经销商编码,产品编码,数量,金额,原销售日期\n"
    send(
        head + "S1,2026-07-20,D1,P1,-2,-200,2026-05-03\nS2,2026-07-20,D1,P1,-1,-90,\nS3,2026-07-20,D1,P1,1,90,\n",
        "sell_in",
    )
    days = Line.objects.unscoped("test").filter(origin__isnull=False).values_list("document", "origin__origin_on")
    assert list(days) == [("S1", date(2026, 5, 3))]
    send(head + "S4,2026-07-20,D1,P1,2,200,2026-05-03\nS5,2026-07-20,D1,P1,-2,-200,2026-07-21\n", "sell_in")
    assert faults() == [(2, "sold_on"), (3, "sold_on")]
    corrected = send(head + "S1,2026-07-20,D1,P1,-3,-300,2026-05-03\n", "sell_in")
    assert corrected.corrected == 1
    said = "the reversal counts where the first one did, and so does the new one"
    assert list(days.all()) == [("S1", date(2026, 5, 3))] * 3, said
