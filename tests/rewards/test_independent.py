"""A thousand random policies over one random history: the product against an independent reckoning, to the cent."""

import random
from datetime import date, timedelta
from decimal import Decimal

import pytest
import reference
from django.db import connection

from gongying.areas.rewards.queries.measuring import Wanted, read
from gongying.areas.rewards.queries.replay import held_in, paid_by
from gongying.areas.rewards.rules import Programme
from gongying.books.goods import post as goods
from gongying.books.goods import read as shelf
from gongying.books.plans import post as plans
from gongying.books.trade import post as trade
from gongying.core import calendar
from gongying.core.actor import SYSTEM
from gongying.core.doors import action
from gongying.core.doors.door import ACTIONS

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor == "postgresql", reason="the lake reckons, on any database"),
]
CODES = [f"R{number}" for number in range(1, 7)]
SIZES = {f"Q{n}": ("GA" if n < 3 else "GB" if n < 5 else "GC", 100 * n + 7, 250 * n) for n in range(1, 7)}
SOURCE = "reference"
GROWN = Decimal("1.0375")  # what a replay's band multiplies a base with
PERIODS = {
    "month": ["2026-02", "2026-07"],
    "quarter": ["2026Q1", "2026Q3"],
    "half": ["2026H2"],
    "year": ["2026"],
}


@action(needs="tests.history", roles=("admin",), name="tests.history", exposed=False)
def _write(actor, *, rows, days, targets):
    trade.lines(actor, rows, source=SOURCE)
    trade.came_from(actor, days, level="sell_in", source=SOURCE)
    plans.targets(actor, targets, source=SOURCE)


@action(needs="tests.shelf", roles=("admin",), name="tests.shelf", exposed=False)
def _shelf(actor):
    goods.products(
        actor,
        [
            goods.ProductIn(code, code, group, weight_g=grams, volume_ml=ml)
            for code, (group, grams, ml) in SIZES.items()
        ],
    )


for _name in ("tests.history", "tests.shelf"):
    ACTIONS.pop(_name, None)


def history(chance):
    """Two years of lines by distributor, as plain facts."""
    told = {code: [] for code in CODES}
    for number in range(700):
        code, product = chance.choice(CODES), chance.choice(sorted(SIZES))
        on = date(2025, 1, 1) + timedelta(days=chance.randrange(730))
        back = chance.random() < 0.15
        pieces = chance.randint(1, 40) * (-1 if back else 1)
        gross = pieces * chance.randint(100, 90_000)
        off = gross * chance.choice((0, 0, 5, 12)) // 100
        group, grams, ml = SIZES[product]
        line = {"on": on, "product": product, "category": group, "pieces": pieces, "gross": gross, "off": off, "grams": grams, "ml": ml, "number": number}  # fmt: skip
        if back and chance.random() < 0.7:
            line["sold_on"] = max(date(2025, 1, 1), on - timedelta(days=chance.randrange(200)))
        told[code].append(line)
    return told


def steps(chance, measure, per_unit):
    top = {"base": 60_000, "target": 2, "previous": 2, "share": 1, "range": 6}[measure]
    count = chance.randint(1, 4)
    if measure == "base":
        starts = sorted({chance.choice((0, chance.randrange(top))) for _each in range(count)})
    else:
        starts = sorted({chance.randint(0, top * 20) for _each in range(count)})
        starts = (
            [str(Decimal(each) / 20) for each in starts] if measure != "range" else [str(s // 20) for s in starts]
        )
    starts = list(dict.fromkeys(map(str, starts)))
    rates = [str(Decimal(chance.randrange(0, 300)) / (10 if per_unit else 1000)) for _each in starts]
    ends = [*starts[1:], None]
    return [{"start": s, "end": e, "rate": r} for s, e, r in zip(starts, ends, rates, strict=True)]


def policy(chance):  # noqa: PLR0912 - one draw after the other
    """One random policy."""
    measure = chance.choice(["base"] * 4 + ["target", "previous", "share", "range"])
    basis = chance.choice(["value", "value", "gross", "quantity", "weight", "volume", "points"])
    if measure == "target" or (measure == "range" and basis == "points"):
        basis = chance.choice(["value", "gross"])
    if measure in ("share", "range"):
        method = chance.choice(["slab", "fixed"])
    elif measure == "base":
        method = chance.choice(["slab", "marginal", "fixed", "rolling", "total"])
    else:
        method = chance.choice(["slab", "marginal", "fixed", "excess"])
    period = chance.choice(["month", "quarter", "half", "year"])
    document = {"method": method, "basis": basis, "period": period, "measure": measure}
    document["tiers"] = steps(chance, measure, method == "fixed")
    if chance.random() < 0.4 and period != "month":
        document["calculate"] = chance.choice({"quarter": ["month"], "half": ["month", "quarter"], "year": ["quarter", "half"]}[period])  # fmt: skip
    if chance.random() < 0.4 and measure != "target":
        document["categories"] = chance.choice((["GA"], ["GB", "GC"]))
    if chance.random() < 0.2 and basis != "points":
        document["products"] = ["Q1", "Q5"]
    if chance.random() < 0.3:
        document["without"] = ["Q2"]
    if basis == "points":
        document["points"] = {code: chance.randint(1, 3) for code in ("Q1", "Q3", "Q4")}
    if measure == "share":
        document["focus_categories"] = ["GB"]
    if chance.random() < 0.3 and measure != "range":
        document["returns"] = "restate"
    if chance.random() < 0.2:
        document["base_cap"] = str(chance.randint(500, 40_000))
    if chance.random() < 0.2:
        document["payout_cap"] = str(chance.randint(0, 4000))
    if chance.random() < 0.2:
        document["guarantee"] = str(chance.randint(1, 300))
    return document


def month_targets(chance):
    return {
        (code, month): chance.choice((0, chance.randint(1, 900_000))) for code in CODES for month in range(1, 13)
    }


def target_of(agreed, code):
    def between(start, end):
        return sum(v for (c, m), v in agreed.items() if c == code and start <= date(2026, m, 1) < end)

    return between


def _targets(agreed, network):
    return [
        plans.TargetIn(f"2026-{month:02d}", network.ids[code], amount_minor=amount)
        for (code, month), amount in agreed.items()
        if amount
    ]


def _spans(kind):
    return [calendar.period(code) for code in PERIODS[kind]]


def test_a_thousand_random_policies_agree_with_an_independent_reckoning(network):
    chance = random.Random(20261125)  # noqa: S311 - the same history every time
    network.join(CODES)
    _shelf(SYSTEM)
    products = shelf.ids_by_code(SIZES)
    told, agreed = history(chance), month_targets(chance)
    rows, days = [], {}
    for code, lines in told.items():
        for x in lines:
            kind = "return" if x["pieces"] < 0 else "sale"
            row = trade.LineIn("sell_in", x["on"], network.ids[code], products[x["product"]], x["pieces"], "CNY", x["gross"], x["off"], f"N{x['number']}", kind=kind)  # fmt: skip
            rows.append(row)
            if "sold_on" in x:
                days[row.key] = x["sold_on"]
    _write(SYSTEM, rows=rows, days=days, targets=_targets(agreed, network))
    documents = [policy(chance) for _each in range(1000)]
    spans = [chance.choice(_spans(document["period"])) for document in documents]
    asked = [Wanted(Programme.model_validate(d), s, s) for d, s in zip(documents, spans, strict=True)]
    checked = 0
    for document, span, one, held in zip(documents, spans, asked, read(asked), strict=True):
        for code in CODES:
            mine = held.get(network.ids[code])
            ours = None if mine is None else mine.derive(one.document).entitled
            theirs = reference.entitled(document, told[code], span.start, span.end, target_of(agreed, code))
            assert ours == theirs, (document, span, code)
            checked += ours is not None
    assert checked > 3000
    _a_replay_pays_the_same(asked[:150])


def _a_replay_pays_the_same(asked):
    """It takes a shorter way to the same cent, where the base alone counts."""
    plain = 0
    histories = held_in([(one.document, one.period) for one in asked])
    for one, held, known in zip(asked, read(asked), histories, strict=True):
        derived = {party: mine.derive(one.document).entitled for party, mine in held.items()}
        assert paid_by([known]) == derived, one.document
        grown = {party: mine.grown(GROWN).derive(one.document).entitled for party, mine in held.items()}
        assert paid_by([known], dict.fromkeys(held, GROWN)) == grown, one.document
        plain += any(isinstance(each, int) for each in known[1].values())
    assert plain > 30, "many are paid by their base alone"
