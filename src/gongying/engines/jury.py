"""What a jury says: marks on an anchored scale, weighted by criterion, the jurors' scores put together by a trimmed mean.

The score a juror gives is the mean of his marks by the weights of the criteria. The scores of all jurors of a nomination are
sorted, the `trim` highest and the `trim` lowest are left out (as long as at least one is left), and the rest is averaged:
one friend or one enemy moves nothing. Equal scores are told apart by the declared rule, or share their rank.
Rules: docs/algorithms/levels.md.

>>> weights = {"new": Decimal(2), "use": Decimal(1)}
>>> marks = {"j1": {"new": 5, "use": 4}, "j2": {"new": 4, "use": 4}, "j3": {"new": 1, "use": 1}}
>>> found = judge(marks, weights, trim=1)
>>> found.score, found.left_out, found.mean
(Decimal('4'), ('j1', 'j3'), Decimal('3.222'))
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

PLACES = Decimal("0.001")  # scores are kept and compared with three places
TIES = ("weightiest", "mean", "share")


@dataclass(frozen=True, slots=True)
class Judged:
    """The score of a nomination with its parts: each juror's score, who was left out by the trimmed mean, the plain mean, and
    the mean mark of each criterion."""

    score: Decimal
    scores: tuple[tuple[str, Decimal], ...]
    left_out: tuple[str, ...]
    mean: Decimal
    criteria: tuple[tuple[str, Decimal], ...]


@dataclass(frozen=True, slots=True)
class Ranked:
    """A place in the ranking: 1 is the best; those that share a place have the same number."""

    key: str
    rank: int
    score: Decimal
    tied: bool


def _kept(value: Decimal) -> Decimal:
    return value.quantize(PLACES, ROUND_HALF_UP).normalize() + 0


def _mean(values: Sequence[Decimal]) -> Decimal:
    return sum(values, Decimal(0)) / len(values)


def weighted(marks: Mapping[str, int], weights: Mapping[str, Decimal]) -> Decimal:
    """A juror's score: Σ weight × mark ÷ Σ weight.

    >>> weighted({"new": 5, "use": 2}, {"new": Decimal(2), "use": Decimal(1)})
    Decimal('4')
    """
    total = sum(weights.values(), Decimal(0))
    return _kept(sum((weights[name] * marks[name] for name in weights), Decimal(0)) / total)


def judge(marks: Mapping[str, Mapping[str, int]], weights: Mapping[str, Decimal], *, trim: int) -> Judged:
    """The score of a nomination by the marks of at least one juror."""
    scores = sorted(((name, weighted(given, weights)) for name, given in marks.items()), key=lambda s: (s[1], s[0]))
    cut = min(trim, (len(scores) - 1) // 2)
    kept = scores[cut : len(scores) - cut]
    out = [name for name, _score in (*scores[:cut], *scores[len(scores) - cut :])]
    by_criterion = [(name, _kept(_mean([Decimal(given[name]) for given in marks.values()]))) for name in weights]
    return Judged(
        _kept(_mean([score for _name, score in kept])),
        tuple(sorted(scores)),
        tuple(sorted(out)),
        _kept(_mean([score for _name, score in scores])),
        tuple(by_criterion),
    )


def rank(judged: Mapping[str, Judged], weights: Mapping[str, Decimal], tie: str) -> list[Ranked]:
    """Nominations by score, best first; equal ones by the rule: the mean mark of the weightiest criterion (the first of several),
    the mean of all jurors, or not at all. Who is equal still shares the place.

    >>> one, two = judge({"a": {"x": 3, "y": 5}}, {"x": Decimal(1), "y": Decimal(1)}, trim=0), judge({"a": {"x": 5, "y": 3}}, {"x": Decimal(1), "y": Decimal(1)}, trim=0)
    >>> [(each.key, each.rank) for each in rank({"one": one, "two": two}, {"x": Decimal(1), "y": Decimal(1)}, "weightiest")]
    [('two', 1), ('one', 2)]
    >>> [each.rank for each in rank({"one": one, "two": two}, {"x": Decimal(1), "y": Decimal(1)}, "share")]
    [1, 1]
    """
    heaviest = max(weights, key=lambda name: weights[name])
    second = {"weightiest": lambda each: dict(each.criteria)[heaviest], "mean": lambda each: each.mean}.get(tie)
    keys = {name: (each.score, second(each) if second else Decimal(0)) for name, each in judged.items()}
    ordered = sorted(keys, key=lambda name: (-keys[name][0], -keys[name][1], name))
    found = []
    for name in ordered:
        same = [other for other in ordered if keys[other] == keys[name]]
        found.append(Ranked(name, ordered.index(same[0]) + 1, judged[name].score, len(same) > 1))
    return found
