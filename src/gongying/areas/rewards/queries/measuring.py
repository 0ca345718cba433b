"""What is known of every distributor for programmes and periods: bases, references, stated numbers, gates. Many programmes
are read in one scan of the lake."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal

from gongying.books.lake.read import Snapshot
from gongying.books.metrics import read as metrics
from gongying.books.parties import read as parties
from gongying.core import calendar
from gongying.core.actor import SYSTEM
from gongying.engines import turnover
from gongying.engines.money import exponent, whole
from gongying.engines.rebates import NOTHING, Derivation, Given, derive, derive_periods, outside

from ..rules import LEVEL_OF, Programme, closed
from . import restating

ALSO = {"gross": "gross", "weight": "weight", "volume": "volume"}
LINES = metrics.Base._fields.index("lines")
WEEKS_OF_A_YEAR = 52
Net = Callable[[str, calendar.Period], Mapping[int, int]]  # what a programme pays in a period, by party


@dataclass(frozen=True)
class Wanted:
    """A programme over a claimed period. Only the days of `days` count: a version may have ended within the period."""

    document: Programme
    period: calendar.Period
    days: calendar.Period
    up_to: int | None = None

    def spans(self) -> list[tuple[calendar.Period, calendar.Period]]:
        """The periods that are calculated by themselves, each with its days that count."""
        finer = self.document.calculate
        each = (calendar.parts(self.period, finer) if finer else []) or [self.period]
        cut = [
            (one, calendar.Period(one.code, max(one.start, self.days.start), min(one.end, self.days.end)))
            for one in each
        ]
        return [(one, days) for one, days in cut if days.start < days.end]


@dataclass(slots=True)
class Held:
    """What counts for one distributor: base and lines altogether, and (code, base, what else is known) of every period that
    is calculated by itself."""

    base: int = 0
    lines: int = 0
    each: list[tuple[str, int, Given]] = field(default_factory=list)

    def derive(self, document: Programme, settled: int = 0, earlier: tuple[int, ...] = ()) -> Derivation:
        """The entitlement, and what is due after `settled`; `earlier` is what the periods before came to."""
        terms = document.terms()
        each = (
            [(code, base, replace(given, earlier=earlier)) for code, base, given in self.each]
            if earlier
            else self.each
        )
        if not each:
            return outside(settled)
        if not document.calculate and len(each) == 1:
            ((_code, base, given),) = each
            return derive(base, terms, settled, given)
        return derive_periods(each, terms, settled, runs=document.guarantee_runs)

    def pays(self, pay: Callable[[int, Given], int]) -> int:
        """What `derive` comes to, without saying why; `pay` is the payer of the document's terms. Not for a guarantee that
        runs (see `pays_running`)."""
        return sum([pay(base, given) for _code, base, given in self.each])

    def pays_running(self, document: Programme, pay: Callable[[int, Given], int], earlier: tuple[int, ...]) -> int:
        """The same for a guarantee that runs; `earlier` is what the periods before came to."""
        paid: list[int] = []
        for _code, base, given in self.each:
            before = (*earlier, *(paid if document.calculate else ()))
            paid.append(pay(base, replace(given, earlier=before)))
        return sum(paid)

    def grown(self, times: Decimal) -> "Held":
        """All bases so many times as large, rounded half up."""
        each = [(code, whole(base * times), given) for code, base, given in self.each]
        return Held(sum([base for _code, base, _given in each]), self.lines, each)


class _Sums:
    """Selections put together and asked at once."""

    def __init__(self) -> None:
        self.asked: dict[metrics.Selection, int] = {}
        self.found: list[list[metrics.Bare]] = []

    def enter(self, one: metrics.Selection) -> metrics.Selection:
        self.asked.setdefault(one, len(self.asked))
        return one

    def run(self, moment: Snapshot | None) -> None:
        self.found = metrics.bare(list(self.asked), moment)

    def of(self, one: metrics.Selection) -> list[metrics.Bare]:
        return self.found[self.asked[one]]


@dataclass
class _Span:
    """The selections of one calculated period."""

    period: calendar.Period
    days: calendar.Period
    document: Programme  # with what it leaves out by name
    base: list[tuple[int, metrics.Selection]]  # weight, selection
    previous: list[tuple[int, metrics.Selection]] = field(default_factory=list)
    focus: list[tuple[int, metrics.Selection]] = field(default_factory=list)


def read(asked: Sequence[Wanted], net: Net | None = None, moment: Snapshot | None = None) -> list[dict[int, Held]]:
    """For every wanted programme what counts for each of its distributors. `net` answers what the programmes pay that a base
    is net of."""
    sums, first = _Sums(), _first_sold(asked, moment)
    plans = [[_plan(sums, one, period, days, first) for period, days in one.spans()] for one in asked]
    sums.run(moment)
    return [_of_one(one, plan, sums, net, moment) for one, plan in zip(asked, plans, strict=True)]


def read_plainly(
    asked: Sequence[Wanted], net: Net | None = None, moment: Snapshot | None = None
) -> list[dict[int, Held] | dict[int, int]]:
    """As `read`, with only the base of a distributor where nothing else counts: a history is thousands of them."""
    sums, first = _Sums(), _first_sold(asked, moment)
    plans = [[_plan(sums, one, period, days, first) for period, days in one.spans()] for one in asked]
    sums.run(moment)
    return [
        _bases_of_one(one, plan[0], sums)
        if _is_plain(one.document, plan)
        else _of_one(one, plan, sums, net, moment)
        for one, plan in zip(asked, plans, strict=True)
    ]


def _is_plain(document: Programme, plan: list[_Span]) -> bool:
    """Whether the base alone decides what a programme pays for its one calculated period."""
    asks = document.measure != "base" or document.turnover or document.net_of or document.gates
    return len(plan) == 1 and not asks and not document.guarantee_runs


def _bases_of_one(one: Wanted, span: _Span, sums: _Sums) -> dict[int, int]:
    inside, held = eligible(one.document, one.days.last_day), _amounts(span.document, sums, span.base)
    return {party: held[party][0] for party in sorted(held) if inside is None or party in inside}


def _first_sold(asked: Sequence[Wanted], moment: Snapshot | None) -> dict[str, date]:
    return metrics.first_sold(moment) if any(one.document.new_months for one in asked) else {}


def _plan(
    sums: _Sums, one: Wanted, period: calendar.Period, days: calendar.Period, first: Mapping[str, date]
) -> _Span:
    document = resolved(one.document, days, first)
    span = _Span(period, days, document, _entered(sums, selections(document, days, one.up_to)))
    if document.measure == "previous":
        span.previous = _entered(sums, selections(document, year_before(document, days), one.up_to))
    if document.measure == "share":
        span.focus = _entered(sums, selections(focused(document), days, one.up_to))
    return span


def focused(document: Programme) -> Programme:
    """The programme on its focus products, of which the share is measured."""
    return document.model_copy(
        update={"categories": document.focus_categories, "products": document.focus_products}
    )


def _entered(sums: _Sums, rows: list[tuple[int, metrics.Selection]]) -> list[tuple[int, metrics.Selection]]:
    return [(weight, sums.enter(one)) for weight, one in rows]


def year_before(document: Programme, days: calendar.Period) -> calendar.Period:
    """The same days a year earlier: the same weeks for 4-4-5 periods, else the same dates."""
    if document.calculated_by.endswith("445"):
        back = timedelta(weeks=WEEKS_OF_A_YEAR)
        return calendar.Period(days.code, days.start - back, days.end - back)
    return calendar.Period(days.code, calendar.year_before(days.start), calendar.year_before(days.end))


def selection_of(document: Programme, days: calendar.Period, up_to: int | None) -> metrics.Selection:
    """The lines of the products a programme pays on, in a period, as known at a watermark."""
    return metrics.Selection(
        days.start,
        days.end,
        document.currency,
        level=LEVEL_OF[document.event],
        categories=tuple(document.categories),
        products=tuple(document.products),
        without=tuple(document.without),
        up_to=up_to,
        also=ALSO.get(document.basis, ""),
    )


def selections(
    document: Programme, days: calendar.Period, up_to: int | None
) -> list[tuple[int, metrics.Selection]]:
    """What makes up a base: one selection, or one for each worth of points."""
    whole = selection_of(document, days, up_to)
    if document.basis != "points":
        return [(1, whole)]
    by_worth: dict[int, list[str]] = {}
    for code, worth in sorted(document.points.items()):
        by_worth.setdefault(worth, []).append(code)
    return [
        (worth, replace(whole, categories=(), products=tuple(codes))) for worth, codes in sorted(by_worth.items())
    ]


def resolved(document: Programme, days: calendar.Period, first: Mapping[str, date] | None = None) -> Programme:
    """A programme for new products with the old ones of a period left out by name; any other as it is. `first` is the day on
    which each product was first sold; it is read when not given."""
    if not document.new_months:
        return document
    known = metrics.first_sold() if first is None else first
    since = calendar.first_of_month(days.end, -document.new_months)
    old = {code for code, day in known.items() if not since <= day < days.end}
    return document.model_copy(update={"without": sorted({*document.without, *old})})


def field_of(document: Programme) -> str:
    """The field of a base that a programme pays on: minor units, pieces, grams or millilitres."""
    return "also" if document.basis in ALSO else "net_minor" if document.basis == "value" else "quantity"


def _amounts(
    document: Programme, sums: _Sums, rows: list[tuple[int, metrics.Selection]]
) -> dict[int, tuple[int, int]]:
    """(amount, lines) by party."""
    found: dict[int, tuple[int, int]] = {}
    which = metrics.Base._fields.index(field_of(document))
    for weight, one in rows:
        for row in sums.of(one):
            amount, lines = found.get(row[0], (0, 0))
            found[row[0]] = (amount + weight * row[which], lines + row[LINES])
    if document.returns == "restate":
        first = rows[0][1]
        found = restating.moved(document, calendar.Period("", first.start, first.end), first.up_to, found)
    return {party: (amount, lines) for party, (amount, lines) in found.items() if lines}


def eligible(document: Programme, on: date | None = None) -> frozenset[int] | None:
    """The distributors a programme is for: those it names, in the regions it names, with the levels it names on a day; None
    is everybody."""
    named = frozenset(parties.ids_by_code(document.parties).values()) if document.parties else None
    near = parties.in_regions(document.regions) if document.regions else None
    held = named if near is None else near if named is None else named & near
    if not document.levels or on is None:
        return held
    whom = held if held is not None else frozenset(parties.all_ids().values())
    return frozenset(party for party, level in parties.levels_at(on, whom).items() if level in document.levels)


def _of_one(
    one: Wanted, plan: list[_Span], sums: _Sums, net: Net | None, moment: Snapshot | None
) -> dict[int, Held]:
    document, found = one.document, dict[int, Held]()
    inside = eligible(document, one.days.last_day)
    for span in plan:
        held = _amounts(span.document, sums, span.base)
        whom = sorted(party for party in held if inside is None or party in inside)
        known = dict(_given(document, span, sums, {party: held[party][0] for party in whom}, net, moment))
        code = span.period.code
        for party in whom:
            amount, lines = held[party]
            row = (code, amount, known.get(party, NOTHING))
            mine = found.get(party)
            if mine is None:
                found[party] = Held(amount, lines, [row])
            else:
                mine.base, mine.lines = mine.base + amount, mine.lines + lines
                mine.each.append(row)
    if document.gates and found:
        _shut(document, found, one.days.last_day)
    return found


def _shut(document: Programme, found: dict[int, Held], on: date) -> None:
    """Gates are asked once, on the last day of the claimed period."""
    asked = [(gate.gate, gate.limit, gate.of) for gate in document.gates]
    for party, gates in closed(asked, sorted(found), on, document.currency).items():
        mine = found[party]
        mine.each = [(code, base, replace(given, closed=gates)) for code, base, given in mine.each]


def _given(
    document: Programme,
    span: _Span,
    sums: _Sums,
    bases: Mapping[int, int],
    net: Net | None,
    moment: Snapshot | None,
) -> Iterator[tuple[int, Given]]:
    """What is known of each distributor beside his base, where the programme asks for anything."""
    references = _references(document, span, sums, moment)
    stated = _stated(document, span, sums, bases, moment)
    days_held = _figure("dio", document, span, moment) if document.turnover else {}
    above = [net(key, span.period) for key in document.net_of] if net else []
    if not (references is not None or stated is not None or document.turnover or above):
        return
    for party in bases:
        deducted = sum(paid.get(party, 0) for paid in above)
        yield (
            party,
            Given(
                reference=None if references is None else references.get(party),
                stated=None if stated is None else stated.get(party),
                deducted=deducted,
                factor=factor_of(document, days_held.get(party)),
            ),
        )


def factor_of(document: Programme, days: Decimal | None) -> Decimal:
    """The factor of turnover, rounded to four places: 1 + slope × (benchmark − days of inventory) between its bounds; for
    a stock that is not known what the policy says."""
    rule = document.turnover
    if rule is None:
        return Decimal(1)
    line = turnover.Line(
        rule.benchmark, rule.slope, rule.low, rule.high, rule.low if rule.unknown == "low" else Decimal(1)
    )
    return turnover.factor(line, days)


def _references(document: Programme, span: _Span, sums: _Sums, moment: Snapshot | None) -> dict[int, int] | None:
    if document.measure == "previous":
        return {party: amount for party, (amount, _n) in _amounts(span.document, sums, span.previous).items()}
    if document.measure != "target":
        return None
    by = ("party", "category") if document.categories else ("party",)
    where = {"currency": document.currency}
    rows = metrics.figure(
        SYSTEM, "target", start=span.days.start, end=span.days.end, by=by, where=where, on=moment
    ).rows
    codes = parties.all_ids()
    found: dict[int, int] = {}
    for row in rows:
        if row[-1] is not None and row[0] in codes and (len(row) == 2 or row[1] in document.categories):
            found[codes[row[0]]] = found.get(codes[row[0]], 0) + int(row[-1])
    return found


def _stated(
    document: Programme, span: _Span, sums: _Sums, bases: Mapping[int, int], moment: Snapshot | None
) -> dict[int, Decimal] | None:
    if document.measure == "share":
        part = _amounts(focused(span.document), sums, span.focus)
        return {p: Decimal(part.get(p, (0, 0))[0]) / Decimal(base) for p, base in bases.items() if base > 0}
    if document.measure == "range":
        ((_weight, one),) = span.base
        return {party: Decimal(count) for party, count in metrics.widths(one, moment).items()}
    return _figure(document.figure, document, span, moment) if document.measure == "figure" else None


def _figure(code: str, document: Programme, span: _Span, moment: Snapshot | None) -> dict[int, Decimal]:
    """A registered figure of the span by party; money in major units. Nobody has a figure that is not there."""
    metric = metrics.METRICS.get(code)
    if metric is None or "party" not in metric.by:
        return {}
    where = (
        {"currency": document.currency}
        if "currency" in metric.by and (metric.unit == "money" or metric.priced)
        else {}
    )
    rows = metrics.figure(
        SYSTEM, code, start=span.days.start, end=span.days.end, by=("party",), where=where, on=moment
    ).as_dict()
    places = exponent(document.currency) if metric.unit == "money" else 0
    codes = parties.all_ids()
    return {
        codes[name]: Decimal(str(value)).scaleb(-places)
        for name, value in rows.items()
        if value is not None and name in codes
    }


__all__ = [
    "Held",
    "Wanted",
    "eligible",
    "factor_of",
    "field_of",
    "read",
    "resolved",
    "selection_of",
    "selections",
    "year_before",
]
