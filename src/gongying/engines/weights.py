"""Weights of criteria: from comparisons in pairs (AHP), from the spread of the data (entropy), and what hangs on them.

Sources: T. L. Saaty, "The Analytic Hierarchy Process" (1980): weights are the principal eigenvector of the reciprocal matrix,
CI = (λmax − n)/(n − 1), CR = CI/RI with his random indices; a CR of 0.10 or more means that the comparisons contradict each other.
C. E. Shannon (1948) as used for weights: p_ij = x_ij/Σx, e_j = −Σ p ln p / ln n, w_j = (1 − e_j)/Σ(1 − e).

>>> found = ahp({("money", "people"): Decimal(3), ("money", "place"): Decimal(5), ("people", "place"): Decimal(2)})
>>> {name: round(weight, 3) for name, weight in found.weights.items()}, round(found.ratio, 4), found.consistent
({'money': 0.648, 'people': 0.23, 'place': 0.122}, 0.0032, True)
>>> {name: round(w, 3) for name, w in entropy({"x": [1, 1, 1], "y": [1, 2, 3]}).items()}
{'x': 0.0, 'y': 1.0}
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import permutations
from math import log

RANDOM = {3: 0.58, 4: 0.90, 5: 1.12, 6: 1.24, 7: 1.32, 8: 1.41, 9: 1.45, 10: 1.49}
LIMIT = 0.10
MOST = 10  # criteria: nobody compares more in pairs
SMALLEST, LARGEST, SLACK = Decimal(1) / 9, Decimal(9), Decimal("1e-9")  # 1/9 has no end


@dataclass(frozen=True, slots=True)
class Ahp:
    """Weights that add up to one, the largest eigenvalue, the consistency index and ratio, and the three comparisons that
    disagree most with the others: (one, other, said, what the rest says)."""

    weights: dict[str, float]
    largest: float
    index: float
    ratio: float
    worst: tuple[tuple[str, str, float, float], ...]

    @property
    def consistent(self) -> bool:
        """Whether the comparisons agree well enough (CR below 0.10)."""
        return self.ratio < LIMIT


def ahp(said: Mapping[tuple[str, str], Decimal]) -> Ahp:
    """Weights of criteria of which each pair was compared once: `said[a, b]` is how many times a is as important as b, 1/9 to 9.

    Raises ValueError when a pair is missing, named twice, or out of bounds.
    """
    names = list(dict.fromkeys(name for pair in said for name in pair))
    if not 2 <= len(names) <= MOST:
        raise ValueError(f"2 to {MOST} criteria")
    matrix = [[1.0] * len(names) for _name in names]
    for row, one in enumerate(names):
        for column, other in enumerate(names[row + 1 :], row + 1):
            given = [said.get((one, other)), said.get((other, one))]
            if (given[0] is None) == (given[1] is None):
                raise ValueError(f"{one} and {other}: one comparison")
            value = given[0] if given[0] is not None else 1 / (given[1] or Decimal("NaN"))
            if not value.is_finite() or not SMALLEST - SLACK <= value <= LARGEST + SLACK:
                raise ValueError(f"{one} and {other}: 1/9 to 9")
            matrix[row][column], matrix[column][row] = float(value), 1 / float(value)
    weights = _eigenvector(matrix)
    products = [sum(a * w for a, w in zip(row, weights, strict=True)) for row in matrix]
    count = len(names)
    largest = sum(product / weight for product, weight in zip(products, weights, strict=True)) / count
    index = max(0.0, (largest - count) / (count - 1))
    ratio = index / RANDOM[count] if count in RANDOM else 0.0
    return Ahp(dict(zip(names, weights, strict=True)), largest, index, ratio, _worst(names, matrix, weights))


def _eigenvector(matrix: Sequence[Sequence[float]]) -> list[float]:
    """The principal eigenvector of a positive matrix, adding up to one (power iteration; Perron: it exists and is reached)."""
    weights = [1 / len(matrix)] * len(matrix)
    for _step in range(1000):
        following = [sum(a * w for a, w in zip(row, weights, strict=True)) for row in matrix]
        whole = sum(following)
        following = [each / whole for each in following]
        if max(abs(a - b) for a, b in zip(following, weights, strict=True)) < 1e-14:
            return following
        weights = following
    return weights


def _worst(
    names: Sequence[str], matrix: Sequence[Sequence[float]], weights: Sequence[float]
) -> tuple[tuple[str, str, float, float], ...]:
    pairs = [(row, column) for row in range(len(names)) for column in range(row + 1, len(names))]
    off = sorted(pairs, key=lambda p: -abs(log(matrix[p[0]][p[1]] * weights[p[1]] / weights[p[0]])))
    return tuple(
        (names[row], names[column], matrix[row][column], weights[row] / weights[column]) for row, column in off[:3]
    )


def entropy(data: Mapping[str, Sequence[float | Decimal]]) -> dict[str, float]:
    """Weights of criteria by how much they tell the candidates apart: `data[criterion]` are the candidates' values, none below
    nothing. Where nothing differs all weigh the same. Raises ValueError for negative values or unequal lengths."""
    rows = {name: [float(value) for value in values] for name, values in data.items()}
    counts = {len(values) for values in rows.values()}
    if len(counts) != 1 or min(counts) < 2:
        raise ValueError("every criterion has a value of each of two or more candidates")
    if any(value < 0 for values in rows.values() for value in values):
        raise ValueError("values below nothing have no share")
    count = counts.pop()
    spread = {}
    for name, values in rows.items():
        whole = sum(values)
        shares = [value / whole for value in values] if whole else [1 / count] * count
        held = -sum(share * log(share) for share in shares if share > 0) / log(count)
        spread[name] = max(0.0, 1 - held)
    whole = sum(spread.values())
    if whole < 1e-12:
        return dict.fromkeys(rows, 1 / len(rows))
    return {name: value / whole for name, value in spread.items()}


@dataclass(frozen=True, slots=True)
class Stability:
    """How an order of candidates bears changed weights: the order itself, in how many of the `tried` changes it stays, in how
    many the first stays first, and the changes that put another one first: (criterion, factor, who then leads)."""

    order: tuple[str, ...]
    tried: int
    same: int
    same_first: int
    turns: tuple[tuple[str, Decimal, str], ...]


def ranked(
    scores: Mapping[str, Mapping[str, Decimal]], weights: Mapping[str, Decimal]
) -> list[tuple[str, Decimal]]:
    """Candidates with their weighted totals, the best first; of equal ones the name decides."""
    whole = sum(weights.values(), Decimal(0))
    totals = {
        name: sum((row[each] * weight for each, weight in weights.items()), Decimal(0)) / whole
        for name, row in scores.items()
    }
    return sorted(totals.items(), key=lambda each: (-each[1], each[0]))


def stability(
    scores: Mapping[str, Mapping[str, Decimal]],
    weights: Mapping[str, Decimal],
    by: Decimal = Decimal("0.2"),
) -> Stability:
    """Change each weight by `by` up and down (the others keep their proportions), and every pair of weights in opposite
    directions, and see whether the order of the candidates stays. Raises ValueError without candidates or weights."""
    if not scores or not weights:
        raise ValueError("candidates and weights are wanted")
    order = tuple(name for name, _total in ranked(scores, weights))
    changes: list[tuple[str, Decimal, dict[str, Decimal]]] = []
    for name in weights:
        changes += [(name, 1 + sign * by, {name: weights[name] * (1 + sign * by)}) for sign in (1, -1)]
    for up, down in permutations(weights, 2):
        changes.append((up, 1 + by, {up: weights[up] * (1 + by), down: weights[down] * (1 - by)}))
    same = first = 0
    turns: list[tuple[str, Decimal, str]] = []
    for name, factor, changed in changes:
        now = tuple(each for each, _total in ranked(scores, {**weights, **changed}))
        same += now == order
        first += now[0] == order[0]
        if now[0] != order[0] and (name, factor, now[0]) not in turns:
            turns.append((name, factor, now[0]))
    return Stability(order, len(changes), same, first, tuple(turns))
