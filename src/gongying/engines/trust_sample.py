"""A random sample for a spot count, drawn so that anybody can draw it again: the seed and the list decide, nobody else.

Weighted without replacement (P. Efraimidis and P. Spirakis, "Weighted random sampling with a reservoir", Inf. Proc. Letters
97, 2006): each thing gets the key u^(1/weight) with u in (0, 1), the largest keys are drawn. Here u is read from
SHA-256("seed|name"), so that the draw does not depend on the order of the list, on the machine or on a version of Python.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from math import log


@dataclass(frozen=True, slots=True)
class Drawn:
    """One thing of a sample, its weight and its key (ln u / weight: the larger, the earlier it is drawn)."""

    name: str
    weight: int
    key: float


def uniform(seed: str, name: str) -> float:
    """A number in (0, 1) that seed and name decide.

    >>> 0 < uniform("2026-07", "P1") < 1, uniform("a", "b") == uniform("a", "b")
    (True, True)
    """
    return (int.from_bytes(sha256(f"{seed}|{name}".encode()).digest()[:8]) + 0.5) / 2**64


def sample(weights: Mapping[str, int], size: int, seed: str) -> list[Drawn]:
    """At most `size` things, in the order in which they are drawn; things of weight 0 or less are never drawn.

    >>> [each.name for each in sample({"A": 900, "B": 50, "C": 50, "D": 0}, 2, "2026-07")]
    ['A', 'B']
    """
    keyed = [
        Drawn(name, weight, log(uniform(seed, name)) / weight) for name, weight in weights.items() if weight > 0
    ]
    return sorted(keyed, key=lambda each: (-each.key, each.name))[: max(0, size)]
