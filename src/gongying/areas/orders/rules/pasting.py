"""What somebody pasted from a spreadsheet, read as an order: codes and quantities, in whichever order. Pure; loses nothing."""

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from django.utils.translation import gettext_lazy as _

MOST_ROWS, LONGEST = 2000, 200_000
LARGEST = 10_000_000  # packs of one line
_CELLS = re.compile(r"\t|;|；|(?<!\d),|,(?!\d{3}(?!\d))|，|\|")
_WHOLE = re.compile(r"^(\d{1,3}(?:,\d{3})+|\d+)(?:\.0+)?\s*([^\d\s.,]{0,10})$")
_NUMBER = re.compile(r"^-?[\d.,]+\s*[^\d\s.,]{0,10}$")


@dataclass(frozen=True)
class Known:
    """A product that may be ordered: its number, code, base unit, and how many base units each of its packs holds."""

    product_id: int
    code: str
    unit: str = ""
    packs: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class PastedLine:
    """A product and how many of a pack ("" is the base unit); `row` is where it stood first."""

    product_id: int
    code: str
    packs: int
    pack: str
    row: int


@dataclass(frozen=True)
class PasteFault:
    """A row that could not be read: what it says, what is wrong, and what to do."""

    row: int
    text: str
    code: str
    message: Any
    remedy: Any = ""


@dataclass(frozen=True)
class Pasted:
    """Everything a paste holds: lines, rows that need a correction (`rest` is their text, to be mended), rows left aside as a
    heading, and products named more than once (their quantities were added)."""

    lines: list[PastedLine]
    faults: list[PasteFault]
    headings: list[str]
    repeated: list[str]

    @property
    def rest(self) -> str:
        """The rows that could not be read, as they were."""
        return "\n".join(fault.text for fault in self.faults)


def plain(text: str) -> str:
    """Text as it is compared: full width as half width, without case and spaces around.

    >>> plain(" Ｐ１２ ")
    'p12'
    """
    return unicodedata.normalize("NFKC", text).strip().casefold()


def whole(text: str) -> tuple[int, str] | None:
    """A whole number with the word after it; None when it is none.

    >>> whole("1,200"), whole("10箱"), whole("3.0"), whole("1.5"), whole("-2")
    ((1200, ''), (10, '箱'), (3, ''), None, None)
    """
    match = _WHOLE.match(unicodedata.normalize("NFKC", text).strip())
    return (int(match[1].replace(",", "")), match[2].strip()) if match else None


def read_paste(text: str, known: Mapping[str, Known], units: Mapping[str, str] | None = None) -> Pasted:
    """Rows of code and quantity, in either order, with a pack where there is one. `known` is by `plain` code or barcode;
    `units` says which pack a word means ("箱": "CS").

    A row that names no known code, or no whole quantity above zero, becomes a fault and stays as text.

    >>> goods = {"p1": Known(1, "P1", packs={"CS": 12}), "p2": Known(2, "P2")}
    >>> got = read_paste("10\\tP1\\n3\\tp2\\nx9\\t1", goods)
    >>> [(line.code, line.packs) for line in got.lines], [(fault.row, fault.code) for fault in got.faults]
    ([('P1', 10), ('P2', 3)], [(3, 'unknown')])
    """
    rows = [(number, raw, _cells(raw)) for number, raw in enumerate(text[:LONGEST].splitlines(), 1) if raw.strip()]
    place = _code_column([cells for _n, _raw, cells in rows], known)
    lines: dict[tuple[int, str], PastedLine] = {}
    faults: list[PasteFault] = []
    headings: list[str] = []
    repeated: list[str] = []
    for at, (number, raw, cells) in enumerate(rows):
        if at >= MOST_ROWS:
            faults.append(
                PasteFault(
                    number,
                    raw,
                    "many",
                    _("More than %(most)s rows.") % {"most": MOST_ROWS},
                    _("Paste the rest as another order."),
                )
            )
            continue
        if at == 0 and _is_heading(cells, known):
            headings.append(raw)
            continue
        read = _row(number, raw, cells, place, known, units or {})
        if isinstance(read, PasteFault):
            faults.append(read)
            continue
        before = lines.get((read.product_id, read.pack))
        if before is not None:
            repeated.append(read.code)
            read = PastedLine(read.product_id, read.code, before.packs + read.packs, read.pack, before.row)
        lines[read.product_id, read.pack] = read
    return Pasted(list(lines.values()), faults, headings, repeated)  # fmt: skip


def _cells(raw: str) -> list[str]:
    cells = [cell.strip().strip('"').strip() for cell in _CELLS.split(raw)]
    found = [cell for cell in cells if cell]
    return found if len(found) > 1 else raw.split()


def _code_column(rows: Sequence[Sequence[str]], known: Mapping[str, Known]) -> int:
    """The column in which most rows name a known product (of two alike the one that names more of them): codes may be numbers,
    and quantities may look like codes."""
    hits = Counter(place for cells in rows for place, cell in enumerate(cells[:8]) if plain(cell) in known)
    names = {place: len({plain(cells[place]) for cells in rows if place < len(cells)}) for place in hits}
    return max(hits, key=lambda place: (hits[place], names[place], -place), default=0)


def _is_heading(cells: Sequence[str], known: Mapping[str, Known]) -> bool:
    return not any(plain(cell) in known or _NUMBER.match(plain(cell)) for cell in cells)


def _row(
    number: int, raw: str, cells: Sequence[str], place: int, known: Mapping[str, Known], units: Mapping[str, str]
) -> PastedLine | PasteFault:
    """A line, or what is wrong with the row."""
    at = place if place < len(cells) and plain(cells[place]) in known else None
    if at is None:
        at = next((n for n, cell in enumerate(cells) if plain(cell) in known), None)
    if at is None:
        return _unknown(number, raw, cells, place, known)
    goods = known[plain(cells[at])]
    others = [cell for n, cell in enumerate(cells) if n != at]
    counted = next((read for cell in others if (read := whole(cell))), None)
    if counted is None or not 0 < counted[0] <= LARGEST:
        return PasteFault(
            number,
            raw,
            "quantity",
            _("%(code)s has no whole quantity above zero.") % {"code": goods.code},
            _("Write a whole number of packs, such as 12."),
        )
    for word in (counted[1], *others):
        pack = _pack(word, goods, units)
        if pack is not None:
            return PastedLine(goods.product_id, goods.code, counted[0], pack, number)
        if word and (word is counted[1] or plain(word) in units):
            said = {"code": goods.code, "word": word, "packs": ", ".join([goods.unit or "EA", *goods.packs])}
            return PasteFault(
                number,
                raw,
                "pack",
                _("%(code)s has no pack called %(word)s.") % said,
                _("It has: %(packs)s.") % said,
            )
    return PastedLine(goods.product_id, goods.code, counted[0], "", number)


def _pack(word: str, goods: Known, units: Mapping[str, str]) -> str | None:
    """The pack of the product that a word means; "" for its base unit, None for no pack of it."""
    said = plain(word)
    if not said:
        return None
    code = next((pack for pack in goods.packs if plain(pack) == said), "") or units.get(said)
    if code in goods.packs or code == "":
        return code
    return "" if said == plain(goods.unit) else None


def _unknown(number: int, raw: str, cells: Sequence[str], place: int, known: Mapping[str, Known]) -> PasteFault:
    words = [cell for cell in cells if not whole(cell)] or list(cells)
    named = cells[place] if place < len(cells) and cells[place] in words else words[0]
    near = get_close_matches(plain(named), known, n=1, cutoff=0.7)
    remedy = (
        _("Did you mean %(code)s?") % {"code": known[near[0]].code}
        if near
        else _("Look the code up in the product list.")
    )
    return PasteFault(number, raw, "unknown", _("No product has the code %(code)s.") % {"code": named[:40]}, remedy)  # fmt: skip
