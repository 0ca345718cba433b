"""The agreements of the story as postings: price lists, territories, monthly targets, stock declarations."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import pairwise

from gongying.books.parties.post import RegionIn
from gongying.books.places.post import TerritoryIn
from gongying.books.plans.post import TargetIn
from gongying.books.prices.post import PriceIn
from gongying.books.stock.post import CountIn
from gongying.core import calendar
from gongying.engines.money import split

from .geography import AREAS, CITIES, PROVINCES
from .stocktaking import Declared
from .story import Story

FEN = Decimal(100)


def region_rows() -> Iterator[RegionIn]:
    """The country, its sales regions, provinces and cities."""
    yield RegionIn("CN", "中国", "China", "country")
    for area in AREAS:
        yield RegionIn(area.code, area.name, area.name_en, "region", "CN")
    for province in PROVINCES.values():
        yield RegionIn(province.adcode, province.name, province.name_en, "province", province.area)
    for city in CITIES.values():  # county-level cities too answer to the province, as the law has it
        yield RegionIn(city.adcode, city.name, city.name_en, "city", city.province)


def price_rows(story: Story, goods: Sequence[int]) -> Iterator[PriceIn]:
    """List and dealer price of every product from day to day on which they changed."""
    for product, pk in zip(story.catalogue, goods, strict=True):
        days = [max(since, story.start) for since, _listed, _dealer in product.prices]
        ends: list[date | None] = [*(later for _day, later in pairwise(days)), None]
        for (_since, listed, dealer), day, until in zip(product.prices, days, ends, strict=True):
            if until is not None and until <= day:
                continue
            for kind, fen in (("list", listed), ("dealer", dealer)):
                yield PriceIn("LANHE", kind, pk, "CNY", fen / FEN, valid_from=day, valid_to=until)


def territory_rows(story: Story, ids: dict[str, int]) -> Iterator[TerritoryIn]:
    """Everybody sells in his own city; county distributors by their city, not exclusively."""
    for seat in story.seats:
        yield TerritoryIn(ids[seat.code], seat.city.adcode, valid_from=story.start)


def target_rows(story: Story, ids: dict[str, int]) -> Iterator[TargetIn]:
    """Quarterly targets by category, phased over the months by the season of the category: nothing lost to rounding."""
    weights = _seasons(story)
    for target in story.targets:
        months = calendar.period(target.quarter).months()
        shares = split(target.amount, [weights[target.category, month.start.month] for month in months])
        for month, amount in zip(months, shares, strict=True):
            yield TargetIn(month.code, ids[target.party], category=target.category, amount_minor=amount)


def _seasons(story: Story) -> dict[tuple[str, int], int]:
    """How much of a year's sell-in of a category falls into each month, in fen of the whole story."""
    category = [product.category for product in story.catalogue]
    found = {(code, month): 1 for code in set(category) for month in range(1, 13)}
    for sale in story.sales:
        if sale.level == "sell_in":
            key = (category[sale.product], sale.day.month)
            found[key] += max(0, sale.gross - sale.discount)
    return found


def count_rows(
    rows: Iterable[Declared], story: Story, ids: dict[str, int], goods: Sequence[int]
) -> Iterator[CountIn]:
    """What was written down as counted on the evening of the month's last day."""
    for row in rows:
        cost = story.catalogue[row.product].at(row.month_end)[1] / FEN
        yield CountIn(ids[row.party], goods[row.product], row.month_end, row.closing, unit_cost=cost)
