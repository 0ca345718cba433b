"""A price list says the pack, the tax and whom a price is for; what does not fit comes back by row and field; X06, X07."""

from datetime import date
from decimal import Decimal
from io import BytesIO

import openpyxl
import pytest

from gongying.areas.imports import actions, queries
from gongying.areas.imports.models import RowError
from gongying.books.parties import post as parties
from gongying.books.prices import read as prices
from gongying.core.actor import SYSTEM
from gongying.core.doors import joined
from gongying.core.files import shelf
from gongying.flows.cockpit.queries import price_list

pytestmark = pytest.mark.django_db
HEAD = "价格表,价格类型,产品编码,单价,计价单位,是否含税,生效日期,适用范围,等级编码,区域编码,经销商编码\n"


@pytest.fixture(autouse=True)
def _data(settings, tmp_path):
    settings.DATA_DIR = tmp_path


@pytest.fixture
def levels(network):
    """D1 is gold; a case of P1 holds twelve."""
    with joined("tests.write"):
        parties.set_levels(SYSTEM, {network.ids["D1"]: "gold"}, since=date(2026, 1, 1), document="T")
    file = shelf.store(
        SYSTEM,
        name="p.csv",
        chunks=["产品编码,名称,品类编码,基本单位,箱规\nP1,米,COOK,EA,12\n".encode()],
        purpose="import",
    )
    actions.work_off(SYSTEM, actions.receive(SYSTEM, kind="products", file_id=file.pk, background=False))
    return network


def send(*rows):
    file = shelf.store(SYSTEM, name="a.csv", chunks=[(HEAD + "\n".join(rows) + "\n").encode()], purpose="import")
    return actions.work_off(SYSTEM, actions.receive(SYSTEM, kind="price_lists", file_id=file.pk, background=False))


def held():
    return {
        (p.scope_kind, p.scope_key, p.pack, p.per, p.tax_included): p.price for p in prices.prices(SYSTEM).order_by("id")
    }  # fmt: skip


def test_pack_tax_and_scope_are_read_as_people_write_them(levels):
    batch = send(
        "STD,经销价,P1,120,箱,含税,2026-07-01,,,,",
        "STD,经销价,P1,11,,不含税,2026-07-01,全部,,,",
        "STD,经销价,P1,9,EA,no,2026-07-01,等级,gold,,",
        "STD,经销价,P1,100,CS,,2026-07-01,,,HD,",
        "STD,经销价,P1,96,case,yes,2026-07-01,distributor,,,D1",
    )
    assert (batch.created, batch.failed) == (5, 0)
    assert held() == {
        ("network", "", "CS", 12, True): Decimal(120),
        ("network", "", "", 1, False): Decimal(11),
        ("level", "gold", "", 1, False): Decimal(9),
        ("region", "HD", "CS", 12, False): Decimal(100),
        ("party", "D1", "CS", 12, True): Decimal(96),
    }
    assert send("STD,经销价,P1,120,CS,是,2026-07-01,network,,,").unchanged == 1, "the same, written otherwise"


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ("STD,经销价,P1,1,托,,2026-07-01,,,,", "pack"),
        ("STD,经销价,P2,1,BOX,,2026-07-01,,,,", "pack"),
        ("STD,经销价,P1,1,,也许,2026-07-01,,,,", "tax"),
        ("STD,经销价,P1,1,,,2026-07-01,,silver,,", "level"),
        ("STD,经销价,P1,1,,,2026-07-01,,gold,HD,", "region"),
        ("STD,经销价,P1,1,,,2026-07-01,,gold,,D1", "level"),
        ("STD,经销价,P1,1,,,2026-07-01,等级,,,", "level"),
        ("STD,经销价,P1,1,,,2026-07-01,区域,,,D1", "scope"),
        ("STD,经销价,P1,1,,,2026-07-01,全部,,HD,", "scope"),
        ("STD,经销价,P1,1,,,2026-07-01,火星,,,", "scope"),
        ("STD,经销价,P1,1,,,2026-07-01,,,火星,", "region"),
        ("STD,经销价,P1,1,,,2026-07-01,,,,D9", "party"),
    ],
)
def test_what_does_not_fit_comes_back_by_row_and_field_with_a_remedy(levels, row, field):
    batch = send("STD,经销价,P1,11,,,2026-07-01,,,,", row)
    assert (batch.created, batch.failed) == (1, 1)
    fault = RowError.objects.get()
    assert (fault.row, fault.field) == (3, field)
    assert fault.remedy


def test_a_piece_and_a_case_are_two_prices_and_twice_a_case_is_one(levels):
    batch = send(
        "STD,经销价,P1,11,,,2026-07-01,,,,",
        "STD,经销价,P1,120,箱,,2026-07-01,,,,",
        "STD,经销价,P1,121,CS,,2026-07-01,,,,",
    )
    assert (batch.created, batch.failed) == (2, 1)
    assert RowError.objects.get().row == 4


def test_the_template_names_all_of_it(levels):
    head, _example = openpyxl.load_workbook(BytesIO(queries.template("price_lists"))).active.iter_rows(
        values_only=True
    )
    assert {"计价单位", "是否含税", "适用范围", "等级编码", "区域编码", "经销商编码"} <= set(head)


def test_a_distributors_price_tab_says_the_pack_of_a_case_price(levels):
    send(
        "STD,标准价,P1,12,,,2026-07-01,,,,",
        "STD,经销价,P1,120,箱,,2026-07-01,,,,",
        "STD,标准价,P2,12,,含税,2026-07-01,,,,",
        "STD,经销价,P2,9,,,2026-07-01,,,,",
    )
    one, two = price_list(SYSTEM, levels.ids["D1"], date(2026, 8, 1))
    assert (one.pack, one.per, one.dealer, one.listed) == ("CS", 12, Decimal(120), Decimal(144))
    assert one.discount == 1 - Decimal(120) / Decimal(144)
    assert (two.listed, two.discount) == (None, None), "with tax and without are not set beside each other"
