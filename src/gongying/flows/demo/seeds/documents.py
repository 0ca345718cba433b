"""Which deliveries of the story went through orders, and what those orders must have looked like. Pure."""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from random import Random

from .brand import Product
from .festivals import is_working
from .paper import BUSY, Sale
from .story import SEED, Story

TRACKED = ("RV", "AP")  # groups whose goods bear the number of their lot
VOLUME = 4_000_000  # fen: from a line above this on, one per cent off
LATE = 0.05  # share of deliveries that come later than was asked for


@dataclass(frozen=True, slots=True)
class Paper:
    """A delivery and the order behind it. `known` is the day on which its receipt was entered. `short` is the place of a line of which
    a case more was ordered and shipped, and got lost on the way (-1: everything arrived)."""

    document: str
    party: str
    ordered: date
    shipped: date
    day: date
    known: date
    wanted: date
    lines: tuple[Sale, ...]
    short: int = -1

    @property
    def total(self) -> int:
        """What it comes to with tax, in fen."""
        return sum(sale.net + sale.tax for sale in self.lines)


@dataclass(frozen=True, slots=True)
class Back:
    """Goods of such a delivery that were sent back."""

    document: str
    party: str
    day: date
    known: date
    lines: tuple[Sale, ...]


def begins(end: date, months: int, start: date) -> date:
    """The first day on which deliveries go through orders: the first of the month, so many months with that of `end`.

    >>> begins(date(2026, 11, 23), 3, date(2024, 11, 1))
    datetime.date(2026, 9, 1)
    """
    count = end.year * 12 + end.month - months
    return max(date(count // 12, count % 12 + 1, 1), start)


def papers(story: Story, since: date) -> dict[str, Paper]:
    """The deliveries from a day on that went through orders, by document: all that were right the first time and paid no freight.

    What was corrected later, or bears freight, came as lines of the ERP.
    """
    groups: dict[str, list[Sale]] = defaultdict(list)
    for sale in story.sales:
        if sale.level == "sell_in" and sale.kind == "sale" and sale.day >= since:
            groups[sale.document].append(sale)
    rng = Random(f"{SEED}/orders")
    found = {}
    for document, lines in sorted(groups.items()):
        asked = _paper(document, lines, story.catalogue, since, rng)
        plain = not any(sale.revision > 1 or sale.freight for sale in lines)
        if plain and len({sale.product for sale in lines}) == len(lines):
            found[document] = asked
    return found | _short(story, found)


def _short(story: Story, found: dict[str, Paper]) -> dict[str, Paper]:
    """Three deliveries of the last days (one of the star) of which a case is missing, where a case more costs no other price."""
    made: dict[str, Paper] = {}
    star = story.truth.star
    newest = sorted(found.items(), key=lambda each: (each[1].party == star, each[1].day), reverse=True)
    for document, paper in newest:
        if len(made) == 3 or paper.known - paper.day > timedelta(days=1):
            continue
        for place, sale in enumerate(paper.lines):
            product = story.catalogue[sale.product]
            apiece = sale.gross // sale.quantity
            over = [units * apiece > VOLUME for units in (sale.quantity, sale.quantity + product.case)]
            if (
                over[0] == over[1]
                and product.category not in TRACKED
                and paper.party not in {x.party for x in made.values()}
            ):
                made[document] = replace(paper, short=place)
                break
    return made


def sent_back(story: Story, carried: dict[str, Paper], since: date) -> dict[str, Back]:
    """The returns from a day on whose goods all came with such deliveries, by document."""
    groups: dict[str, list[Sale]] = defaultdict(list)
    for sale in story.sales:
        if sale.level == "sell_in" and sale.kind == "return" and sale.day >= since:
            groups[sale.document].append(sale)
    found = {}
    for document, lines in sorted(groups.items()):
        first = lines[0]
        ours = all(s.origin in carried and carried[s.origin].known <= s.day - timedelta(days=2) for s in lines)
        if ours and len({sale.origin for sale in lines}) == 1:
            found[document] = Back(document, first.party, first.day, first.known_on, tuple(lines))
    return found


def _paper(document: str, lines: list[Sale], catalogue: list[Product], since: date, rng: Random) -> Paper:
    first = lines[0]
    bought = [catalogue[sale.product] for sale in lines]
    earliest = max(since, _same_prices(first.day, bought))
    ordered = max(earliest, first.day - timedelta(days=rng.randint(2, 4)))
    while ordered < first.day and not is_working(ordered):
        ordered += timedelta(days=1)
    shipped = max(ordered, first.day - timedelta(days=1))
    late = rng.random() < LATE
    wanted = first.day - timedelta(days=1) if late else first.day
    if wanted < ordered or not is_working(wanted):
        wanted = first.day
    return Paper(
        document, first.party, ordered, shipped, first.day, max(first.day, min(s.known_on for s in lines)), wanted, tuple(lines)
    )  # fmt: skip


def _same_prices(day: date, bought: list[Product]) -> date:
    """The first day from which on all prices of these goods are what they are on `day`."""
    turns = [since for product in bought for since, _listed, _dealer in product.prices if since <= day]
    turns += [first for first, _until in windows(day.year - 1, day.year + 1) if first <= day]
    turns += [until for _first, until in windows(day.year - 1, day.year + 1) if until <= day]
    return max(turns)


def windows(first: int, last: int) -> list[tuple[date, date]]:
    """The seasons of stocking up, with a discount on everything, from the first to the last of these years: [first day, until).

    >>> windows(2026, 2026)
    [(datetime.date(2026, 5, 12), datetime.date(2026, 6, 13)), (datetime.date(2026, 10, 12), datetime.date(2026, 11, 5))]
    """
    days = [date(year, month, day) for year in range(first, last + 1) for month, day in sorted(BUSY)]
    runs = [[days[0], days[0]]]
    for before, day in pairwise(days):
        if day - before > timedelta(days=1):
            runs.append([day, day])
        runs[-1][1] = day
    return [(begin, until + timedelta(days=1)) for begin, until in runs]


def between(since: date, until: date) -> list[tuple[date, date]]:
    """The stretches outside these seasons, [first day, until)."""
    stops = [since]
    for first, last in windows(since.year - 1, until.year + 1):
        if last > since and first < until:
            stops += [max(first, since), min(last, until)]
    stops.append(until)
    return [(begin, end) for begin, end in zip(stops[::2], stops[1::2], strict=True) if begin < end]
