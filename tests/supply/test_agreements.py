"""Standing agreements of supply: month by month what was promised, what came, and what being short costs."""

from datetime import date
from decimal import Decimal

import pytest
from supplies import DIRECTOR, PLANNER

from gongying.areas.supply import actions, queries
from gongying.areas.supply.models import Agreement
from gongying.core.refusal import Missing, Refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def agreed(house):
    def make(**more):
        said = {
            "party_id": house.ids["D1"], "product_id": house.p1, "quantity": 50, "start": "2026-07", "months": 3,
            "unit_value": Decimal(10), "tolerance": Decimal("0.1"), "penalty": Decimal("0.05"),
        }  # fmt: skip
        return actions.draft_agreement(PLANNER, **said | more)

    house.agree = make
    return house


def test_a_schedule_counts_what_was_delivered_and_what_being_short_costs(agreed):
    """C183: planned 17 + 17 + 16; 10 come in July and 20 in August; July is 5.3 short beyond the tolerance."""
    pk = agreed.agree()
    with pytest.raises(Refused) as no:
        actions.start_agreement(PLANNER, agreement_id=pk)
    assert no.value.code == "four_eyes"
    actions.start_agreement(DIRECTOR, agreement_id=pk)
    agreed.deliver(agreed.ship(10, order="SO-1"), on=date(2026, 7, 20))
    agreed.deliver(agreed.ship(20, order="SO-2", on=date(2026, 8, 1)), on=date(2026, 8, 5))
    agreed.deliver(agreed.ship(5, order="SO-3", on=date(2026, 10, 1)), on=date(2026, 10, 2))
    told = queries.agreement(agreed.d1, agreement_id=pk, on=date(2026, 9, 10))
    assert [(m.planned, m.delivered, m.running, m.over) for m in told.months] == [
        (17, 10, 7, True),
        (17, 20, 4, True),
        (16, 0, 20, False),
    ]
    assert (told.delivered, told.left, told.planned_to_date, told.behind) == (30, 20, 34, 4)
    assert [m.penalty_minor for m in told.months] == [265, 0, 0], "5 % of 5.3 × 10.00"
    assert told.penalty_minor == 265
    with pytest.raises(Missing):
        queries.agreement(agreed.d2, agreement_id=pk, on=date(2026, 9, 10))


def test_a_plan_sums_to_the_quantity(agreed):
    pk = agreed.agree(plan=[30, 0, 20])
    told = queries.agreement(PLANNER, agreement_id=pk, on=date(2026, 9, 1))
    assert [m.planned for m in told.months] == [30, 0, 20]
    assert told.penalty_minor == 0, "a draft owes nothing"
    for bad in (
        {"plan": [50]}, {"plan": [60, -10, 0]}, {"plan": [1, 1, 1]}, {"months": 0}, {"months": 61}, {"quantity": 0},
        {"start": "2026Q3"}, {"penalty": Decimal(2)}, {"product_id": 10**6},
    ):  # fmt: skip
        with pytest.raises(Refused):
            agreed.agree(**bad)
    with pytest.raises(Missing):
        agreed.agree(party_id=10**6)


def test_an_agreement_ends_before_its_time(agreed):
    pk = agreed.agree()
    actions.start_agreement(DIRECTOR, agreement_id=pk)
    actions.end_agreement(DIRECTOR, agreement_id=pk, on=date(2026, 8, 20))
    row = Agreement.objects.unscoped("test").get()
    assert (row.state, row.end) == ("ended", date(2026, 8, 20))
    with pytest.raises(Refused):
        actions.end_agreement(DIRECTOR, agreement_id=pk)
    assert len(queries.agreement(PLANNER, agreement_id=pk, on=date(2026, 12, 1)).months) == 2
