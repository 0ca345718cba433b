"""Sales that a distributor reports by form or API."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.books.goods import read as goods
from gongying.books.parties import read as parties
from gongying.books.trade import post as trade
from gongying.books.trade import read as trade_read
from gongying.core import calendar
from gongying.core.actor import SYSTEM, Actor
from gongying.core.doors import action
from gongying.core.journal import book
from gongying.core.refusal import Refused
from gongying.engines.money import minor_of

from .. import facts
from ..rules import MOST_LINES

REPORTERS = ("admin", "planner", "owner", "clerk")
SOURCE = "file"  # one paper is one sale, whether it comes by file, by form or by a program
OLDEST = 800  # days a sale may lie back
LARGEST = 10**9  # base units of one line: beyond that it is a slip of the pen


@dataclass(frozen=True)
class SaleIn:
    """A line as it is sent. `on` is the day (2026-07-31), `quantity` counts packs of `pack` (base units when empty) and is
    negative for what came back, `amount` is in major units without tax, `outlet` is to whom, `place` a region's code.
    Lines of one `document` are told apart by `line`; without one they are numbered in their order."""

    product: str = ""
    quantity: int | str = ""
    on: str = ""
    document: str = ""
    line: str = ""
    pack: str = ""
    amount: Decimal | str = ""
    currency: str = ""
    outlet: str = ""
    place: str = ""


@dataclass(frozen=True)
class RowFault:
    """What is wrong with a line: its place (1 is the first), its field, words for people, and what to do."""

    row: int
    field: str
    message: str
    remedy: str = ""


@dataclass(frozen=True)
class Reported:
    """What became of a report. `taken` is False when nothing was posted because of `faults`."""

    taken: bool
    created: int
    corrected: int
    unchanged: int
    documents: list[str]
    faults: list[RowFault] = field(default_factory=list)


@action(needs="channel.report", roles=REPORTERS)
def report(
    actor: Actor,
    *,
    party_id: int,
    lines: list[SaleIn],
    level: Literal["sell_out", "sell_through"] = "sell_out",
    take: Literal["all", "good"] = "all",
    client_id: str = "",
) -> Reported:
    """Post sales of a distributor: all lines or, by choice, the good ones; the others come back by row and field.

    A line is known by its document and line number: sent again it is unchanged, sent otherwise it is a correction. Lines
    without a document are put into one that `client_id` names (what a phone gives to a report made offline), so that a
    report that is sent twice is one report. Raises Missing for a distributor out of scope, Refused for nothing or more
    than 1,000 lines.
    """
    party = parties.party(actor, party_id)
    if not lines:
        raise Refused(_("There is nothing to report."), code="empty", field="lines")
    if len(lines) > MOST_LINES:
        raise Refused(
            _("A report has at most %(most)s lines.") % {"most": MOST_LINES},
            code="too_many",
            field="lines",
            remedy=_("Send it in parts, or as a file under Imports."),
        )
    desk = _Desk(party.pk, party.currency, level, timezone.localdate(), client_id, lines)
    good = desk.judge(lines)
    if desk.faults and (take == "all" or not good):
        return Reported(False, 0, 0, 0, [], desk.faults)
    done = trade.lines(actor, good, source=SOURCE)
    if done.created + done.corrected:
        book.record(actor, facts.SalesReported(party.pk, level, done.created, done.corrected))
    papers = sorted({line.document for line in good})
    return Reported(True, done.created, done.corrected, done.unchanged, papers, desk.faults)


def _is_zero(quantity: int | str) -> bool:
    return str(quantity).strip().strip("0") == ""


class _Desk:
    """Judges lines one by one; collects what is wrong."""

    def __init__(
        self, party_id: int, currency: str, level: str, today: date, client_id: str, lines: Sequence[SaleIn]
    ) -> None:
        self.party_id, self.currency, self.level, self.today = party_id, currency, level, today
        self.products = goods.ids_by_code(line.product.strip() for line in lines)
        self.packs = goods.packs(self.products.values())
        self.places = parties.all_region_codes()
        mark = "".join(each for each in client_id if each.isalnum())[:24]
        self.document = f"M-{mark}" if mark else ""
        self.faults: list[RowFault] = []
        self.numbers: dict[str, int] = {}
        self.known = self._known(
            {line.document.strip() or self.document for line in lines if _is_zero(line.quantity)}
        )

    def _known(self, documents: set[str]) -> set[tuple[str, str]]:
        """(document, line) of what was reported before: only that can be taken back by a quantity of 0."""
        if not documents:
            return set()
        rows = trade_read.lines(SYSTEM, level=self.level, start=date.min, end=date.max, party_id=self.party_id)
        held = rows.filter(source=SOURCE, document__in=documents, line__isnull=True).exclude(kind="reversal")
        return set(held.values_list("document", "line_no"))

    def judge(self, lines: Sequence[SaleIn]) -> list[trade.LineIn]:
        """The lines that fit."""
        good, seen = [], set[str]()
        for row, line in enumerate(lines, 1):
            before = len(self.faults)
            made = self._line(row, line)
            if made is not None and made.key in seen:
                self._fault(
                    row,
                    "line",
                    _("This document has a line of this number already."),
                    _("Give each line its own number."),
                )
            if made is not None and len(self.faults) == before:
                seen.add(made.key)
                good.append(made)
        return good

    def _line(self, row: int, line: SaleIn) -> trade.LineIn | None:
        document, number = self._paper(row, line)
        product = self.products.get(line.product.strip())
        if product is None:
            said = {"code": line.product.strip() or "–"}
            self._fault(
                row,
                "product",
                _("There is no product %(code)s.") % said,
                _("Write the code as it stands in the product list."),
            )
        day = self._day(row, line.on)
        units = self._units(row, line, product, (document, number))
        amount = self._amount(row, line, units)
        place = line.place.strip()
        if place and place not in self.places:
            self._fault(row, "place", _("There is no region %(code)s.") % {"code": place})
        if product is None or day is None or units is None or amount is None or not document:
            return None
        kind = "return" if units < 0 else "sale"
        money = line.currency.strip().upper() or self.currency
        return trade.LineIn(
            self.level, day, self.party_id, product, units, money, amount, 0, document, number, kind=kind,
            counterparty=line.outlet.strip()[:80], place=place,
        )  # fmt: skip

    def _paper(self, row: int, line: SaleIn) -> tuple[str, str]:
        document = line.document.strip() or self.document
        if not document:
            self._fault(
                row, "document", _("Which document is it?"), _("Give the number of the receipt or delivery note.")
            )
        if len(document) > 40:
            self._fault(row, "document", _("A document has at most 40 letters."))
        self.numbers[document] = self.numbers.get(document, 0) + 1
        number = line.line.strip() or str(self.numbers[document])
        if len(number) > 12:
            self._fault(row, "line", _("A line number has at most 12 letters."))
        return document, number

    def _day(self, row: int, text: str) -> date | None:
        day = calendar.typed(text.strip()) if text.strip() else self.today
        if day is None:
            self._fault(row, "on", _("Write the date as 2026-01-31."))
        elif day > self.today:
            self._fault(row, "on", _("This day has not come yet."))
        elif (self.today - day).days > OLDEST:
            self._fault(row, "on", _("This day lies too far back."), _("Send old sales as a file under Imports."))
        else:
            return day
        return None

    def _units(self, row: int, line: SaleIn, product: int | None, key: tuple[str, str]) -> int | None:
        try:
            packs = int(str(line.quantity).strip().replace(",", ""))
        except ValueError:
            self._fault(row, "quantity", _("A quantity is a whole number."))
            return None
        pack, factor = line.pack.strip(), 1
        if pack and product is not None:
            factor = self.packs.get(product, {}).get(pack, 0)
            if not factor:
                self._fault(row, "pack", _("This product has no pack %(code)s.") % {"code": pack})
                return None
        units = packs * (factor or 1)
        if not units and key not in self.known:
            self._fault(
                row,
                "quantity",
                _("Nothing was sold."),
                _("A quantity of 0 takes a line back that was reported before."),
            )
            return None
        if abs(units) > LARGEST:
            self._fault(row, "quantity", _("The quantity is too large."))
            return None
        return units

    def _amount(self, row: int, line: SaleIn, units: int | None) -> int | None:
        """Minor units of the line's currency; nothing said is nothing."""
        text = str(line.amount).strip().replace(",", "")
        try:
            minor = minor_of(text, line.currency.strip().upper() or self.currency) if text else 0
        except (InvalidOperation, ValueError, OverflowError):
            self._fault(row, "amount", _("Write the amount as a number, such as 1250.50."))
            return None
        if abs(minor) > 10**15:
            self._fault(row, "amount", _("The amount is too large."))
            return None
        if units is not None and minor * units < 0:
            self._fault(
                row,
                "amount",
                _("Quantity and amount have different signs."),
                _("What came back is negative in both."),
            )
            return None
        return minor if units else 0

    def _fault(self, row: int, name: str, message: Any, remedy: Any = "") -> None:
        self.faults.append(RowFault(row, name, str(message), str(remedy)))
