"""What distributors report of their stock: every month a count by lot, and declarations by those who have a log-in."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from itertools import groupby

from gongying.areas.channel import actions as channel
from gongying.areas.channel import queries as channels
from gongying.books.stock import read as stock
from gongying.books.stock.post import CountIn
from gongying.core.actor import SYSTEM, Actor

from .. import actions
from .agreements import count_rows
from .documents import TRACKED
from .network import Part
from .stocktaking import Declared
from .story import Story
from .trading import Trader

DECLARED = 3  # months of declarations on the pages
Who = Callable[[str], Actor]


def by_lot(rows: Iterable[CountIn], tracked: Iterable[int]) -> Iterator[CountIn]:
    """The same counts, naming the lots of products that bear them: what came last is there, what came first is sold."""
    lots = set(tracked)
    held: dict[tuple[int | None, int], list[tuple[str, int]]] = defaultdict(list)
    for balance in stock.balances(SYSTEM).filter(holder__isnull=False, product_id__in=lots).order_by("lot"):
        if balance.lot:
            held[balance.holder_id, balance.product_id].append((balance.lot, balance.quantity))
    for row in rows:
        left = row.quantity
        for lot, quantity in reversed(held.get((row.holder_id, row.product_id), [])):
            count = min(left, max(0, quantity))
            left -= count
            yield row._replace(lot=lot, quantity=count)
        yield row._replace(quantity=left)


@dataclass(slots=True)
class Reporter:
    """Hands in the declarations of those who have a log-in, on their days."""

    story: Story
    ids: dict[str, int]
    goods: Sequence[int]
    who: Who
    owners: dict[str, str]

    def plan(self, trader: Trader) -> None:
        """Month by month what the distributors counted; those with a log-in declare the last months on the pages."""
        story = self.story
        codes = [product.code for product in story.catalogue]
        lots = [pk for product, pk in zip(story.catalogue, self.goods, strict=True) if product.category in TRACKED]
        shown = self.months()
        for month_end, rows in groupby(story.declarations, key=lambda row: row.month_end):
            held = list(rows)
            mine = self.declarers(month_end) if month_end in shown else []
            counted = list(count_rows([row for row in held if row.party not in mine], story, self.ids, self.goods))
            trader.at(month_end, 10, partial(self.count, counted, lots))
            for party in mine:
                own = [row for row in held if row.party == party]
                trader.at(self.day(party, month_end), 2, partial(self.hand_in, party, month_end, own, codes))
        self.plan_grades(trader)

    def count(self, counted: list[CountIn], lots: list[int]) -> None:
        """Enter what was counted on an evening."""
        actions.enter_counts(SYSTEM.through("cli"), rows=list(by_lot(counted, lots)))

    def months(self) -> list[date]:
        """The last days of the months whose declarations are on the pages."""
        return sorted({row.month_end for row in self.story.declarations})[-DECLARED:]

    def declarers(self, month_end: date) -> list[str]:
        """Who declares a month on the pages."""
        silent = self.story.truth.silent if month_end == self.months()[-1] else ""
        return sorted(code for code in self.owners if code != silent)

    def day(self, party: str, month_end: date) -> date:
        """When a declaration is handed in: most in the first days of the month, two of them late."""
        part = self.story.truth.parts[party]
        late = {Part.FADER: 11, Part.STUFFER: 7}.get(part, 1 + sum(map(ord, party)) % 4)
        return month_end + timedelta(days=late)

    def hand_in(self, party: str, month_end: date, rows: Sequence[Declared], codes: Sequence[str]) -> None:
        """Count, explain what can be explained, and hand in."""
        owner, period = self.who(self.owners[party]), f"{month_end:%Y-%m}"
        made = channel.open_declaration(owner, party_id=self.ids[party], period=period)
        row = channels.declaration_row(owner, made)
        counted = {codes[each.product]: each.closing for each in rows}
        lines: dict[str, list[tuple[str, int]]] = defaultdict(list)
        for line in channels.lines(owner, row):
            expected = line.opening + line.received - line.sold
            lines[line.product.code].append((line.lot, expected))
        counts = list(_counts(lines, counted))
        if self.story.truth.parts[party] is Part.DIVERTER:
            counts = [_careless(each, place) for place, each in enumerate(counts)]
        for at in range(0, len(counts), 1000):
            channel.fill(owner, declaration_id=made, counts=counts[at : at + 1000])
        channel.submit(owner, declaration_id=made)

    def plan_grades(self, trader: Trader) -> None:
        """The planner grades everybody's figures when a month's declarations are in, draws spot counts, and asks the late ones."""
        for month_end in self.months():
            trader.at(month_end + timedelta(days=14), 4, partial(self.grade, month_end))
        last = self.months()[-1]
        trader.at(last + timedelta(days=8), 4, lambda: channel.remind(self.who("planner")))
        trader.at(last + timedelta(days=15), 4, lambda: self.look(last))

    def grade(self, month_end: date) -> None:
        """Weigh a month of everybody who declares on the pages."""
        for party in sorted(self.owners):
            channel.grade(self.who("planner"), party_id=self.ids[party], month=f"{month_end:%Y-%m}")

    def look(self, month_end: date) -> None:
        """Decide on declarations: some are accepted, one is handed back; spot counts: one is done, one is open; objections."""
        planner, period = self.who("planner"), f"{month_end:%Y-%m}"
        held = list(channels.declarations(SYSTEM).filter(period=period, state="submitted").order_by("number"))
        star = self.story.truth.star
        for turn, row in enumerate(held):
            if turn % 3 == 0:
                channel.accept(planner, declaration_id=row.pk)
        if len(held) > 4:
            channel.hand_back(
                planner, declaration_id=held[4].pk, reason="空气炸锅两款与上月盘点差异过大，请复盘后重报"
            )
        for turn, row in enumerate(held[:3]):
            made = channel.draw(
                planner, declaration_id=row.pk, size=5, duty="regional@gongying.demo", seed=f"{row.number}"
            )
            if turn == 0:
                lines = channels.sample_lines(SYSTEM, channels.sample_row(SYSTEM, made))
                channel.count(
                    planner, sample_id=made, counts=[channel.SpotIn(x.pk, max(0, x.declared - n % 2)) for n, x in enumerate(lines)]
                )  # fmt: skip
        owner = self.who(self.owners[star])
        channel.object_to(
            owner,
            party_id=self.ids[star],
            about="sales",
            subject=period,
            text="上月终端销售少计一张退货单，附件为门店签收单",
        )


def _counts(lines: dict[str, list[tuple[str, int]]], counted: dict[str, int]) -> Iterator[channel.CountedIn]:
    """What was counted, by lot: the newest are there; what is over bears no lot, or the oldest one."""
    for code, lots in sorted(lines.items()):
        left = counted.get(code, 0)
        names = sorted((lot for lot, _expected in lots), reverse=True)  # the line without a lot comes last
        expected = dict(lots)
        for lot in names[:-1]:
            count = min(left, max(0, expected[lot]))
            left -= count
            yield channel.CountedIn(code, count, lot)
        yield channel.CountedIn(code, left, names[-1])


def _careless(each: channel.CountedIn, place: int) -> channel.CountedIn:
    """Somebody who rounds what he counts to fives."""
    if each.counted is None or place % 3 or each.counted < 3:
        return each
    return channel.CountedIn(each.product, round(each.counted / 5) * 5, each.lot)
