"""The terms of trade of the story as documents a planner would draft: who approves, credit, promotions, prices by quantity."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

from gongying.books.prices.post import PriceIn

from .brand import Product
from .documents import VOLUME, Paper, between, windows
from .festivals import is_working
from .story import Story

FEN = Decimal(100)
LOOKED_AT = 800_000  # yuan before tax from which a person approves an order
FORGIVEN = 20  # days late that hold no order back
GIFTS = 36  # kettles that are given away in all: the first orders take nearly all of them
DAYS = 30  # to pay, where nothing else was agreed


@dataclass(frozen=True, slots=True)
class Drafted:
    """A policy that holds from a day on, before another one."""

    kind: str
    key: str
    title: str
    title_en: str
    document: dict[str, Any] = field(hash=False)
    since: date
    until: date | None = None


def standing(story: Story, since: date) -> Iterator[Drafted]:
    """What holds for orders, credit and supply while orders go through the house."""
    rest = [
        day for day in _days(since, story.end + timedelta(days=120)) if day.weekday() < 5 and not is_working(day)
    ]
    orders = {
        "auto_approve_up_to": str(LOOKED_AT),
        "approve_special_prices": True,
        "free_up_to": "500",
        "free_quarter": "20000",
        "holidays": [day.isoformat() for day in rest],
    }
    credit = {
        "default_limit": "100000",
        "terms_days": DAYS,
        "forgiven_days": FORGIVEN,
        "authority": [{"role": "finance", "up_to": "3000000"}, {"role": "director"}, {"role": "admin"}],
    }
    matrix = {
        "rules": [
            {"verb": "ordering.approve", "role": "regional", "limit": "1500000"},
            {"verb": "ordering.approve", "role": "director"},
            {"verb": "ordering.approve", "role": "admin"},
        ]
    }
    supply = {"classes": ["gold", "silver", "bronze"], "rule": "max_min"}
    yield Drafted("approvals.matrix", "authority", "审批权限表", "Authority matrix", matrix, since)
    yield Drafted("orders.rules", "orders", "订单规则", "Rules of orders", orders, since)
    yield Drafted("credit.rules", "credit.rules", "信用政策", "Credit policy", credit, since)
    yield Drafted("supply.rules", "supply.rules", "退货与分货规则", "Returns and allocation", supply, since)


def seasons(story: Story, since: date) -> Iterator[Drafted]:
    """The two seasons of stocking up, with three per cent off everything."""
    names = {
        5: ("618 备货折扣", "618 stocking-up discount"),
        10: ("双 11 备货折扣", "Double 11 stocking-up discount"),
    }
    for first, until in windows(since.year, story.end.year):
        if until > since and first <= story.end:
            title, title_en = names[first.month]
            key = f"{'H618' if first.month == 5 else 'D11'}-{first.year}"
            yield Drafted(
                "prices.promotion", key, f"{first.year} {title}", f"{title_en} {first.year}",
                {"form": "steps", "reward": "percent", "currency": "CNY", "basis": "value", "steps": [{"start": "0", "rate": "0.03"}]},
                first, until,
            )  # fmt: skip


def current(story: Story, today: date) -> Iterator[Drafted]:
    """What holds from today on: five promotions of five kinds, and discounts by level."""
    until = date(today.year + 1, 1, 1) if today.month == 12 else date(today.year, 12, 31)
    if until <= today + timedelta(days=20):
        until = today + timedelta(days=60)
    code = _best(story)
    made: list[tuple[str, str, str, dict[str, Any]]] = [
        ("KETTLE-12-1", "水壶满 12 赠 1", "Kettles: buy 12, get 1", {
            "form": "buy_get", "categories": ["EK"], "buy": "12", "get": 1, "budget_units": GIFTS}),
        ("KITCHEN-SET", "厨房套装组合", "Kitchen set", {
            "form": "bundle", "reward": "amount", "currency": "CNY", "rate": "60",
            "parts": [{"product": code["AF"][0], "quantity": 2}, {"product": code["RC"][0], "quantity": 4}]}),
        ("PURIFIER-STEPS", "净化器阶梯折扣", "Purifiers: steps by quantity", {
            "form": "steps", "reward": "percent", "categories": ["AP"], "steps": [
                {"start": "0", "end": "10", "rate": "0"}, {"start": "10", "end": "30", "rate": "0.015"},
                {"start": "30", "rate": "0.03"}]}),
        ("ROBOT-TOTAL", "扫地机器人累计奖励", "Robot vacuums: counted over the season", {
            "form": "steps", "reward": "per_unit", "currency": "CNY", "categories": ["RV"], "cumulative": True, "cap_value": "80000",
            "steps": [{"start": "0", "end": "20", "rate": "0"}, {"start": "20", "end": "100", "rate": "15"},
                      {"start": "100", "rate": "30"}]}),
        ("HEATER-PUSH", "取暖器旺季推广", "Heaters in season", {
            "form": "steps", "reward": "percent", "currency": "CNY", "basis": "value", "categories": ["HT"], "cap_value": "20000",
            "steps": [{"start": "0", "end": "20000", "rate": "0"}, {"start": "20000", "rate": "0.02"}]}),
    ]  # fmt: skip
    for key, title, title_en, document in made:
        yield Drafted("prices.promotion", key, title, title_en, document, today, until)
    levels = {"rows": [{"level": "gold", "rate": "0.01"}, {"level": "silver", "rate": "0.005"}]}
    yield Drafted("prices.terms", "prices.terms", "等级折扣", "Level discounts", levels, today)


def next_spring(today: date) -> Drafted:
    """A promotion that the planner still has on the desk."""
    document = {"form": "buy_get", "categories": ["RC"], "buy": "20", "get": 1}
    first = date(today.year + 1, 1, 5)
    until = first + timedelta(days=30)
    return Drafted(
        "prices.promotion", "SPRING-RC", "年货节电饭煲赠机", "New Year: rice cookers", document, first, until
    )


def _best(story: Story) -> dict[str, list[str]]:
    """The products of each group that are sold today, the best sellers first."""
    found: dict[str, list[str]] = defaultdict(list)
    for product in sorted(story.catalogue, key=lambda each: -each.popularity):
        if product.retire is None and (product.launch is None or product.launch <= story.end):
            found[product.category].append(product.code)
    return found


def volume_rows(story: Story, goods: Sequence[int], since: date) -> Iterator[PriceIn]:
    """Outside the two seasons a line above 40,000 yuan is one per cent cheaper: a dealer price from so many pieces on."""
    until = date(story.end.year + 1, 3, 31)
    stretches = between(since, until)
    for product, pk in zip(story.catalogue, goods, strict=True):
        days = [max(day, since) for day, _listed, _dealer in product.prices]
        ends = [*(later for _day, later in pairwise(days)), until]
        for (_since, _listed, dealer), day, end in zip(product.prices, days, ends, strict=True):
            for first, last in stretches:
                begin, stop = max(first, day), min(last, end)
                if begin < stop:
                    yield PriceIn(
                        "LANHE-VOL", "dealer", pk, "CNY", dealer * 99 / (FEN * 100), VOLUME // dealer + 1, begin, stop
                    )  # fmt: skip


def case_rows(alive: Sequence[tuple[Product, int]], story: Story, since: date) -> Iterator[PriceIn]:
    """From a day on a whole case of the best sellers has a price of its own, a little below that of its pieces."""
    until = date(story.end.year + 1, 3, 31)
    for product, pk in alive[:12]:
        if product.case > 1:
            case = Decimal(product.at(story.end)[1] * product.case) / FEN
            yield PriceIn(
                "LANHE-CS", "dealer", pk, "CNY", (case * Decimal("0.99")).quantize(Decimal("0.1")), 1, since, until, pack="CS"
            )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Credit:
    """What a distributor may owe, in fen, and how many days he has to pay."""

    limit: int
    days: int


def credits(story: Story, carried: Sequence[Paper]) -> dict[str, Credit]:
    """A limit that the orders of the story fit into, rounded up to 50,000 yuan."""
    by_party: dict[str, list[Paper]] = defaultdict(list)
    for paper in carried:
        by_party[paper.party].append(paper)
    found = {}
    for place, (party, held) in enumerate(sorted(by_party.items())):
        days = (30, 30, 45)[place % 3]
        peak = 0
        for paper in held:
            span = timedelta(days=days + 12)
            peak = max(
                peak, sum(each.total for each in held if paper.ordered - span < each.ordered <= paper.ordered)
            )
        found[party] = Credit(-(-peak * 115 // 100 // 5_000_000) * 5_000_000, days)
    return found


def _days(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += timedelta(days=1)
