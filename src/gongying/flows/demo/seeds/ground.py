"""The house's warehouses, the distributors' addresses, and what came out of production. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from gongying.areas.warehouse.actions import ReceiveLine
from gongying.books.places.post import SiteIn

from .documents import TRACKED, Paper
from .story import Story

MAIN, SOUTH, WEST, HELD, TRANSIT = "CDC-HZ", "RDC-GZ", "RDC-CD", "QC-HZ", "TRANSIT"
LASTS = 730  # days a purifier's filter keeps
AT_ONCE = 400  # lines of a receipt
FAULTY = "C7"  # the production line whose lots are called back


@dataclass(frozen=True, slots=True)
class Receipt:
    """Goods from production on a day."""

    day: date
    site: str
    reference: str
    lines: list[ReceiveLine]


def sites(story: Story, ids: dict[str, int]) -> Iterator[SiteIn]:
    """Three warehouses and a place for goods that may not be sold, goods on the way, and where each distributor takes his goods."""
    yield SiteIn(
        MAIN,
        "华东中心仓",
        "Central warehouse",
        None,
        "warehouse",
        "330100",
        "杭州市余杭区物流大道 8 号",
        "仓库主管",
        "",
        True,
        900_000,
    )
    yield SiteIn(
        SOUTH,
        "华南区域仓",
        "Southern warehouse",
        None,
        "warehouse",
        "440100",
        "广州市黄埔区开泰路 21 号",
        "",
        "",
        True,
        120_000,
    )
    yield SiteIn(
        WEST,
        "西南区域仓",
        "South-western warehouse",
        None,
        "warehouse",
        "510100",
        "成都市龙泉驿区车城大道 66 号",
        "",
        "",
        True,
        90_000,
    )
    yield SiteIn(HELD, "退货待检区", "Quarantine", None, "quarantine", "330100")
    yield SiteIn(TRANSIT, "在途", "In transit", None, "transit")
    for seat in story.seats:
        company = story.companies[seat.code]
        yield SiteIn(
            f"{seat.code}-1", f"{seat.city.name}收货仓", f"{seat.city.name_en} warehouse", ids[seat.code], "ship_to",
            seat.city.adcode, company.address, company.contact, company.phone,
        )  # fmt: skip


def receipts(story: Story, carried: Iterable[Paper], since: date) -> list[Receipt]:
    """What comes into the central warehouse: a stock to begin with, then every month what its orders will ask for."""
    asked: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for paper in carried:
        for sale in paper.lines:
            asked[f"{paper.ordered:%Y-%m}"][sale.product] += sale.quantity
        if paper.short >= 0:
            lost = paper.lines[paper.short].product
            asked[f"{paper.ordered:%Y-%m}"][lost] += story.catalogue[lost].case
    asked.setdefault(f"{since:%Y-%m}", defaultdict(int))
    found: list[Receipt] = []
    for month, wanted in sorted(asked.items()):
        first = date.fromisoformat(f"{month}-01")
        opening = first <= since
        day = max(first, since) if opening else first - timedelta(days=1)
        pieces = dict(wanted)
        if opening:
            for place, product in enumerate(story.catalogue):
                pieces[place] = pieces.get(place, 0) + product.safety_stock
        found += _split(story, sorted(pieces.items()), day, month)
    return found


def _split(story: Story, pieces: Sequence[tuple[int, int]], day: date, month: str) -> Iterator[Receipt]:
    """A month's production as papers of a size somebody can check."""
    lines = [_line(story, place, count, day, month) for place, count in pieces if count]
    for turn, at in enumerate(range(0, len(lines), AT_ONCE), 1):
        yield Receipt(day, MAIN, f"SC{month.replace('-', '')}-{turn:02d}", lines[at : at + AT_ONCE])


def _line(story: Story, place: int, count: int, day: date, month: str) -> ReceiveLine:
    product = story.catalogue[place]
    pieces = -(-count // product.case) * product.case
    if product.category not in TRACKED:
        return ReceiveLine(product.code, pieces)
    made = day - timedelta(days=9)
    lot = f"{month[2:4]}{month[5:]}{FAULTY if product.category == 'RV' else 'A2'}"
    ends = made + timedelta(days=LASTS) if product.category == "AP" else None
    return ReceiveLine(product.code, pieces, lot, made, ends)


def regional(story: Story, today: date) -> list[Receipt]:
    """What lies in the two regional warehouses: some of everything, and purifiers whose filters do not keep much longer."""
    alive = [p for p in story.catalogue if p.retire is None and (p.launch is None or p.launch <= story.end)]
    found = []
    for turn, site in enumerate((SOUTH, WEST)):
        lines: list[ReceiveLine] = []
        for product in alive[turn::3]:
            if product.category == "AP":
                lines.append(_ageing(product.code, len(lines), today))
            elif product.category not in TRACKED:
                lines.append(ReceiveLine(product.code, max(1, product.safety_stock // 12) * product.case))
        found.append(Receipt(today - timedelta(days=40), site, f"DB{today:%Y%m}-{site[-2:]}", lines))
    return found


def _ageing(code: str, turn: int, today: date) -> ReceiveLine:
    """A few purifiers of an old lot: days left differ from one to the next, and one is over already."""
    ends = today + timedelta(days=(-6, 18, 45, 80, 150)[turn % 5])
    made = ends - timedelta(days=LASTS)
    return ReceiveLine(code, 6 + turn % 7, f"{made:%y%m}A1", made, ends)
