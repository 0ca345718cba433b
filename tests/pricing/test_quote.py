"""What a basket costs: price books, packs, levels, tax, currencies, special prices; every step with its document."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from gongying.books.prices import read
from gongying.core.actor import SYSTEM, Actor
from gongying.core.refusal import Missing, Refused

pytestmark = pytest.mark.django_db
DAY = date(2026, 7, 15)


def steps(line):
    return [(step.kind, step.amount_minor) for step in line.steps]


def test_a_basket_with_its_sums(shop):
    """X06: every figure is there twice and agrees."""
    found = shop.quote(("P1", 10), ("P2", 3, "CS"))
    assert (found.currency, found.gross_minor, found.net_minor) == ("CNY", 145_000, 145_000)
    assert (found.tax_minor, found.total_minor) == (18_850, 163_850)
    assert [(line.pack, line.quantity, line.price, line.per) for line in found.lines] == [
        ("", 10, 100, 1),
        ("CS", 12, 150, 4),
    ]
    assert found.missing == []


def test_F7_five_packs_cost_five_times_the_pack(shop):
    """X07, F7: a case price is priced by the case, through the price book."""
    shop.enter(product_id=shop.skus["P2"], pack="CS", price=Decimal("182193.74"), valid_from=date(2026, 7, 1))
    assert shop.quote(("P2", 5, "CS")).net_minor == 910_968_70


def test_a_case_is_priced_by_its_own_price_and_pieces_by_theirs(shop):
    assert shop.quote(("P2", 1, "CS")).net_minor == 15_000
    assert shop.quote(("P2", 4)).net_minor == 16_000
    with pytest.raises(Refused) as no:
        shop.quote(("P1", 1, "CS"))
    assert (no.value.code, no.value.field) == ("pack", "1")


def test_the_most_specific_scope_then_the_step_then_the_newest(shop):
    shop.enter(scope_kind="region", scope_key="HD", price=Decimal(95))
    shop.enter(scope_kind="level", scope_key="gold", price=Decimal(93))
    assert shop.quote(("P1", 1)).net_minor == 9_500
    shop.level("D1", "gold")
    assert shop.quote(("P1", 1)).net_minor == 9_300, "a level stands between the party and its regions"
    shop.enter(scope_kind="level", scope_key="gold", price=Decimal(91), min_quantity=10)
    shop.enter(scope_kind="level", scope_key="gold", price=Decimal(92), valid_from=date(2026, 7, 1))
    assert [shop.quote(("P1", n)).net_minor for n in (1, 9, 10)] == [9_200, 82_800, 91_000]
    shop.enter(scope_kind="party", scope_key="D1", price=Decimal(99))
    assert shop.quote(("P1", 10)).net_minor == 99_000
    assert shop.quote(("P1", 1), code="D2").net_minor == 10_000


def test_quantity_steps_count_all_lines_of_a_product(shop):
    shop.enter(min_quantity=10, price=Decimal(90))
    found = shop.quote(("P1", 4), ("P1", 6))
    assert found.net_minor == 90_000


def test_a_product_without_a_price_in_the_currency_is_missing_never_converted(shop):
    """Several currencies: lists of the party's currency only."""
    found = shop.quote(("P1", 2), ("P2", 2), currency="USD")
    assert (found.currency, found.net_minor, found.missing) == ("USD", 3_000, ["2"])
    assert shop.quote(("P1", 2), currency="EUR").missing == ["1"]


def test_level_discounts_come_from_their_policy(shop):
    version = shop.terms(
        {"level": "gold", "rate": "0.05"}, {"level": "gold", "products": ["P1"], "rate": "0.08"}, {"rate": "0.01"}
    )
    assert shop.quote(("P1", 1)).net_minor == 9_900
    shop.level("D1", "gold")
    with translation.override("en"):
        found = shop.quote(("P1", 10), ("P2", 10))
    assert [line.net_minor for line in found.lines] == [92_000, 38_000]
    step = found.lines[0].steps[1]
    assert (step.kind, step.source, step.amount_minor, step.label) == (
        "level",
        f"policy:{version}",
        -8_000,
        "Deal prices.terms gold 8%",
    )


def test_level_discounts_of_a_region_come_before_the_network(shop):
    shop.terms({"rate": "0.01"})
    shop.terms({"categories": ["COOK"], "rate": "0.10"}, scope=("region", "HD"))
    assert [line.net_minor for line in shop.quote(("P1", 1), ("P2", 1)).lines] == [9_000, 3_960]
    found = shop.quote(("P1", 1), code="D2")
    assert found.net_minor == 9_900


def test_a_price_with_tax_is_taken_apart_and_gives_itself_back(shop):
    """Tax-inclusive lists: the total is the stated price, the tax is said."""
    shop.enter(scope_kind="party", scope_key="D1", price=Decimal("113.00"), tax_included=True)
    line = shop.quote(("P1", 3)).lines[0]
    assert (line.gross_minor, line.net_minor, line.tax_minor, line.total_minor) == (30_000, 30_000, 3_900, 33_900)
    assert steps(line) == [("list", 33_900), ("tax", -3_900)]


def test_a_special_price_holds_for_its_quantity_and_the_rest_goes_on(shop):
    """C111: list, level, promotion and special price on one line, each with its document."""
    shop.terms({"rate": "0.05"})
    deal = shop.promote(
        "summer",
        form="steps",
        reward="percent",
        basis="value",
        currency="CNY",
        steps=[{"start": "0", "rate": "0.1"}],
    )
    shop.enter(
        kind="special",
        list_code="SP-1",
        scope_kind="party",
        scope_key="D1",
        price=Decimal(80),
        max_quantity=4,
        valid_to=date(2026, 9, 1),
    )
    found = shop.quote(("P1", 10))
    line = found.lines[0]
    assert steps(line) == [("list", 100_000), ("level", -5_000), ("promotion", -5_700), ("special", -6_000)]
    assert sum(step.amount_minor for step in line.steps) == line.net_minor == 83_300
    special = next(use for use in found.uses if use.code.startswith("special/"))
    assert (special.units, special.discount_minor) == (4, 6_000)
    assert line.steps[2].source == f"policy:{deal}"
    shop.use(found, "SO-1")
    again = shop.quote(("P1", 10)).lines[0]
    assert [kind for kind, _amount in steps(again)] == ["list", "level", "promotion"], "the four are used"
    assert shop.unuse("SO-1") == 2
    assert shop.quote(("P1", 10)).hash == found.hash
    assert shop.quote(("P1", 1), on=date(2026, 9, 1)).lines[0].net_minor == 8_550, "it has ended"
    assert shop.quote(("P1", 1), code="D2").lines[0].net_minor == 8_550, "it is nobody else's"


def test_two_lines_share_what_is_left_of_a_special_price(shop):
    shop.enter(
        kind="special", list_code="SP-1", scope_kind="party", scope_key="D1", price=Decimal(80), max_quantity=4
    )
    found = shop.quote(("P1", 3), ("P1", 3))
    assert [line.net_minor for line in found.lines] == [24_000, 28_000]
    assert [use.units for use in found.uses] == [4]
    shop.use(found, "SO-1")
    with pytest.raises(Refused) as no:
        shop.use(found, "SO-2")
    assert no.value.code == "used_up"


def test_steps_sum_to_the_net_of_every_line(shop):
    shop.promote("b2g1", form="buy_get", products=["P1"], buy="2", get=1)
    found = shop.quote(("P1", 5), ("P2", 2, "CS"))
    for line in found.lines:
        assert sum(step.amount_minor for step in line.steps) == line.net_minor
        assert line.gross_minor - line.discount_minor == line.net_minor
        assert line.net_minor + line.tax_minor == line.total_minor
    gift = found.lines[-1]
    assert (gift.line, gift.gift_of, gift.quantity, gift.net_minor, gift.gross_minor) == (
        "1+b2g1",
        "b2g1",
        2,
        0,
        20_000,
    )
    assert found.net_minor == 80_000


def test_the_hash_tells_a_change(shop):
    first = shop.quote(("P1", 5))
    assert shop.quote(("P1", 5)).hash == first.hash
    shop.enter(price=Decimal(101), valid_from=date(2026, 7, 1))
    assert shop.quote(("P1", 5)).hash != first.hash


def test_a_stranger_is_not_there(shop):
    stranger = Actor("x", parties=frozenset({shop.ids["D2"]}))
    with pytest.raises(Missing):
        read.quote(stranger, party_id=shop.ids["D1"], wishes=[], on=DAY)


def test_nonsense_is_refused_by_line(shop):
    for wish, code in ((("P1", 0), "quantity"), (("P1", -1), "quantity"), (("P1", 10**10), "quantity")):
        with pytest.raises(Refused) as no:
            shop.quote(wish)
        assert no.value.code == code
    twice = [read.Wish("1", shop.skus["P1"], 1)] * 2
    with pytest.raises(Refused):
        read.quote(SYSTEM, party_id=shop.ids["D1"], wishes=twice, on=DAY)
    with pytest.raises(Refused) as no:
        read.quote(SYSTEM, party_id=shop.ids["D1"], wishes=[replace(twice[0], product_id=10**9)], on=DAY)
    assert no.value.code == "product"


def test_ten_lines_with_tiers_and_promotions_ask_the_database_six_times(shop):
    shop.level("D1", "gold")
    shop.terms({"level": "gold", "rate": "0.05"})
    for n in range(6):
        shop.promote(f"deal{n}", form="buy_get", products=["P1"], buy="10", get=1, cap_units=50, budget_units=500)
    shop.enter(
        kind="special", list_code="SP-1", scope_kind="party", scope_key="D1", price=Decimal(80), max_quantity=4
    )
    lines = [("P1", n) if n % 2 else ("P2", n, "CS") for n in range(1, 11)]
    shop.quote(*lines)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        found = shop.quote(*lines)
    assert len(found.uses) == 7
    assert len(asked) <= 6, [query["sql"][:90] for query in asked]
