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
from .network import Level, Part
from .stocktaking import Declared
from .story import Story
from .trading import Trader

DECLARED = 2  # months of declarations on the pages
MISSING = {
    Part.DIVERTER: 30,
    Part.FADER: 6,
    Part.STUFFER: 2,
}  # per cent of what was declared that a visitor does not find
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
    """Enters what distributors counted and hands in their declarations, on their days."""

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
        """Who declares a month on the pages: those with a log-in; the newest one all provincial distributors, by the planner's hand."""
        if month_end != self.months()[-1]:
            return sorted(self.owners)
        provincial = {seat.code for seat in self.story.seats if seat.level is Level.PROVINCIAL}
        return sorted((provincial | self.owners.keys()) - {self.story.truth.silent})

    def day(self, party: str, month_end: date) -> date:
        """When a declaration is handed in: most in the first days of the month, some late."""
        part, mark = self.story.truth.parts[party], sum(map(ord, party))
        usual = 7 if mark % 11 == 0 else 1 + mark % 4
        late = {Part.STAR: 2, Part.FADER: 16, Part.DIVERTER: 12, Part.STUFFER: 8}.get(part, usual)
        return month_end + timedelta(days=late)

    def hand_in(self, party: str, month_end: date, rows: Sequence[Declared], codes: Sequence[str]) -> None:
        """Count, explain what can be explained, and hand in."""
        owner, period = self.who(self.owners.get(party, "planner")), f"{month_end:%Y-%m}"
        made = channel.open_declaration(owner, party_id=self.ids[party], period=period)
        row = channels.declaration_row(owner, made)
        counted = {codes[each.product]: each.closing for each in rows}
        lines: dict[str, list[tuple[str, int]]] = defaultdict(list)
        for line in channels.lines(owner, row):
            expected = line.opening + line.received - line.sold
            lines[line.product.code].append((line.lot, expected))
        counts = list(_counts(lines, counted))
        if self.story.truth.parts[party] is Part.DIVERTER:
            counts = [_careless(each) for each in counts]
        for at in range(0, len(counts), 1000):
            channel.fill(owner, declaration_id=made, counts=counts[at : at + 1000])
        channel.submit(owner, declaration_id=made)

    def plan_grades(self, trader: Trader) -> None:
        """The planner sends somebody to count, grades everybody's figures when a month's declarations are in, and asks the late."""
        for month_end in self.months():
            trader.at(month_end + timedelta(days=17), 4, partial(self.visit, month_end))
            trader.at(month_end + timedelta(days=18), 4, partial(self.grade, month_end))
        last = self.months()[-1]
        trader.at(last + timedelta(days=8), 4, lambda: channel.remind(self.who("planner")))
        trader.at(last + timedelta(days=19), 4, partial(self.look, last))

    def visit(self, month_end: date) -> None:
        """Spot counts by the regional manager: what some declared is not there."""
        planner = self.who("planner")
        for row in (
            channels.declarations(SYSTEM).filter(period=f"{month_end:%Y-%m}", state="submitted").order_by("number")
        ):
            gap = MISSING.get(self.story.truth.parts[self.code(row.party_id)])
            if gap is None:
                continue
            made = channel.draw(
                planner, declaration_id=row.pk, size=5, duty="regional@gongying.demo", seed=row.number
            )
            lines = channels.sample_lines(SYSTEM, channels.sample_row(SYSTEM, made))
            spots = [channel.SpotIn(each.pk, each.declared - each.declared * gap // 100) for each in lines]
            channel.count(planner, sample_id=made, counts=spots)

    def code(self, party_id: int) -> str:
        """The code of a distributor."""
        return next(code for code, pk in self.ids.items() if pk == party_id)

    def grade(self, month_end: date) -> None:
        """Weigh a month of everybody who declares on the pages."""
        for party in self.declarers(month_end):
            channel.grade(self.who("planner"), party_id=self.ids[party], month=f"{month_end:%Y-%m}")

    def look(self, month_end: date) -> None:
        """Decide on declarations: some are accepted, one is handed back; spot counts are still open, one at the star's; the star objects."""
        planner, period = self.who("planner"), f"{month_end:%Y-%m}"
        held = list(channels.declarations(SYSTEM).filter(period=period, state="submitted").order_by("number"))
        for difference in channels.differences(SYSTEM).filter(state="open", declaration__end__lte=month_end):
            channel.close(planner, difference_id=difference.pk, text="已与单据核对，按实盘数调整")
        star = self.story.truth.star
        watched = [row for row in held if self.code(row.party_id) == star]
        for row in [*watched, *(row for row in held[1:3] if row not in watched)][:3]:
            duty = "regional@gongying.demo"
            channel.draw(planner, declaration_id=row.pk, size=5, duty=duty, seed=f"{row.number}-2")
        for row in held[::3]:
            channel.accept(planner, declaration_id=row.pk)
        for row in held[4:5]:
            channel.hand_back(planner, declaration_id=row.pk, reason="空气炸锅两款与上月盘点差异过大，请复盘后重报")
        if star in self.owners:
            text = "上月终端销售少计一张退货单，附件为门店签收单"
            owner = self.who(self.owners[star])
            channel.object_to(owner, party_id=self.ids[star], about="sales", subject=period, text=text)


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


def _careless(each: channel.CountedIn) -> channel.CountedIn:
    """Somebody who rounds what he counts to tens."""
    if each.counted is None or each.counted < 3:
        return each
    return channel.CountedIn(each.product, (each.counted + 5) // 10 * 10, each.lot)
