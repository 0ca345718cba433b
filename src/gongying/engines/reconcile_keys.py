"""A line of a ledger, and the spellings of its number: two bookkeepers write one number in different ways.

A number is compared in three forms, the strict one first: its tokens (letters and digits apart, leading zeros dropped),
the same without the marks between them, and its digits alone. Width, case, spaces and declared prefixes never count.
"""

import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

TOKEN = re.compile(r"[A-Z\u4e00-\u9fff]+|[0-9]+")
WORD = re.compile(r"[0-9A-Z][0-9A-Z\-/_.#]*")
SHORTEST = 4  # characters of a number that may stand for it alone: shorter ones are amounts, days or pieces


class Line(NamedTuple):
    """One line of a ledger: signed whole minor units. `key` is the caller's own name for it, unique in its list."""

    key: str
    day: date
    number: str
    amount: int
    account: str = ""
    currency: str = "CNY"
    text: str = ""


class Spelling(NamedTuple):
    """One number in its three forms; `series` is its letters, "" when it has none. Empty forms match nothing."""

    tokens: str
    compact: str
    bare: str
    series: str


def spell(number: str, prefixes: Sequence[str] = ()) -> Spelling:
    """The forms of a number.

    >>> spell("ＩＮＶ－２０２６１０－０００７ "), spell("inv 202610/7").tokens
    (Spelling(tokens='INV-202610-7', compact='INV2026100007', bare='2026100007', series='INV'), 'INV-202610-7')
    >>> spell("发票No.0012", ["发票", "No"]), spell("0012").tokens
    (Spelling(tokens='12', compact='12', bare='12', series=''), '12')
    """
    text = unicodedata.normalize("NFKC", number).upper()
    parts = TOKEN.findall(text)
    parts = _without(parts, prefixes)
    letters = [part for part in parts if not part[0].isdigit()]
    digits = "".join(part for part in parts if part[0].isdigit())
    tokens = "-".join((part.lstrip("0") or "0") if part[0].isdigit() else part for part in parts)
    return Spelling(tokens, "".join(parts).lstrip("0"), digits.lstrip("0"), "".join(letters))


def _without(parts: list[str], prefixes: Sequence[str]) -> list[str]:
    """The parts without declared prefixes at the front; a number that is nothing else keeps them."""
    dropped = sorted({unicodedata.normalize("NFKC", each).upper() for each in prefixes if each}, key=len)
    while len(parts) > 1:
        cut = next((each for each in reversed(dropped) if parts[0].startswith(each)), "")
        if not cut:
            break
        rest = parts[0].removeprefix(cut)
        parts = [rest, *parts[1:]] if rest else parts[1:]
    return parts


def named(text: str, prefixes: Sequence[str] = ()) -> set[str]:
    """The forms (tokens and compact) of the numbers that a text may name.

    >>> sorted(named("付 INV-202610-0007、 JS202607-1 货款 10月"))
    ['INV-202610-7', 'INV2026100007', 'JS-202607-1', 'JS2026071']
    """
    plain = unicodedata.normalize("NFKC", text).upper()
    found = (spell(word, prefixes) for word in WORD.findall(plain))
    long = (each for each in found if len(each.compact) >= SHORTEST and each.bare)
    return {form for each in long for form in (each.tokens, each.compact)}


def transposed(one: int, other: int) -> bool:
    """Whether two amounts have the same digits in another order: the slip of the pen whose difference is divisible by 9.

    >>> transposed(12_300_00, 13_200_00), transposed(100, 200)
    (True, False)
    """
    return one != other and (one < 0) == (other < 0) and sorted(str(abs(one))) == sorted(str(abs(other)))
