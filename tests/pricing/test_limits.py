"""Caps and budgets against a dictionary: any uses and cancellations, in any order, by two distributors."""

from datetime import date

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gongying.books.prices import post, read
from gongying.core.actor import SYSTEM
from gongying.core.doors import joined
from gongying.core.refusal import Refused

pytestmark = pytest.mark.django_db
DAY = date(2026, 7, 15)
CAP, BUDGET, EVERY = 4, 6, 3
STEPS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["D1", "D2"]), st.integers(1, 14)),
        st.tuples(st.just("back"), st.integers(0, 9)),
    ),
    min_size=1,
    max_size=9,
)


@given(STEPS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_uses_and_cancellations_keep_the_limits_and_the_sums(shop, steps):
    with transaction.atomic(), joined("tests.limits"):
        shop.promote(
            "deal",
            form="buy_get",
            products=["P1"],
            buy=str(EVERY),
            get=1,
            cumulative=True,
            cap_units=CAP,
            budget_units=BUDGET,
        )
        held: dict[str, tuple[str, int, int]] = {}
        for number, (who, count) in enumerate(steps):
            if who == "back":
                document = f"SO-{count}"
                assert post.unuse(SYSTEM, document=document) == (document in held)
                held.pop(document, None)
                continue
            mine = [each for each in held.values() if each[0] == who]
            bought, had = sum(each[1] for each in mine), sum(each[2] for each in mine)
            earned = (bought + count) // EVERY - bought // EVERY
            wanted = max(0, min(earned, CAP - had, BUDGET - sum(each[2] for each in held.values())))
            found = shop.quote(("P1", count), code=who)
            assert sum(line.quantity for line in found.lines if line.gift_of) == wanted
            with transaction.atomic():
                post.use(SYSTEM, found.uses, party_id=shop.ids[who], document=f"SO-{number}", on=DAY)
            if found.uses:
                held[f"SO-{number}"] = (who, count, wanted)
        assert list(read.faults()) == []
        (offer,) = [each for each in read.running(SYSTEM, shop.ids["D1"], DAY) if each.row.key == "deal"]
        mine = sum(each[2] for each in held.values() if each[0] == "D1")
        assert offer.left_units == max(0, min(CAP - mine, BUDGET - sum(each[2] for each in held.values())))
        transaction.set_rollback(True)


def test_a_quote_that_is_out_of_date_is_refused_and_leaves_nothing(shop):
    """The twin of the walk above: without the check of what is used, more would be given than there is."""
    shop.promote("deal", form="buy_get", products=["P1"], buy="1", get=1, budget_units=2)
    first, second = shop.quote(("P1", 2), code="D1"), shop.quote(("P1", 2), code="D2")
    shop.use(first, "SO-1")
    with pytest.raises(Refused):
        shop.use(second, "SO-2", "D2")
    assert not read.uses_of("SO-2").exists()
    assert list(read.faults()) == []
