"""The Unified Social Credit Code of a Chinese organisation: 18 marks that check themselves.

Source: GB 32100-2015, 5.4 and annex A (the whole code, modulus 31) and GB 11714-1997 (the organisation number within it,
modulus 11). Mark 1 is the registering department, 2 the kind of organisation, 3 to 8 the administrative division, 9 to 17 the
organisation number with its own check mark, 18 the check mark of all:

    c18 = (31 − Σ c_i · 3^(i−1) mod 31) mod 31        for i = 1 … 17, c_i the place of the mark in the alphabet

I, O, S, V and Z do not occur: they are read as 1, 0, 5, U and 2 too easily.

>>> check("91350100M000100Y43").sound                # the example of the standard
True
>>> [fault.code for fault in check("91350100M000100Y44").faults]
['check']
>>> check_mark("91350100M000100Y4")
'3'
"""

from dataclasses import dataclass

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
VALUES = {mark: place for place, mark in enumerate(ALPHABET)}
WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
INNER = (3, 7, 9, 10, 5, 8, 4, 2)  # GB 11714: weights of the organisation number
LENGTH = 18
CONFUSED = {"I": "1", "O": "0", "S": "5", "V": "U", "Z": "2"}
# Marks 1 and 2: who registers, and as what (GB 32100-2015, annex B, the departments a distributor can come from).
REGISTERED = {"91": "company", "92": "sole trader", "93": "farmers' cooperative"}


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong: `length`, `mark`, `division`, `inner` (the organisation number) or `check`; the first mark it is about
    (from 1), what stands there and what should."""

    code: str
    place: int = 0
    found: str = ""
    wanted: str = ""


@dataclass(frozen=True, slots=True)
class Checked:
    """A code as it is compared, its faults (none: it is sound), and what it says of itself."""

    code: str
    faults: tuple[Fault, ...]
    kind: str = ""
    division: str = ""
    organisation: str = ""

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong with it."""
        return not self.faults


def plain(text: str) -> str:
    """A code as people write it, without spaces and hyphens, in capitals of the usual width.

    >>> plain(" 9135 0100-m000100y43")
    '91350100M000100Y43'
    """
    wide = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
    return "".join(text.translate(wide).upper().replace("-", " ").split())


def check_mark(first: str) -> str:
    """The eighteenth mark of the first seventeen. Raises ValueError for a mark that does not occur or a wrong length."""
    if len(first) != LENGTH - 1 or not set(first) <= set(ALPHABET):
        raise ValueError("seventeen marks of the alphabet of GB 32100 are wanted")
    total = sum(VALUES[mark] * weight for mark, weight in zip(first, WEIGHTS, strict=True))
    return ALPHABET[(31 - total % 31) % 31]


def inner_mark(first: str) -> str:
    """The check mark of the eight marks of an organisation number (GB 11714). Raises ValueError.

    >>> inner_mark("M000100Y")
    '4'
    """
    if len(first) != 8 or not (first.isascii() and first.isalnum() and first == first.upper()):
        raise ValueError("eight capitals or digits are wanted")
    total = sum(int(mark, 36) * weight for mark, weight in zip(first, INNER, strict=True))
    return {10: "X", 11: "0"}.get(11 - total % 11, str(11 - total % 11))


def check(text: str) -> Checked:
    """Judge a code: every fault with its place, what was found and what is wanted. Nothing raises.

    A sound code says nothing of the company behind it: whether it exists is the registry's to say.
    """
    code = plain(text)
    if len(code) != LENGTH:
        return Checked(code, (Fault("length", 0, str(len(code)), str(LENGTH)),))
    strange = [(place, mark) for place, mark in enumerate(code, 1) if mark not in VALUES]
    if strange:
        return Checked(code, tuple(Fault("mark", place, mark, CONFUSED.get(mark, "")) for place, mark in strange))
    faults = []
    if not code[2:8].isdigit():
        faults.append(Fault("division", 3, code[2:8]))
    wanted = inner_mark(code[8:16])
    if code[16] != wanted:
        faults.append(Fault("inner", 17, code[16], wanted))
    wanted = check_mark(code[:17])
    if code[17] != wanted:
        faults.append(Fault("check", 18, code[17], wanted))
    return Checked(code, tuple(faults), REGISTERED.get(code[:2], "other"), code[2:8], code[8:17])
