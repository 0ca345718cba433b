"""Promotions through the book: levels, scopes, limits under a turn, cumulation, what the linter and the guards say."""

import time
from datetime import date

import pytest
from django.db import IntegrityError, OperationalError, connection

from gongying.books.prices import post, read
from gongying.books.prices.models import Tally, Use
from gongying.core.actor import SYSTEM
from gongying.core.policies import actions as policies
from gongying.core.policies import read as policies_read
from gongying.core.refusal import Refused

pytestmark = pytest.mark.django_db
DAY = date(2026, 7, 15)
TEN = {"form": "buy_get", "products": ["P1"], "buy": "10", "get": 1}
OFF = {
    "form": "steps",
    "reward": "percent",
    "basis": "value",
    "currency": "CNY",
    "steps": [{"start": "0", "rate": "0.1"}],
}


def gifts(found):
    return {line.gift_of: line.quantity for line in found.lines if line.gift_of}


def test_F6_fifteen_get_one_free(shop):
    """F6 through the price book: the gift is a line of its own, without a price."""
    shop.promote("b10g1", **TEN)
    found = shop.quote(("P1", 15))
    assert gifts(found) == {"b10g1": 1}
    assert (found.net_minor, found.total_minor) == (150_000, 169_500)


def test_F19_only_the_customers_own_purchases_count(shop):
    """F19: D2 buys 9 and uses the promotion; D1's next purchase starts from D1's own."""
    shop.promote("b10g1", **TEN, cumulative=True)
    for code, quantity in (("D1", 7), ("D2", 9)):
        shop.use(shop.quote(("P1", quantity), code=code), f"SO-{code}", code)
    assert gifts(shop.quote(("P1", 3))) == {"b10g1": 1}
    assert gifts(shop.quote(("P1", 2))) == {}
    assert gifts(shop.quote(("P1", 1), code="D2")) == {"b10g1": 1}
    shop.unuse("SO-D1")
    assert gifts(shop.quote(("P1", 3))) == {}, "a cancelled order counts no more"


def test_a_promotion_is_for_its_levels_scope_and_days(shop):
    shop.promote("gold", **OFF, levels=["gold"])
    shop.promote("south", **OFF, scope=("region", "HN"))
    assert shop.quote(("P1", 1)).net_minor == 10_000
    assert shop.quote(("P1", 1), code="D2").net_minor == 9_000
    shop.level("D1", "gold")
    assert shop.quote(("P1", 1)).net_minor == 9_000
    assert shop.quote(("P1", 1), on=date(2027, 1, 1)).net_minor == 10_000
    assert shop.quote(("P1", 1), currency="USD").net_minor == 1_500, "amounts in yuan do not hold for dollars"


def test_the_version_of_the_nearest_scope_holds(shop):
    shop.promote("off", **OFF)
    shop.promote("off", **(OFF | {"steps": [{"start": "0", "rate": "0.2"}]}), scope=("region", "HD"))
    assert shop.quote(("P1", 1)).net_minor == 8_000
    assert shop.quote(("P1", 1), code="D2").net_minor == 9_000


def test_caps_and_budgets_limit_free_goods_and_say_so(shop):
    shop.promote("b10g1", **TEN, cap_units=3, budget_units=4)
    first = shop.quote(("P1", 25))
    shop.use(first, "SO-1")
    found = shop.quote(("P1", 50))
    assert gifts(found) == {"b10g1": 1}
    (use,) = found.uses
    assert use.limits == ["cap_units"]
    assert "每位客户" in found.lines[-1].steps[-1].label or "customer" in found.lines[-1].steps[-1].label
    assert gifts(shop.quote(("P1", 50), code="D2")) == {"b10g1": 2}
    shop.use(shop.quote(("P1", 50), code="D2"), "SO-2", "D2")
    assert [each.reason for each in shop.quote(("P1", 50)).not_used] == ["used_up"]
    with pytest.raises(Refused) as no:
        shop.use(found, "SO-3")
    assert no.value.code == "used_up"
    shop.unuse("SO-2")
    assert shop.use(found, "SO-3") == 1
    assert list(read.faults()) == []


def test_value_caps_cut_a_discount(shop):
    shop.promote("off", **OFF, cap_value="15", budget_value="20")
    found = shop.quote(("P1", 1))
    assert found.net_minor == 9_000
    shop.use(found, "SO-1")
    assert shop.quote(("P1", 1)).net_minor == 9_500
    assert shop.quote(("P1", 2), code="D2").net_minor == 19_000, "of twenty in all ten are left"


def test_a_document_uses_once_and_gives_back_once(shop):
    shop.promote("b10g1", **TEN, cap_units=9)
    found = shop.quote(("P1", 20))
    assert shop.use(found, "SO-1") == 1
    assert shop.use(found, "SO-1") == 0
    assert shop.unuse("SO-1") == 1
    assert shop.unuse("SO-1") == 0
    rows = Use.objects.unscoped("test")
    assert sum(row.units for row in rows) == 0
    assert [row.units for row in Tally.objects.unscoped("test")] == [0]
    assert list(read.faults()) == []


def test_a_limit_that_comes_later_counts_what_was_used_before(shop):
    shop.promote("b10g1", **TEN)
    shop.use(shop.quote(("P1", 20)), "SO-1")
    shop.promote("b10g1", **TEN, budget_units=3, counted_from="2026-07-01", since=date(2026, 7, 2))
    found = shop.quote(("P1", 50))
    assert gifts(found) == {"b10g1": 1}, "two of the three are gone"
    shop.use(shop.quote(("P1", 10)), "SO-2")
    with pytest.raises(Refused):
        shop.use(found, "SO-3")
    assert list(read.faults()) == []


def test_F19_a_later_version_goes_on_counting_from_its_counting_day(shop):
    shop.promote("b10g1", **TEN, cumulative=True)
    shop.use(shop.quote(("P1", 7)), "SO-1")
    shop.promote("b10g1", **TEN, cumulative=True, counted_from="2026-07-01", since=date(2026, 7, 2))
    assert gifts(shop.quote(("P1", 3))) == {"b10g1": 1}
    shop.use(shop.quote(("P1", 1)), "SO-2")
    assert gifts(shop.quote(("P1", 2))) == {"b10g1": 1}
    shop.promote("b10g1", **TEN, cumulative=True, since=date(2026, 7, 10))
    assert gifts(shop.quote(("P1", 2))) == {"b10g1": 1}, "uses of the fifteenth count from the tenth on"
    assert list(read.faults()) == []


def test_declared_after_and_excluded(shop):
    shop.promote("first", **OFF)
    shop.promote("second", **OFF, after=["first"])
    shop.promote("rival", **(OFF | {"steps": [{"start": "0", "rate": "0.05"}]}), not_with=["first"])
    found = shop.quote(("P1", 10))
    assert {use.code: use.discount_minor for use in found.uses} == {"first": 10_000, "second": 9_000}
    assert [(each.code, each.reason, each.other) for each in found.not_used] == [("rival", "excluded", "first")]


def codes(shop, key="new", **document):
    version = policies_read.version(shop.draft(key, **document))
    return {(each.level, each.code) for each in policies.findings(version)}


def test_a_circle_is_refused_when_it_is_published(shop):
    shop.promote("a", **OFF)
    shop.promote("b", **OFF, after=["a"])
    version = shop.draft("a", **OFF, after=["b"])
    with pytest.raises(Refused) as no:
        policies.publish(SYSTEM, version_id=version)
    assert no.value.code == "circle"


def test_what_the_linter_finds(shop):
    def steps(*rows):
        return OFF | {"steps": [dict(zip(("start", "end", "rate"), row, strict=True)) for row in rows]}

    assert ("error", "gap") in codes(shop, **steps(("0", "100", "0.1"), ("200", None, "0.2")))
    assert ("error", "overlap") in codes(shop, **steps(("0", "300", "0.1"), ("200", None, "0.2")))
    assert ("error", "gap") in codes(shop, **steps(("0", "100", "0.1")))
    assert ("error", "falls") in codes(shop, **steps(("0", "100", "0.2"), ("100", None, "0.1")))
    assert ("warning", "flat") in codes(shop, **steps(("0", "100", "0.1"), ("100", None, "0.1")))
    assert ("warning", "unreachable") in codes(
        shop, **steps(("0", "1000", "0.1"), ("1000", None, "0.2")), cap_value="100"
    )
    assert ("warning", "endless") in codes(shop, **OFF, until=None)
    assert ("warning", "endless") not in codes(shop, **OFF, until=None, cap_value="1000")
    assert ("error", "unknown") in codes(shop, **TEN | {"products": ["NOSUCH"]})
    assert ("error", "dear") in codes(shop, **TEN | {"products": ["P2"], "buy": "2", "gift": "P1"})
    assert ("warning", "rich") in codes(shop, **TEN | {"buy": "1"})
    assert not {each for each in codes(shop, **TEN) if each[0] == "error"}


@pytest.mark.parametrize(
    ("document", "word"),
    [
        ({"form": "buy_get", "products": ["P1"]}, "buy"),
        ({"form": "steps", "reward": "percent"}, "step"),
        ({"form": "bundle", "reward": "percent", "rate": "0.1"}, "set"),
        (TEN | {"products": ["P1", "P2"], "together": True}, "gift"),
        (OFF | {"currency": ""}, "currency"),
        (OFF | {"steps": [{"start": "0", "rate": "1.5"}]}, "100"),
    ],
)
def test_a_promotion_that_makes_no_sense_is_no_document(shop, document, word):
    from django.utils import translation

    with translation.override("en"), pytest.raises(Refused) as no:
        shop.draft("x", **document)
    assert word in str(no.value).lower()


def test_sets_and_gifts_of_another_product(shop):
    shop.promote("set", form="bundle", reward="gift", parts=[{"product": "P1", "quantity": 2}, {"product": "P2", "quantity": 1}], rate="1", gift="P2")  # fmt: skip
    found = shop.quote(("P1", 5), ("P2", 8))
    assert gifts(found) == {"set": 2}
    assert found.lines[-1].product_id == shop.skus["P2"]


def test_a_trial_judges_a_draft_as_if_it_held(shop):
    version = policies_read.version(shop.draft("off", **OFF))
    assert shop.quote(("P1", 1)).net_minor == 10_000
    assert shop.quote(("P1", 1), trial=[version]).net_minor == 9_000


def test_what_runs_for_a_distributor(shop):
    shop.promote("b10g1", **TEN, cap_units=40)
    shop.use(shop.quote(("P1", 30)), "SO-1")
    (found,) = read.running(SYSTEM, shop.ids["D1"], DAY)
    assert (found.row.key, found.left_units) == ("b10g1", 37)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
@pytest.mark.django_db(transaction=True)
def test_two_at_once_never_exceed_a_budget(committed_shop, together):
    """The limit is checked while nobody else may use it: of eight that want the last three, three get it."""
    shop = committed_shop
    shop.promote("b10g1", **TEN, budget_units=3)
    found = shop.quote(("P1", 10))

    def work(number):
        try:
            return shop.use(found, f"SO-{number}")
        except Refused:
            return 0

    assert sum(together(work, 8)) == 3
    assert sum(row.units for row in Use.objects.unscoped("test")) == 3


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
@pytest.mark.django_db(transaction=True)
def test_twin_without_the_turn_first_uses_collide(committed_shop, together, monkeypatch):
    """The twin: with the turn taken away, several begin the kept sum at once and all but one crash."""
    shop = committed_shop
    shop.promote("b10g1", **TEN, budget_units=8)
    found = shop.quote(("P1", 10))
    sums = read.sums
    monkeypatch.setattr(post.turns, "take", lambda *names: None)
    monkeypatch.setattr(post.read, "sums", lambda *asked: (time.sleep(0.3), sums(*asked))[1])

    def work(number):
        try:
            return shop.use(found, f"SO-{number}")
        except (IntegrityError, OperationalError):
            return "crashed"

    assert "crashed" in together(work, 4)
