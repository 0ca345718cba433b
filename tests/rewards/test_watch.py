"""The watch list: who is close, who will miss what he held, who must not be pushed. C142, C008."""

from datetime import date
from decimal import Decimal as D

import pytest
from accrual_pages import browser
from runs import publish

from gongying.areas.rewards.queries import watch
from gongying.books.lake import post as lake
from gongying.books.stock import post as stock
from gongying.core.actor import SYSTEM, Actor
from gongying.core.doors import action
from gongying.core.doors.registry import ACTIONS
from gongying.core.policies import actions as policies
from gongying.core.refusal import Missing

pytestmark = pytest.mark.django_db
LADDER = [
    {"start": "0", "end": "10000", "rate": "0.01"},
    {"start": "10000", "end": "50000", "rate": "0.02"},
    {"start": "50000", "rate": "0.03"},
]
DAY = date(2026, 9, 15)


@action(needs="tests.count", roles=("admin",), name="tests.count_stock", exposed=False)
def _count(actor: Actor, *, party_id: int, product_id: int, quantity: int, on: date) -> None:
    """A declaration of stock."""
    stock.counts(actor, [stock.CountIn(party_id, product_id, on, quantity)], source="test")


ACTIONS.pop("tests.count_stock", None)


def quarterly():
    publish(key="quarterly", document={"tiers": LADDER})


def of(rows, kind, party="D1"):
    return next((row for row in rows if (row.kind, row.code) == (kind, party)), None)


def test_close_to_the_next_tier_says_what_is_missing_and_what_it_brings(network):
    quarterly()
    network.sell(
        network.line(yuan=9000, on=date(2026, 7, 15)), network.line("D2", yuan=2000, on=date(2026, 7, 15), doc="B1")
    )
    rows = watch.watched(SYSTEM, DAY)
    row = of(rows, "close")
    assert (row.share, row.gap, row.gain_minor) == (D("0.9"), 1000_00, 200_00 - 90_00)
    assert (row.days_left, row.tier, row.next_start) == (15, 0, 10000_00)
    assert row.cover is None
    assert row.nudge
    assert of(rows, "close", "D2") is None


def test_about_to_miss_the_tier_of_the_period_before(network):
    quarterly()
    network.sell(
        network.line(yuan=12000, on=date(2026, 5, 15)), network.line(yuan=4000, on=date(2026, 8, 1), doc="A2")
    )
    row = of(watch.watched(SYSTEM, DAY), "missing")
    assert (row.before, row.before_start, row.tier) == (1, 10000_00, 0)
    assert row.final == round(4000_00 * D(1) / row.pace.passed)
    assert row.short == 10000_00 - row.final > 0
    assert not row.nudge
    network.sell(network.line(yuan=9000, on=date(2026, 9, 1), doc="A3"))
    assert of(watch.watched(SYSTEM, DAY), "missing") is None


def test_whoever_has_much_stock_is_not_asked_to_buy_more_C008(network):
    quarterly()
    network.sell(network.line(yuan=9000, qty=90, on=date(2026, 7, 15)))
    out = network.line(yuan=100, qty=1, on=date(2026, 8, 15), doc="O1")._replace(level="sell_out")
    network.sell(out)
    _count(SYSTEM, party_id=network.ids["D1"], product_id=network.skus["P1"], quantity=80, on=date(2026, 8, 31))
    lake.refresh()
    row = of(watch.watched(SYSTEM, DAY), "close")
    assert row.cover > 75
    assert row.stocked
    assert not row.nudge


def test_the_season_of_last_year_counts_for_the_pace(network):
    publish(key="quarterly", since=date(2025, 1, 1), document={"tiers": LADDER})
    for month, yuan in ((7, 1000), (8, 1000), (9, 8000)):
        network.sell(network.line(yuan=yuan, on=date(2025, month, 10), doc=f"L{month}"))
    network.sell(network.line(yuan=3000, on=date(2026, 7, 15)))
    row = watch.watched_one(SYSTEM, date(2026, 8, 31), "quarterly", network.ids["D1"])
    assert (row.season, row.pace.passed, row.final) == ("own", D("0.2"), 15000_00)


def test_thresholds_are_a_policy(network):
    quarterly()
    network.sell(network.line(yuan=9000, on=date(2026, 7, 15)))
    version = policies.draft(SYSTEM, kind="rewards.watch", key="rewards.watch", title="x", document={"near": "0.95"}, effective_from=date(2026, 1, 1))  # fmt: skip
    policies.publish(SYSTEM, version_id=version)
    assert of(watch.watched(SYSTEM, DAY), "close") is None


def test_a_region_sees_its_own_and_its_season_alone(network):
    quarterly()
    network.sell(
        network.line(yuan=9000, on=date(2026, 7, 15)), network.line("D2", yuan=9500, on=date(2026, 7, 15), doc="B1")
    )
    mine = Actor("r", role="regional", may=frozenset({"*"}), parties=frozenset({network.ids["D1"]}))
    before = watch.watch_list(mine, on=DAY)
    assert [row.code for row in before] == ["D1"]
    network.sell(network.line("D2", yuan=9500, on=date(2025, 9, 15), doc="B0"))
    assert watch.watch_list(mine, on=DAY) == before
    with pytest.raises(Missing):
        watch.watched_one(mine, DAY, "quarterly", network.ids["D2"])


def test_the_page_filters_and_every_figure_is_explained(network, monkeypatch):
    monkeypatch.setattr("gongying.areas.rewards.web.watch.timezone.localdate", lambda: DAY)
    quarterly()
    network.sell(
        network.line(yuan=9000, on=date(2026, 7, 15)), network.line("D2", yuan=9500, on=date(2026, 7, 15), doc="B1")
    )
    office = browser(network, "director")
    text = office.get("/rewards/watch/").content.decode()
    assert "CNRY-D1" in text
    assert "CNRY-D2" in text
    assert "CNRY-D2" not in office.get("/rewards/watch/?region=HD").content.decode()
    panel = office.get(f"/rewards/watch/quarterly/{network.ids['D1']}/", headers={"X-Panel": "1"}).content.decode()
    for word in ("¥9,000.00", "¥1,000.00", "¥110.00", "90.0%", "no stock is declared"):
        assert word in panel
    regional = browser(network, "regional", region="HD")
    assert "CNRY-D2" not in regional.get("/rewards/watch/").content.decode()
    assert regional.get(f"/rewards/watch/quarterly/{network.ids['D2']}/").status_code == 404
    assert browser(network, "owner", "D1").get("/rewards/watch/").status_code == 403
