"""The laws of settlement on the real books: any split of a period, any order, every method, and the same year in SQL."""

import random
from datetime import date
from decimal import Decimal
from itertools import count

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gongying.areas.rewards import actions, queries
from gongying.areas.rewards.rules import Programme
from gongying.books.money import read as money
from gongying.books.trade.models import Line
from gongying.core.actor import SYSTEM, Actor
from gongying.engines.rebates import derive

pytestmark = pytest.mark.django_db
FINANCE = Actor("finance", role="finance", may=frozenset({"*"}), parties=None)
SLAB = [("0", "0"), ("1000", "0.01"), ("5000", "0.0175"), ("12000", "0.033")]
SUMS = [("0", "0"), ("1000", "33.33"), ("5000", "150"), ("12000", "400.01")]
EACH = [("0", "0.35"), ("10", "1.05"), ("40", "1.99")]


def ladder(rows):
    ends = [start for start, _rate in rows[1:]]
    return [
        {"start": start, "rate": rate} | ({"end": end} if end else {})
        for (start, rate), end in zip(rows, [*ends, None], strict=True)
    ]


METHODS = {
    "slab": {"method": "slab", "tiers": ladder(SLAB)},
    "marginal": {"method": "marginal", "tiers": ladder(SLAB)},
    "fixed": {"method": "fixed", "tiers": ladder(SUMS)},
    "per_unit": {"method": "per_unit", "basis": "quantity", "tiers": ladder(EACH)},
    "marginal by pieces": {"method": "marginal", "basis": "quantity", "tiers": ladder(EACH)},
    "fixed by pieces": {"method": "fixed", "basis": "quantity", "tiers": ladder([("0", "5"), ("40", "25")])},
}
LIMITS = {"base_cap": "9000", "payout_cap": "180", "guarantee": "12.34"}


def paid(key, period="2026"):
    done = actions.settle(SYSTEM, programme=key, period=period)
    if done.run_id:
        actions.approve(FINANCE, run_id=done.run_id)
    return done.due_minor


def balances(network, *codes):
    return [money.balance(SYSTEM, kind="rebate", holder_id=network.ids[code], currency="CNY") for code in codes]


lines = st.lists(st.tuples(st.integers(-4000, 9000), st.integers(0, 364)), min_size=1, max_size=6)
fresh = count()


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(lines, min_size=1, max_size=4),
    st.sampled_from(sorted(METHODS)),
    st.sets(st.sampled_from(sorted(LIMITS))),
)
def test_settling_after_any_split_in_any_order_is_the_same_as_once(network, programme, parts, name, limits):
    """One distributor is settled after every part; the other gets the same lines backwards, and one settlement."""
    number = next(fresh)
    often, once, key = f"O{number}", f"E{number}", f"law-{number}"
    network.join([often, once])
    document = METHODS[name] | {limit: LIMITS[limit] for limit in limits} | {"parties": [often, once]}
    programme(key=key, **document)
    told = [
        (yuan, date.fromordinal(date(2026, 1, 1).toordinal() + day), f"{place}-{each}")
        for place, part in enumerate(parts)
        for each, (yuan, day) in enumerate(part)
    ]

    def sold(code, rows):
        network.sell(
            *[
                network.line(code, yuan, on, f"{code}-{doc}", qty=-1 if yuan < 0 else 1 + yuan % 9)
                for yuan, on, doc in rows
            ]
        )

    for place in range(len(parts)):
        sold(often, [row for row in told if row[2].startswith(f"{place}-")])
        paid(key)
        assert paid(key) == 0
    sold(once, told[::-1])
    paid(key)
    left, right = balances(network, often, once)
    terms = Programme.model_validate(document).terms()
    pieces = sum(-1 if yuan < 0 else 1 + yuan % 9 for yuan, _on, _doc in told)
    base = pieces if terms.basis == "quantity" else sum(yuan for yuan, _on, _doc in told) * 100
    assert left == right == derive(base, terms).entitled
    assert paid(key) == 0


def _year(network, seed):
    """A year in four quarters of knowledge: sales, returns, late lines, corrections of what was settled."""
    chance = random.Random(seed)  # noqa: S311 - the same year every time
    said = {}
    for quarter in range(4):
        rows = []
        for each in range(40):
            month = 3 * quarter + chance.randint(1, 3)
            late = quarter and chance.random() < 0.1
            day = date(2026, month - 3 if late else month, chance.randint(1, 28))
            back = chance.random() < 0.15
            yuan = chance.randint(-300, -1) if back else chance.randint(1, 400)
            code, doc = chance.choice(("D1", "D2")), f"{quarter}-{each}"
            said[doc] = network.line(
                code, yuan, day, doc, chance.choice(("P1", "P2")), -1 if back else chance.randint(1, 3)
            )
            rows.append(said[doc])
        for doc in chance.sample(sorted(said), 5) if quarter else []:  # a correction reverses and posts anew
            said[doc] = said[doc]._replace(gross_minor=said[doc].gross_minor + 12_34)
            rows.append(said[doc])
        network.sell(*rows)
        yield quarter


def _in_sql(document):
    """The same year in integer SQL: bases and rates as whole numbers, rounded half up once, then the limits."""
    value = document.get("basis", "value") == "value"
    scale = 100 if value else 1
    cap = document.get("base_cap")
    base = f"CAST(SUM({'net_minor' if value else 'quantity'}) AS BIGINT)"
    counted = f"CASE WHEN b > {int(cap) * scale} THEN {int(cap) * scale} ELSE b END" if cap else "b"
    # rates as ten-thousandths of a minor unit for each unit of the base
    steps = [
        (int(s["start"]) * scale, int(Decimal(s["rate"]) * (10_000 if value else 1_000_000)))
        for s in document["tiers"]
    ]
    money_steps = [
        (start, int(Decimal(s["rate"]) * 100)) for (start, _rate), s in zip(steps, document["tiers"], strict=True)
    ]
    if document["method"] == "marginal":
        tops = [start for start, _rate in steps[1:]]
        parts = [
            f"CASE WHEN c <= {low} THEN 0 "
            + (f"WHEN c > {top} THEN {(top - low) * rate} " if top else "")
            + f"ELSE (c - {low}) * {rate} END"
            for (low, rate), top in zip(steps, [*tops, None], strict=True)
        ]
        earned = f"(({' + '.join(parts)}) + 5000) / 10000"
    elif document["method"] == "fixed":
        cases = " ".join(f"WHEN c >= {start} THEN {amount}" for start, amount in reversed(money_steps))
        earned = f"CASE {cases} ELSE 0 END"
    else:
        cases = " ".join(f"WHEN c >= {start} THEN (c * {rate} + 5000) / 10000" for start, rate in reversed(steps))
        earned = f"CASE {cases} ELSE 0 END"
    low, high = (
        int(Decimal(document.get("guarantee", "0")) * 100),
        int(Decimal(document.get("payout_cap", "99999999")) * 100),
    )
    groups = document.get("categories", [])
    named = "','".join(groups)
    held = "SELECT p.id FROM goods_product p JOIN goods_category g ON g.id = p.category_id"
    kinds = f"AND product_id IN ({held} WHERE g.code IN ('{named}'))" if groups else ""
    return (
        f"WITH sums AS (SELECT party_id, {base} AS b FROM trade_line WHERE level = 'sell_in' AND currency = 'CNY' "  # noqa: S608 - numbers and codes of this file
        f"AND business_date >= '2026-01-01' AND business_date < '2027-01-01' {kinds} GROUP BY party_id), "
        f"counted AS (SELECT party_id, {counted} AS c FROM sums), earned AS (SELECT party_id, {earned} AS e FROM counted) "
        f"SELECT party_id, CASE WHEN e > {high} OR {low} > {high} THEN {high} WHEN e < {low} THEN {low} ELSE e END FROM earned"
    )


@pytest.mark.parametrize("limits", [{}, LIMITS, {"categories": ["FAN"]}], ids=["plain", "limits", "products"])
@pytest.mark.parametrize("name", sorted(METHODS))
def test_a_full_year_in_quarters_of_knowledge_equals_the_same_year_in_sql(network, programme, name, limits):
    document = METHODS[name] | limits
    programme(**document)
    for quarter in _year(network, seed=f"{name}{sorted(limits)}"):
        paid("annual")
        assert paid("annual") == 0, f"quarter {quarter}"
    kinds = set(Line.objects.unscoped("test").values_list("kind", flat=True))
    assert kinds == {"sale", "return", "reversal"}
    with connection.cursor() as cursor:
        cursor.execute(_in_sql(document))
        independent = {party: int(amount) for party, amount in cursor.fetchall()}
    assert dict(zip(network.ids.values(), balances(network, "D1", "D2"), strict=True)) == independent
    assert any(independent.values())
    assert money.check() == []
    assert sum(d.due_minor for d in queries.preview(SYSTEM, programme="annual", period="2026")) == 0
