"""What a batch brought is taken back, what it had replaced stands again, and nothing is taken from under something else."""

import pytest
from django.utils import translation

from gongying.areas.imports import actions
from gongying.areas.imports.models import Batch
from gongying.books.goods.models import Pack, Product
from gongying.books.parties import read as parties
from gongying.books.parties.models import Party, PartyLink
from gongying.books.prices import read as prices
from gongying.books.trade import read as trade
from gongying.core.actor import SYSTEM
from gongying.core.files import shelf
from gongying.core.people.models import User
from gongying.core.posting import standing
from gongying.core.refusal import Refused

pytestmark = pytest.mark.django_db
HEAD = "单据号,行号,日期,经销商编码,产品编码,数量,金额\n"
PRICE = "价格表,产品编码,单价,生效日期\n"


@pytest.fixture(autouse=True)
def _data(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    with translation.override("zh-hans"):  # whatever the last page was read in
        yield


def send(body, kind="sell_in"):
    file = shelf.store(SYSTEM, name="a.csv", chunks=[body.encode()], purpose="import")
    batch_id = actions.receive(SYSTEM, kind=kind, file_id=file.pk, background=False)
    return actions.work_off(SYSTEM, batch_id)


def undo(batch):
    return actions.undo(SYSTEM, batch_id=batch.pk)


def net():
    held = trade.Line.objects.unscoped("test").filter(line__isnull=True).exclude(kind="reversal")
    assert sum(trade.Line.objects.unscoped("test").values_list("net_minor", flat=True)) == sum(
        held.values_list("net_minor", flat=True)
    )
    return sorted(held.values_list("document", "net_minor"))


def test_a_corrected_line_comes_back_with_its_first_amount(network):
    first = send(HEAD + "S1,1,2026-07-01,D1,P1,2,200\nS2,1,2026-07-01,D1,P1,1,90\n")
    second = send(HEAD + "S1,1,2026-07-01,D1,P1,2,250\nS3,1,2026-07-01,D1,P1,1,10\n")
    assert (second.created, second.corrected) == (1, 1)
    with pytest.raises(Refused) as no:
        undo(first)
    assert no.value.code == "rests"
    assert undo(second) == 2
    assert net() == [("S1", 200_00), ("S2", 90_00)]
    again = send(HEAD + "S1,1,2026-07-01,D1,P1,2,200\n")
    assert (again.unchanged, again.created) == (1, 0)
    assert undo(first) == 2, "what came back is a line of the first batch"
    assert net() == []
    assert send(HEAD + "S1,1,2026-07-01,D1,P1,2,200\n").created == 1


def test_three_corrections_are_taken_back_one_by_one(network):
    batches = [send(HEAD + f"S1,1,2026-07-01,D1,P1,1,{yuan}\n") for yuan in (1, 2, 3)]
    for batch, left in zip(reversed(batches), ([("S1", 2_00)], [("S1", 1_00)], []), strict=True):
        undo(batch)
        assert net() == left


def test_a_price_that_was_replaced_holds_again(network):
    first = send(PRICE + "STD,P1,99.50,2026-07-01\n", "price_lists")
    assert send(PRICE + "STD,P1,99.5,2026-07-01\n", "price_lists").unchanged == 1, "the same price, written shorter"
    second = send(PRICE + "STD,P1,89,2026-07-01\n", "price_lists")
    assert second.corrected == 1
    with pytest.raises(Refused):
        undo(first)
    undo(second)
    assert [str(price.price.normalize()) for price in prices.prices(SYSTEM)] == ["99.5"]
    undo(first)
    assert not standing(prices.prices(SYSTEM)).exists()


PARTIES = "经销商编码,名称,区域编码,上级编码,合作日期\n"


def test_distributors_that_came_go_and_those_that_changed_are_as_before(network):
    Party.objects.unscoped("test").filter(code="D1").update(currency="USD", contact="沈国强")
    batch = send(
        PARTIES + "D3,三号,HD,D4,2026-01-01\nD4,四号,HN,,\nD1,杭州改名,HN,D4,2026-01-01\nD2,CNRY-D2 广州,HN,,\n",
        "distributors",
    )
    assert (batch.created, batch.corrected, batch.unchanged, batch.failed) == (2, 1, 1, 0)
    changed = Party.objects.unscoped("test").get(code="D1")
    assert (changed.name, changed.currency, changed.contact) == ("杭州改名", "USD", "沈国强"), (
        "no column, no change"
    )
    assert PartyLink.objects.unscoped("test").count() == 2
    later = send("经销商编码,名称\nD1,又改名\n", "distributors")
    assert later.corrected == 1
    assert Party.objects.unscoped("test").get(code="D1").region.code == "HN"
    with pytest.raises(Refused):
        undo(batch)
    undo(later)
    assert undo(batch) == 3
    held = {party.code: (party.name, party.region.code) for party in parties.parties(SYSTEM)}
    assert held == {"D1": ("CNRY-D1 杭州", "HD"), "D2": ("CNRY-D2 广州", "HN")}
    assert not PartyLink.objects.unscoped("test").exists()


def test_a_former_supplier_supplies_again(network):
    send(PARTIES + "D4,四号,HN,,\nD1,CNRY-D1 杭州,HD,D4,2025-01-01\n", "distributors")
    batch = send(PARTIES + "D1,CNRY-D1 杭州,HD,D2,2026-01-01\n", "distributors")
    assert batch.corrected == 1
    assert PartyLink.objects.unscoped("test").filter(valid_to__isnull=False).count() == 1
    undo(batch)
    link = PartyLink.objects.unscoped("test").get()
    assert (link.parent.code, link.valid_to) == ("D4", None)


def test_a_distributor_in_use_stays_and_so_does_everything_of_its_batch(network):
    batch = send(PARTIES + "D3,三号,HD,,\nD4,四号,HD,,\n", "distributors")
    lines = send(HEAD + "S1,1,2026-07-01,D3,P1,2,200\n")
    with pytest.raises(Refused, match="使用"):
        undo(batch)
    assert Party.objects.unscoped("test").count() == 4
    undo(lines)
    with pytest.raises(Refused):
        undo(batch)
    assert Batch.objects.get(pk=batch.pk).state == "done", "a reversed line still names its distributor"


def test_a_distributor_with_people_stays(network):
    batch = send(PARTIES + "D3,三号,HD,,\n", "distributors")
    party = Party.objects.unscoped("test").get(code="D3")
    User.objects.create_user("li", "x", name="Li", role="owner", party_id=party.pk)
    with pytest.raises(Refused):
        undo(batch)


def test_a_row_whose_supplier_does_not_fit_changes_nothing(network):
    body = "D3,三号,HD,D9,\nD1,改名,HD,D1,\nD5,五号,XX,,\nD6,六号,HD,D7,\nD7,七号,HD,D6,\n"
    batch = send(PARTIES + body, "distributors")
    assert (batch.created, batch.corrected) == (0, 0)
    assert list(batch.errors.order_by("row").values_list("row", "field")) == [
        (2, "parent"),
        (3, "parent"),
        (4, "region"),
        (5, "parent"),
        (6, "parent"),
    ]
    assert set(Party.objects.unscoped("test").values_list("code", flat=True)) == {"D1", "D2"}


def test_products_that_came_go_and_those_that_changed_are_as_before(network):
    batch = send("产品编码,名称,品类,箱规\nP9,新品,COOK,6\nP2,电风扇二代,FAN,8\nP1,电饭煲,COOK,\n", "products")
    assert (batch.created, batch.corrected, batch.unchanged) == (1, 1, 1)
    assert Pack.objects.get(product__code="P2").factor == 8
    assert undo(batch) == 2
    assert set(Product.objects.values_list("code", "name")) == {("P1", "电饭煲"), ("P2", "电风扇")}
    assert Pack.objects.get().factor == 4
    used = send("产品编码,名称,品类\nP9,新品,COOK\n", "products")
    send(HEAD + "S1,1,2026-07-01,D1,P9,2,200\n")
    with pytest.raises(Refused, match="使用"):
        undo(used)
