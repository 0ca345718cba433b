"""The waterfall of a line: steps that sum to the net, exact packs, tax in and out (F7, X06, X07)."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from gongying.engines.pricing import Level, Listed, Special, Step, finish, start, waterfall, without_tax

VAT = Decimal("0.13")
RATES = st.sampled_from([Decimal(0), Decimal("0.06"), Decimal("0.09"), VAT])
PRICES = st.decimals(0, 10**5, places=4)


def test_F7_a_case_price_is_priced_by_the_case():
    """F7, X07: 5 packs of 4 at 182,193.74 a pack are 910,968.70; by the piece they would be 910,968.80."""
    found = waterfall(Listed(Decimal("182193.74"), 4, "price:1"), 20, VAT)
    assert (found.gross, found.net) == (910_968_70, 910_968_70)
    by_piece = waterfall(Listed(Decimal("45548.44"), 1, "price:1"), 20, VAT)
    assert by_piece.net == 910_968_80, "the twin: what it must not be"


@given(
    PRICES,
    st.integers(1, 48),
    st.integers(1, 5000),
    RATES,
    st.booleans(),
    st.decimals(0, 1, places=3),
    PRICES,
    st.integers(0, 6000),
)
def test_the_steps_of_a_line_sum_to_its_net_and_tax_comes_on_top(
    price, per, quantity, rate, included, off, special, most
):
    agreed = Special(Listed(special, per, "special:1", included=included), most)
    listed = Listed(price, per, "price:1", included=included)
    found = waterfall(listed, quantity, rate, level=Level(off, "policy:1"), special=agreed)
    assert sum(step.amount for step in found.steps) == found.net
    assert found.gross - found.discount == found.net
    assert found.net >= 0
    assert abs(found.tax - found.net * rate) <= Decimal("1.2"), "within the rounding of two amounts"
    plain = waterfall(listed, quantity, rate, level=Level(off, "policy:1"))
    assert found.net <= plain.net, "a special price never makes it dearer"


@given(PRICES, st.integers(1, 48), st.integers(1, 5000), RATES)
def test_a_price_with_tax_gives_itself_back(price, per, quantity, rate):
    listed = Listed(price, per, "price:1", included=True)
    found = waterfall(listed, quantity, rate)
    assert found.total == found.steps[0].amount
    assert found.net == without_tax(found.total, rate)


def test_a_line_in_full():
    begun = start(Listed(Decimal(100), 1, "price:1", "D26"), 10, VAT, level=Level(Decimal("0.05"), "policy:2", "gold"), special=Special(Listed(Decimal(80), 1, "special:3"), 4))  # fmt: skip
    assert (begun.open_quantity, begun.open_amount) == (6, 57_000)
    found = finish(begun, VAT, [Step("promotion", "policy:4", "summer", -5_700)])
    assert [(step.kind, step.amount) for step in found.steps] == [
        ("list", 100_000), ("level", -5_000), ("promotion", -5_700), ("special", -6_000),
    ]  # fmt: skip
    assert (found.gross, found.discount, found.net, found.tax, found.total) == (
        100_000,
        16_700,
        83_300,
        10_829,
        94_129,
    )


def test_a_dearer_special_price_does_not_hold():
    begun = start(
        Listed(Decimal(100), 1, "price:1"), 10, VAT, special=Special(Listed(Decimal(101), 1, "special:3"), 10)
    )
    assert begun.special is None
    assert begun.open_quantity == 10
