"""Sharing out what is too little: proportional, max-min fair, and by priority classes; in whole packs, never above a wish.

Both plain rules are one filling: everybody's share grows at the speed of his weight until the supply is used up, and whoever
reaches his wish stops (progressive filling; Bertsekas and Gallager, Data Networks, 6.5.2). With equal weights that is max-min
fairness, with the wishes as weights it is proportional. What is left of whole packs goes to the largest remainders.

>>> wishes = [Wish("a", 100), Wish("b", 300), Wish("c", 50)]
>>> [[share.given for share in ration(rule, 240, wishes).shares] for rule in ("proportional", "max_min")]
[[53, 160, 27], [95, 95, 50]]
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from .fault import Fault

RULES = ("proportional", "max_min", "priority")
PLAIN = RULES[:2]


@dataclass(frozen=True, slots=True)
class Wish:
    """`amount` base units that somebody wants. `level` is his class; `weight` is what proportional goes by where it is not the
    wish itself: a figure that cannot be inflated by ordering more, such as what he bought last year."""

    key: str
    amount: int
    level: str = ""
    weight: int | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """What a wish gets, in base units, and why: `quota` is the exact share in packs before rounding, `turn` the place of its class
    (0 is served first) and `there` the base units that were left when its class had its turn.

    `why` is one of full (as wished), rest (all whole packs of the wish), share (a fair share of too little), rounded (the same,
    with the pack that was left over), smallest (below the smallest lot), none (nothing was left).
    """

    key: str
    wish: int
    given: int
    quota: Fraction
    turn: int
    there: int
    why: str

    @property
    def short(self) -> int:
        """What is not given."""
        return self.wish - self.given


@dataclass(frozen=True, slots=True)
class Result:
    """The shares in the order of the wishes, and what is left of the supply."""

    rule: str
    supply: int
    shares: tuple[Share, ...]

    @property
    def given(self) -> int:
        """Base units given in all."""
        return sum(share.given for share in self.shares)

    @property
    def left(self) -> int:
        """Base units that nobody gets."""
        return self.supply - self.given


@dataclass(frozen=True, slots=True)
class Measures:
    """How a result treats people: the lowest and the whole degree of fulfilment, how many get all and how many nothing, and
    Jain's index of the degrees (1: all alike, 1/n: one has all)."""

    lowest: Fraction
    whole: Fraction
    served: int
    empty: int
    fairness: Fraction


def ration(
    rule: str,
    supply: int,
    wishes: Sequence[Wish],
    *,
    step: int = 1,
    smallest: int = 0,
    classes: Sequence[str] = (),
    inside: str = "max_min",
) -> Result:
    """Share `supply` base units among wishes by a rule, in whole `step`s of base units.

    `smallest` is the smallest lot worth a delivery: a share below it, or below the whole wish where that is smaller, is given up
    and shared among the others. `classes` (priority only) are levels, the first served first; whoever is in none comes last.
    `inside` is the plain rule within a class. Raises Fault for an unknown rule, a key twice, or a number below zero.

    >>> wishes = [Wish("a", 40, "gold"), Wish("b", 40), Wish("c", 40, "gold")]
    >>> [share.given for share in ration("priority", 60, wishes, step=10, classes=["gold"]).shares]
    [30, 0, 30]
    """
    _check(rule, supply, wishes, step, smallest, inside)
    if rule != "priority":
        turns = [(rule, list(wishes))]
    else:
        names = [*dict.fromkeys(classes)]
        turns = [(inside, [w for w in wishes if w.level == name]) for name in names]
        turns.append((inside, [w for w in wishes if w.level not in names]))
    found: dict[str, Share] = {}
    left = supply
    for turn, (how, mine) in enumerate(turn for turn in turns if turn[1]):
        for share in _served(how, left, mine, step, smallest):
            found[share.key] = replace(share, turn=turn)
        left -= sum(found[wish.key].given for wish in mine)
    return Result(rule, supply, tuple(found[wish.key] for wish in wishes))


def _check(rule: str, supply: int, wishes: Sequence[Wish], step: int, smallest: int, inside: str) -> None:
    if rule not in RULES or inside not in PLAIN:
        raise Fault("ration.rule", f"there is no rule {rule} with {inside} inside", rule=rule)
    if supply < 0 or smallest < 0 or step < 1 or any(w.amount < 0 or (w.weight or 0) < 0 for w in wishes):
        raise Fault("ration.negative", "supply, wishes, weights and lots are not below zero", supply=supply)
    if len({wish.key for wish in wishes}) < len(wishes):
        raise Fault("ration.twice", "a wish is named twice", wishes=len(wishes))


def _served(rule: str, there: int, wishes: list[Wish], step: int, smallest: int) -> Iterable[Share]:
    """One class: fill, give up the smallest share that is not worth a delivery, fill again."""
    dropped: set[str] = set()
    while True:
        mine = [wish for wish in wishes if wish.key not in dropped]
        shares = _filled(rule, there, mine, step)
        poor = [s for s in shares if 0 < s.given < min(smallest, s.wish // step * step)]
        if not poor:
            break
        dropped.add(min(poor, key=lambda share: (share.given, share.wish, share.key)).key)
    gone = [Share(w.key, w.amount, 0, Fraction(0), 0, there, "smallest") for w in wishes if w.key in dropped]
    return [*shares, *gone]


def _filled(rule: str, there: int, wishes: list[Wish], step: int) -> list[Share]:
    """Progressive filling in packs, then the packs left over by largest remainder."""
    packs = {wish.key: wish.amount // step for wish in wishes}
    quotas = _quotas(there // step, packs, {wish.key: _weight(rule, wish) for wish in wishes})
    given = {key: int(quota) for key, quota in quotas.items()}
    over = min(there // step, sum(packs.values())) - sum(given.values())
    order = sorted(wishes, key=lambda w: (given[w.key] - quotas[w.key], -w.amount, w.key))
    rounded = {w.key for w in [w for w in order if given[w.key] < packs[w.key]][: max(0, over)]}
    found = []
    for wish in wishes:
        got = (given[wish.key] + (wish.key in rounded)) * step
        why = _why(wish, got, step, wish.key in rounded)
        found.append(Share(wish.key, wish.amount, got, quotas[wish.key], 0, there, why))
    return found


def _weight(rule: str, wish: Wish) -> int:
    if rule == "max_min":
        return 1
    return wish.amount if wish.weight is None else wish.weight


def _quotas(supply: int, packs: dict[str, int], weights: dict[str, int]) -> dict[str, Fraction]:
    """Exact shares: whoever would get more than he wishes gets his wish, and the rest is shared among the others.

    Wishes without weight come after all others, alike.
    """
    found = {key: Fraction(0) for key in packs}
    left = Fraction(supply)
    for weigh in (weights, dict.fromkeys(packs, 1)):
        open_ = {key for key in packs if packs[key] > found[key] and weigh[key]}
        while open_ and left > 0:
            speed = left / sum(weigh[key] for key in open_)
            full = {key for key in open_ if packs[key] - found[key] <= speed * weigh[key]}
            for key in full or open_:
                more = packs[key] - found[key] if full else speed * weigh[key]
                found[key] += more
                left -= more
            open_ -= full or open_
    return found


def _why(wish: Wish, got: int, step: int, rounded: bool) -> str:
    if got == wish.amount:
        return "full"
    if got and got == wish.amount // step * step:
        return "rest"
    if got == 0:
        return "none"
    return "rounded" if rounded else "share"


def measures(results: Iterable[Result]) -> Measures:
    """How results (of one product each) treat the wishes in all.

    >>> measures([ration("max_min", 100, [Wish("a", 100), Wish("b", 100)])]).fairness
    Fraction(1, 1)
    """
    shares = [share for result in results for share in result.shares if share.wish]
    degrees = [Fraction(share.given, share.wish) for share in shares]
    if not degrees:
        return Measures(Fraction(1), Fraction(1), 0, 0, Fraction(1))
    squares = sum(degree * degree for degree in degrees)
    return Measures(
        min(degrees),
        Fraction(sum(share.given for share in shares), sum(share.wish for share in shares)),
        sum(degree == 1 for degree in degrees),
        sum(degree == 0 for degree in degrees),
        sum(degrees) ** 2 / (len(degrees) * squares) if squares else Fraction(1),
    )
