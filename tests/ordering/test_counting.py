"""Orders and payments among what programmes count (C129): only where a programme asks, as they stand, never as sales."""

from datetime import date

import pytest

from gongying.books.trade.models import Line
from gongying.core.actor import SYSTEM
from gongying.core.policies import actions as policies
from gongying.flows.ordering import actions as ordering

pytestmark = pytest.mark.django_db
TIERS = [{"start": "0", "rate": "0.05"}]


def asks(event):
    policies.draft(
        SYSTEM, kind="rewards.programme", key=event, title=event, effective_from=date(2026, 1, 1),
        document={"method": "slab", "event": event, "tiers": TIERS},
    )  # fmt: skip


def counted(level):
    return list(
        Line.objects.unscoped("test").filter(level=level).order_by("id").values_list("quantity", "net_minor")
    )


def test_nobody_asks_and_nothing_is_written(shop):
    done = shop.place(("P1", 4))
    shop.told(done.id)
    assert ordering.count_ordered(SYSTEM, number=done.number) == 0
    assert counted("ordered") == []


def test_an_order_is_counted_as_it_stands_and_corrected_when_it_changes(shop):
    asks("ordered")
    done = shop.place(("P1", 4))
    assert ordering.count_ordered(SYSTEM, number=done.number) == 1
    assert ordering.count_ordered(SYSTEM, number=done.number) == 0
    assert sum(n for n, _net in counted("ordered")) == 4
    ordering.cancel(SYSTEM, order_id=done.id, reason="客户不要了")
    ordering.count_ordered(SYSTEM, number=done.number)
    assert sum(n for n, _net in counted("ordered")) == 0
    assert counted("sell_in") == []
    assert ordering.count_history(SYSTEM, since=date(2000, 1, 1)) == 0
