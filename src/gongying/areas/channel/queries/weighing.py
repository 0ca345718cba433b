"""The parts of a trust grade, one by one: what was seen of a distributor's reports of a month, and in which rows.

A row behind a part is named `kind|number|label`, so that a page can lead to it: declaration, difference, sample, product,
sale or day.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.utils import timezone

from gongying.books.stock import read as stock
from gongying.books.trade import read as trade
from gongying.core import calendar
from gongying.core.actor import SYSTEM
from gongying.engines import trust, trust_digits
from gongying.engines.trust import Part, Seen, lateness, mean, score

from .. import rules
from ..models import Declaration, DeclarationLine, Difference, SampleLine
from . import asking, reckon
from .declarations import HANDED_IN, figures

HISTORY = timedelta(
    days=120
)  # what is entered so long after its day was loaded from an older system: nobody was late
ROWS = 8  # behind one part
BEFORE = 6  # months that a jump is held against and digits are read of


@dataclass
class Month:
    """One distributor's month with the rules that weigh it; `on` is the day on which it is looked at."""

    party_id: int
    span: calendar.Period
    weights: rules.TrustRules
    asked: rules.Calendar
    on: date
    handed: dict[str, Declaration] = field(init=False)

    def __post_init__(self) -> None:
        """Read the declarations of the months that are looked at."""
        rows = Declaration.objects.unscoped("grading one distributor").filter(
            party_id=self.party_id, end__gt=self.since, end__lte=self.span.end
        )
        self.handed = {row.period: row for row in rows}

    @property
    def since(self) -> date:
        """The first day of the months of declarations that are looked at."""
        first = self.span.start
        for _place in range(self.weights.months - 1):
            first = calendar.month_of(first - timedelta(days=1)).start
        return first

    @cached_property
    def due(self) -> list[rules.Span]:
        """The periods that had to be declared by now: those that ended in the months looked at and whose day has come."""
        found = [
            span
            for span in rules.spans(self.asked.rhythm, self.since, self.span.end)
            if span.code in self.handed or asking.due_on(span, self.asked) < self.on
        ]
        return [s for s in found if s.code in self.handed or reckon.active([self.party_id], s.start, s.end)]

    @cached_property
    def counted(self) -> list[DeclarationLine]:
        """The lines of declarations that were handed in, of the months looked at."""
        ids = [row.pk for row in self.handed.values() if row.state in HANDED_IN]
        rows = DeclarationLine.objects.unscoped("grading one distributor").filter(declaration__in=ids)
        return list(
            rows.select_related("product", "declaration").order_by("declaration_id", "product__code", "lot")
        )

    @cached_property
    def file_counts(self) -> list[date]:
        """The days of counts that came by file or API, without a declaration, in the months looked at."""
        rows = stock.counts(SYSTEM, holder_id=self.party_id).filter(
            counted_on__gte=self.since, counted_on__lt=self.span.end + timedelta(days=self.asked.patience_days)
        )
        days = rows.exclude(source=reckon.SOURCE).order_by("counted_on").values_list("counted_on", flat=True)
        return list(days.distinct())

    @cached_property
    def sales(self) -> list[tuple[int, str, date, int, int, str, date]]:
        """Sell-out lines that stand, of the month and six months before: product, code, day, units, gross, to whom, entered."""
        first = self.span.start
        for _place in range(BEFORE):
            first = calendar.month_of(first - timedelta(days=1)).start
        rows = trade.lines(SYSTEM, level="sell_out", start=first, end=self.span.end, party_id=self.party_id)
        held = rows.filter(line__isnull=True).exclude(kind="reversal").order_by("business_date", "id")
        return [
            (product, code, day, units, gross, to, timezone.localtime(entered).date())
            for product, code, day, units, gross, to, entered in held.values_list(
                "product_id",
                "product__code",
                "business_date",
                "quantity",
                "gross_minor",
                "counterparty",
                "posted_at",
            )
        ]

    @cached_property
    def of_month(self) -> list[tuple[int, str, date, int, int, str, date]]:
        """Those of the month itself."""
        return [row for row in self.sales if row[2] in self.span]

    @cached_property
    def monthly(self) -> dict[str, dict[str, int]]:
        """Units sold by product code and month."""
        found: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for _product, code, day, units, *_rest in self.sales:
            found[code][f"{day:%Y-%m}"] += units
        return found


def _names(kind: str, rows: Iterable[tuple[Any, str]]) -> tuple[str, ...]:
    return tuple(f"{kind}|{key}|{label}" for key, label in list(rows)[:ROWS])


def declared(of: Month) -> Part:
    """Completeness of stock: products counted, of those that must be there, over the periods that were due; a period of
    which nothing came counts as one whose products are all missing. Counts by file count as a declaration."""
    wanted = counted = 0
    missing: list[tuple[Any, str]] = []
    by_row: dict[int, list[DeclarationLine]] = defaultdict(list)
    for line in of.counted:
        by_row[line.declaration_id].append(line)
    for span in of.due:
        row = of.handed.get(span.code)
        if row is not None and row.state in HANDED_IN:
            held = by_row[row.pk]
            wanted += max(1, len(held))
            counted += sum(line.counted is not None for line in held) if held else 1
            missing += [(row.pk, row.number)] if any(line.counted is None for line in held) else []
        else:
            by_file = any(span.start <= day < span.end for day in of.file_counts)
            wanted, counted = wanted + 1, counted + by_file
            missing += [] if by_file else [(span.code, span.code)]
    seen = (Seen("products_counted", counted, wanted), Seen("periods_due", len(of.due)))
    return Part(
        "completeness", of.weights.completeness, _share(counted, wanted), seen, _names("declaration", missing)
    )


def told(of: Month) -> Part:
    """Completeness of sales: months with sell-out, of those in which he had goods, and lines that say to whom."""
    months = [f"{of.since:%Y-%m}"]
    while months[-1] < of.span.code:
        months.append(calendar.month_of(calendar.period(months[-1]).end).code)
    bought = _bought_months(of)
    asked = [code for code in months if code in bought or any(code in held for held in of.monthly.values())]
    sold = [code for code in asked if any(held.get(code) for held in of.monthly.values())]
    named = sum(bool(row[5].strip()) for row in of.of_month)
    found = mean([_share(len(sold), len(asked)), _share(named, len(of.of_month))])
    seen = (Seen("months_reported", len(sold), len(asked)), Seen("lines_named", named, len(of.of_month)))
    silent = [(code, code) for code in asked if code not in sold]
    return Part("completeness", of.weights.completeness, found, seen, _names("period", silent))


def _bought_months(of: Month) -> set[str]:
    rows = trade.lines(SYSTEM, level="sell_in", start=of.since, end=of.span.end, party_id=of.party_id)
    return {f"{day:%Y-%m}" for day in rows.order_by().values_list("business_date", flat=True).distinct()}


def _share(part: int, of: int) -> Decimal | None:
    return score(of - part, of, Decimal(1))


def in_time(of: Month) -> Part:
    """Timeliness of stock: 100 in time, 0 at `patience_days` late or never; the mean over the periods that were due."""
    scores, late = list[Decimal | None](), list[tuple[Any, str]]()
    for span in of.due:
        row, last = of.handed.get(span.code), asking.due_on(span, of.asked)
        if row is None and any(span.start <= day < span.end for day in of.file_counts):
            continue  # it came by file: complete, and nobody noted in time when
        days = ((row.submitted_on if row and row.submitted_on else of.on) - last).days
        scores.append(lateness(days, of.asked.patience_days))
        if days > 0:
            late.append((row.pk, row.number) if row else (span.code, span.code))
    seen = (Seen("declarations_late", len(late), len(scores)),)
    return Part("timeliness", of.weights.timeliness, mean(scores), seen, _names("declaration", late))


def quickly(of: Month) -> Part:
    """Timeliness of sales: lines of the month entered within `sell_out_days` of their day. What was entered more than 120
    days after its day came from an older system and is not judged."""
    fresh = [row for row in of.of_month if row[6] - row[2] <= HISTORY]
    late = [row for row in fresh if (row[6] - row[2]).days > of.asked.sell_out_days]
    seen = (Seen("lines_late", len(late), len(fresh)),)
    days = [(f"{day}", f"{day}") for day in sorted({row[2] for row in late})]
    return Part(
        "timeliness", of.weights.timeliness, _share(len(fresh) - len(late), len(fresh)), seen, _names("day", days)
    )


def identity(of: Month) -> Part:
    """opening + received − sold ± adjustments = counted: Σ |difference| of the units he had to account for,
    Σ max(opening + received, counted); what was ruled in his favour is left out."""
    excused = set(
        Difference.objects.unscoped("grading one distributor")
        .filter(party_id=of.party_id, excused=True)
        .values_list("declaration_id", "product_id", "lot")
    )
    wrong = whole = 0
    rows: list[tuple[int, DeclarationLine]] = []
    for line in of.counted:
        found = figures(line)
        if found.difference is None:
            continue
        whole += max(found.opening + found.received, line.counted or 0, 0)
        if found.difference and (line.declaration_id, line.product_id, line.lot) not in excused:
            wrong += abs(found.difference)
            rows.append((abs(found.difference), line))
    rows.sort(key=lambda each: -each[0])
    named = [(line.declaration_id, f"{line.declaration.number} {line.product.code}") for _units, line in rows]
    seen = (Seen("units_apart", wrong, whole),)
    return Part(
        "identity",
        of.weights.identity,
        score(wrong, whole, of.weights.identity_zero),
        seen,
        _names("declaration", named),
    )


def leaps(of: Month) -> Part:
    """Impossible jumps: units sold beyond the usual, of products that sold more than `jump_factor` × the median of their
    six months before."""
    now = {code: held[of.span.code] for code, held in of.monthly.items() if held.get(of.span.code, 0) > 0}
    before = {
        code: [units for month, units in held.items() if month < of.span.code] for code, held in of.monthly.items()
    }
    found = trust.jumps(now, before, factor=of.weights.jump_factor, least=of.weights.jump_units)
    known = sum(units for code, units in now.items() if sum(each > 0 for each in before[code]) >= 3)
    beyond = sum(each.value - each.usual for each in found)
    seen = (Seen("products_jumped", len(found), len(now)), Seen("units_beyond", beyond, known))
    rows = [(each.name, f"{each.name}: {each.usual} → {each.value}") for each in found]
    return Part(
        "jumps", of.weights.jumps, score(beyond, known, of.weights.jumps_zero), seen, _names("product", rows)
    )


def covered(of: Month) -> Part:
    """Sales without receipt: units said to be sold that he never had. Of the months declared by their declarations, and
    since the last count by the books."""
    wrong = whole = 0
    rows: list[tuple[Any, str]] = []
    for line in of.counted:
        bare = figures(line).uncovered
        wrong, whole = wrong + bare, whole + max(0, line.sold)
        rows += [(line.declaration_id, f"{line.declaration.number} {line.product.code}: {bare}")] if bare else []
    spots = reckon.reckoned(of.party_id, of.span.last_day)
    sums: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for (product, _lot), spot in spots.items():
        sums[product][0] += spot.opening + spot.received
        sums[product][1] += spot.sold
    bare_now = {pk: max(0, sold - max(0, there)) for pk, (there, sold) in sums.items()}
    wrong += sum(bare_now.values())
    whole += sum(max(0, sold) for _there, sold in sums.values())
    codes = {product: code for product, code, *_rest in of.sales}
    beyond = sorted((pk for pk, units in bare_now.items() if units), key=lambda pk: -bare_now[pk])
    rows += [(codes.get(pk, pk), f"{codes.get(pk, pk)}: {bare_now[pk]}") for pk in beyond]
    seen = (Seen("units_bare", wrong, whole),)
    return Part(
        "receipts",
        of.weights.receipts,
        score(wrong, whole, of.weights.receipts_zero),
        seen,
        _names("product", rows),
    )


def spotted(of: Month) -> Part:
    """Spot counts: worth of what differs, of the worth that must have been there, over the months looked at."""
    lines = SampleLine.objects.unscoped("grading one distributor").filter(
        sample__party_id=of.party_id, sample__state="checked", sample__declaration__end__gt=of.since,
        sample__declaration__end__lte=of.span.end, counted__isnull=False,
    )  # fmt: skip
    wrong = whole = 0
    rows = []
    for line in lines.select_related("sample", "product").order_by("sample_id", "product__code"):
        unit = max(1, line.unit_minor)
        there = line.declared + line.since
        wrong += abs((line.counted or 0) - there) * unit
        whole += max(there, line.counted or 0) * unit
        if line.counted != there:
            rows.append((line.sample_id, f"{line.sample.number} {line.product.code}"))
    count = len({line.sample_id for line in lines})
    seen = (Seen("spot_counts", count), Seen("worth_apart", wrong, whole))
    return Part("spot", of.weights.spot, score(wrong, whole, of.weights.spot_zero), seen, _names("sample", rows))


@dataclass(frozen=True)
class Hint:
    """A digit test that looks odd or not, and the points it takes off."""

    test: trust_digits.Digits
    odd: bool
    points: Decimal


def digit_hints(of: Month) -> list[Hint]:
    """The digit tests of a month: first digits of the amounts sold and last digits of the units sold, of seven months."""
    amounts = [row[4] for row in of.sales if row[3] > 0 and row[4]]
    units = [row[3] for row in of.sales if row[3] > 0]
    tests = [trust_digits.first_digits(amounts), trust_digits.last_digits(units)]
    odd = [test.p is not None and test.p < of.weights.digit_p for test in tests]
    each = of.weights.digit_points / 2
    return [Hint(test, so, each if so else Decimal(0)) for test, so in zip(tests, odd, strict=True)]
