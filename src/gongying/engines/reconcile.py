"""Two ledgers of the same accounts, document by document: what agrees, what differs and why, and what that comes to.

Both lists hold signed whole minor units that mean the same thing on either side: for a receivable, plus is "owes more".
Rounds follow each other, the sure ones first, and each works on what the ones before have left, account by account:

1. one number on both sides, equal amounts, days not far apart; or equal sums of the lines of that number
2. a document named in the text of the other side
3. one amount on days close together, where the numbers do not speak against it
4. one line that equals the sum of two to six of the other side, if there is only one such choice
5. a difference under one number that later lines of either side make up for; lines of one number that cancel each other
6. proposals, for a person to decide: an amount with exchanged digits, on the wrong side, nearly equal or far in days,
   several possible sums, exact opposites on one side
7. what is left is on one side only: in transit near the end of the period, booked in another currency or account, or missing

Every line is in exactly one outcome, and no outcome depends on the order in which the lines were given. So the sum of all
differences is the sum of our lines less the sum of theirs, exactly: `bridge` leads from one closing to the other.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from . import reconcile_near as near
from .money import minor_of
from .reconcile_keys import SHORTEST, Line, Spelling, named, spell
from .reconcile_sums import choices

MATCHED = "matched"
PROPOSED = "proposed"
AMOUNT = "amount"
OURS = "ours"  # only on our side
THEIRS = "theirs"
MOST_ALIKE = 300  # lines of one amount or number a side that are paired by day; what is beyond is left over
MOST_WHOLES = 400  # lines a side, the largest, for which a sum of others is looked for


@dataclass(frozen=True, slots=True)
class Terms:
    """How near is near: `days` for lines without a common number, `near_days` for one number and for proposals;
    `tolerance` in units of money (yuan, dollar); lines after `cut_off` − `transit_days` may be in transit. `prefixes` of numbers never count.
    """

    cut_off: date
    days: int = 3
    near_days: int = 30
    tolerance: Decimal = Decimal(0)
    transit_days: int = 7
    most_parts: int = 6
    prefixes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """Lines that belong together, what became of them (`kind`), why (`reason`), and ours less theirs in minor units.

    `kind`: matched, proposed, amount, ours, theirs. `reason`: number, several, named, day, sum, made_up, cancelled;
    amount; digits, side, near, far, sums, opposite; transit, currency, account, missing.
    """

    kind: str
    reason: str
    ours: tuple[Line, ...]
    theirs: tuple[Line, ...]

    @property
    def difference(self) -> int:
        """Ours less theirs, minor units."""
        return sum(each.amount for each in self.ours) - sum(each.amount for each in self.theirs)

    @property
    def account(self) -> tuple[str, str]:
        """The account and currency it is about."""
        first = (self.ours or self.theirs)[0]
        return first.account, first.currency


def reconcile(
    ours: Iterable[Line], theirs: Iterable[Line], terms: Terms, apart: frozenset[str] = frozenset()
) -> list[Outcome]:
    """Match two ledgers; account by account, then what is left across accounts and currencies. `apart` are keys of lines,
    of either side, that a person has told apart: they are never proposed again.

    >>> d = date(2026, 10, 5)
    >>> mine = [Line("1", d, "INV-07", 100_00), Line("2", d, "INV-08", 40_00), Line("3", d, "SK-1", -140_00)]
    >>> his = [Line("a", d, "inv 7", 100_00), Line("b", d, "8", 45_00)]
    >>> for o in reconcile(mine, his, Terms(date(2026, 11, 1), prefixes=("INV",))):
    ...     print(o.kind, o.reason, [l.key for l in o.ours], [l.key for l in o.theirs], o.difference)
    amount amount ['2'] ['b'] -500
    matched number ['1'] ['a'] 0
    ours missing ['3'] [] -14000
    """
    found: list[Outcome] = []
    left: list[tuple[str, Line]] = []
    by_account: dict[tuple[str, str], tuple[list[Line], list[Line]]] = defaultdict(lambda: ([], []))
    for side, lines in enumerate((ours, theirs)):
        for each in lines:
            by_account[each.account, each.currency][side].append(each)
    for account in sorted(by_account):
        book = _Book(*by_account[account], terms, apart)
        found += book.run()
        left += book.left()
    found += _alone(left, terms)
    return sorted(found, key=_place)


def _place(each: Outcome) -> tuple[object, ...]:
    first = min((*each.ours, *each.theirs), key=_order)
    return (*each.account, first.day, first.number, first.key, bool(each.ours))


def _order(line: Line) -> tuple[object, ...]:
    """A place for each line that the order of the input does not decide."""
    return line.day, line.number, line.amount, line.text, line.key


class _Book:
    """One account and currency while it is matched: what is left on either side, and what was found."""

    def __init__(self, ours: list[Line], theirs: list[Line], terms: Terms, apart: frozenset[str]) -> None:
        self.terms, self.apart = terms, apart
        currency = next((each.currency for each in (*ours, *theirs)), "CNY")
        self.tolerance = minor_of(terms.tolerance, currency)
        self.sides = (sorted(ours, key=_order), sorted(theirs, key=_order))
        self.found: list[Outcome] = []
        self.held: list[Outcome] = []  # one number, two amounts: may still be made up for
        self.spelled: dict[tuple[int, str], Spelling] = {
            (side, each.key): spell(each.number, terms.prefixes)
            for side, lines in enumerate(self.sides)
            for each in lines
        }

    def run(self) -> list[Outcome]:
        """All rounds but the last."""
        for form in ("tokens", "compact"):
            self._by_number(form, strict=False)
        self._by_number("bare", strict=True)
        self._by_text()
        self._by_day()
        self._by_sum()
        self._made_up()
        self._cancelled()
        self._proposals()
        return self.found + self.held

    def left(self) -> list[tuple[str, Line]]:
        """What no round has found a partner for."""
        return [(OURS, each) for each in self.sides[0]] + [(THEIRS, each) for each in self.sides[1]]

    def _take(self, kind: str, reason: str, ours: Sequence[Line], theirs: Sequence[Line]) -> None:
        if kind == PROPOSED and any(each.key in self.apart for each in (*ours, *theirs)):
            return
        made = Outcome(kind, reason, tuple(sorted(ours, key=_order)), tuple(sorted(theirs, key=_order)))
        (self.held if kind == AMOUNT else self.found).append(made)
        for side, gone in enumerate((made.ours, made.theirs)):
            keys = {each.key for each in gone}
            self.sides[side][:] = [each for each in self.sides[side] if each.key not in keys]

    def _equal(self, one: int, other: int) -> bool:
        return abs(one - other) <= self.tolerance

    def _by_number(self, form: str, *, strict: bool) -> None:
        """One number on both sides. `strict`: only equal amounts, because the form is a loose one."""
        groups: dict[str, tuple[list[Line], list[Line]]] = defaultdict(lambda: ([], []))
        for side, lines in enumerate(self.sides):
            for each in lines:
                key = getattr(self.spelled[side, each.key], form)
                if key and (not strict or len(key) >= SHORTEST):
                    groups[key][side].append(each)
        for _key, (ours, theirs) in sorted(groups.items()):
            if ours and theirs:
                self._one_number(ours, theirs, strict)

    def _one_number(self, ours: list[Line], theirs: list[Line], strict: bool) -> None:
        for mine, his in self._pairs(ours, theirs, self.terms.near_days):
            self._take(MATCHED, "number", [mine], [his])
            ours, theirs = [e for e in ours if e != mine], [e for e in theirs if e != his]
        if not ours or not theirs or strict:
            return
        close = _apart(ours, theirs) <= self.terms.near_days
        if close and self._equal(_sum(ours), _sum(theirs)):
            self._take(MATCHED, "several", ours, theirs)
        elif close:
            self._take(AMOUNT, "amount", ours, theirs)

    def _pairs(self, ours: Sequence[Line], theirs: Sequence[Line], days: int) -> list[tuple[Line, Line]]:
        """Pairs of equal amounts, the nearest days first."""
        near_by = [
            (abs((mine.day - his.day).days), abs(mine.amount - his.amount), _order(mine), _order(his), mine, his)
            for mine in ours[:MOST_ALIKE]
            for his in theirs[:MOST_ALIKE]
            if self._equal(mine.amount, his.amount) and abs((mine.day - his.day).days) <= days
        ]
        used: set[tuple[int, str]] = set()
        found = []
        for *_rank, mine, his in sorted(near_by, key=lambda row: row[:4]):
            if (0, mine.key) not in used and (1, his.key) not in used:
                used |= {(0, mine.key), (1, his.key)}
                found.append((mine, his))
        return found

    def _by_text(self) -> None:
        """A line whose text names documents of the other side that come to its amount."""
        for side in (1, 0):
            known: dict[str, list[Line]] = defaultdict(list)
            for each in self.sides[1 - side]:
                spelling = self.spelled[1 - side, each.key]
                for form in {spelling.tokens, spelling.compact}:
                    known[form].append(each)
            for each in list(self.sides[side]):
                meant = [
                    one for form in sorted(named(each.text, self.terms.prefixes)) for one in known.get(form, [])
                ]
                still = set(self.sides[1 - side])
                meant = [one for one in dict.fromkeys(meant) if one in still]
                if meant and self._equal(_sum(meant), each.amount):
                    self._take_side(side, MATCHED, "named", [each], meant)

    def _take_side(self, side: int, kind: str, reason: str, mine: Sequence[Line], other: Sequence[Line]) -> None:
        self._take(kind, reason, *((mine, other) if side == 0 else (other, mine)))

    def _by_day(self) -> None:
        """One amount, days close together; two numbers of one series are two documents."""
        by_amount: dict[int, tuple[list[Line], list[Line]]] = defaultdict(lambda: ([], []))
        for side, lines in enumerate(self.sides):
            for each in lines:
                by_amount[each.amount][side].append(each)
        for _amount, (ours, theirs) in sorted(by_amount.items()):
            for mine, his in self._pairs(ours, theirs, self.terms.days):
                if not self._two_documents(mine, his):
                    self._take(MATCHED, "day", [mine], [his])

    def _two_documents(self, mine: Line, his: Line) -> bool:
        one, other = self.spelled[0, mine.key], self.spelled[1, his.key]
        return bool(one.bare and other.bare) and one.series == other.series and one.compact != other.compact

    def _by_sum(self) -> None:
        """One line that is the sum of several of the other side; of several possible choices a person chooses."""
        whole = [
            (side, each)
            for side in (0, 1)
            for each in sorted(self.sides[side], key=lambda line: (-abs(line.amount), _order(line)))[:MOST_WHOLES]
        ]
        for side, each in sorted(whole, key=lambda row: (-abs(row[1].amount), row[0], _order(row[1]))):
            if each not in self.sides[side] or not each.amount:
                continue
            parts = self._near_parts(each, self.sides[1 - side])
            found = choices([p.amount for p in parts], each.amount, self.tolerance, self.terms.most_parts)
            if found:
                chosen = [parts[at] for at in found[0]]
                sure = len(found) == 1
                self._take_side(side, MATCHED if sure else PROPOSED, "sum" if sure else "sums", [each], chosen)

    def _near_parts(self, whole: Line, lines: Sequence[Line]) -> list[Line]:
        """What may be a part of a line, the nearest days first."""
        fit = [
            each
            for each in lines
            if (each.amount < 0) == (whole.amount < 0)
            and 0 < abs(each.amount) < abs(whole.amount)
            and abs((each.day - whole.day).days) <= self.terms.near_days
        ]
        return sorted(fit, key=lambda each: (abs((each.day - whole.day).days), _order(each)))

    def _made_up(self) -> None:
        """A difference under one number that a few lines of one side, none of them earlier, make up for."""
        for each in sorted(self.held, key=_place):
            since = min(line.day for line in (*each.ours, *each.theirs))
            for side, wanted in ((0, -each.difference), (1, each.difference)):
                lines = [one for one in self.sides[side] if one.amount and (one.amount < 0) == (wanted < 0)]
                lines = [one for one in lines if one.day >= since]
                found = choices([one.amount for one in lines], wanted, 0, 3, least=1)
                if len(found) == 1:
                    more = [lines[at] for at in found[0]]
                    self.held.remove(each)
                    ours, theirs = (more, []) if side == 0 else ([], more)
                    self._take(MATCHED, "made_up", [*each.ours, *ours], [*each.theirs, *theirs])
                    break

    def _cancelled(self) -> None:
        """Lines of one number and one side that come to nothing: booked and taken back."""
        for side in (0, 1):
            groups: dict[str, list[Line]] = defaultdict(list)
            for each in self.sides[side]:
                groups[self.spelled[side, each.key].tokens].append(each)
            for key, lines in sorted(groups.items()):
                if key and len(lines) > 1 and _sum(lines) == 0:
                    self._take_side(side, MATCHED, "cancelled", lines, [])

    def _proposals(self) -> None:
        """What a person should look at: pairs that resemble each other, and exact opposites on one side."""
        for reason, mine, his in near.pairs(*self.sides, near_days=self.terms.near_days):
            if mine in self.sides[0] and his in self.sides[1]:
                self._take(PROPOSED, reason, [mine], [his])
        for side in (0, 1):
            for plus, minus in near.opposites(self.sides[side], near_days=self.terms.near_days):
                self._take_side(side, PROPOSED, "opposite", [plus, minus], [])


def _alone(left: Sequence[tuple[str, Line]], terms: Terms) -> list[Outcome]:
    """Lines of one side only, and why: the same number elsewhere, near the end of the period, or simply missing."""
    elsewhere: dict[tuple[str, str], list[Line]] = defaultdict(list)
    for side, each in left:
        elsewhere[side, spell(each.number, terms.prefixes).tokens].append(each)
    found = []
    for side, each in left:
        other = elsewhere.get((THEIRS if side == OURS else OURS, spell(each.number, terms.prefixes).tokens), [])
        other = other if each.number else []
        if any(one.currency != each.currency for one in other):
            reason = "currency"
        elif any(one.account != each.account for one in other):
            reason = "account"
        else:
            reason = "transit" if 0 < (terms.cut_off - each.day).days <= terms.transit_days else "missing"
        found.append(Outcome(side, reason, *(((each,), ()) if side == OURS else ((), (each,)))))
    return found


def _sum(lines: Iterable[Line]) -> int:
    return sum(each.amount for each in lines)


def _apart(ours: Sequence[Line], theirs: Sequence[Line]) -> int:
    """Days between the nearest lines of both sides."""
    return min(abs((mine.day - his.day).days) for mine in ours for his in theirs)


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the bridge: what kind of outcomes, how many, and what they change in minor units."""

    kind: str
    reason: str
    count: int
    amount: int


@dataclass(frozen=True, slots=True)
class Bridge:
    """From our closing to theirs: `ours` + every step = `theirs`. Minor units of one account and currency."""

    ours: int
    theirs: int
    steps: tuple[Step, ...]


def bridge(
    outcomes: Iterable[Outcome], ours: tuple[int, int], theirs: tuple[int, int], *, settled_before: int = 0
) -> Bridge:
    """Lead from our closing to theirs, each given as (opening, closing) of one account and currency, minor units.

    `outcomes` are those of the period's lines and of the open ones carried into it. What they do not explain was there
    before: `settled_before` (ours less theirs of what earlier periods let stand) and the rest, "opening".

    >>> from datetime import date
    >>> late = Outcome("ours", "transit", (Line("1", date(2026, 10, 30), "INV-9", 700),), ())
    >>> found = bridge([late], (100, 800), (100, 100))
    >>> [(step.kind, step.reason, step.amount) for step in found.steps], found.ours + found.steps[0].amount == found.theirs
    ([('ours', 'transit', -700)], True)
    """
    sums: dict[tuple[str, str], tuple[int, int]] = {}
    explained = 0
    for each in outcomes:
        if each.difference:
            count, amount = sums.get((each.kind, each.reason), (0, 0))
            sums[each.kind, each.reason] = (count + 1, amount - each.difference)
            explained += each.difference
    if settled_before:
        sums["opening", "settled"] = (1, -settled_before)
    rest = ours[1] - theirs[1] - explained - settled_before
    if rest:
        sums["opening", "opening"] = (1, -rest)
    steps = tuple(Step(kind, reason, *held) for (kind, reason), held in sorted(sums.items()))
    return Bridge(ours[1], theirs[1], steps)
