"""The declared order of promotions: a graph without circles; and which of those that exclude each other hold.

>>> sequence({"b": {"a"}, "a": set()})
['a', 'b']
>>> circle({"a": {"b"}, "b": {"a"}})
['a', 'b', 'a']
"""

from collections.abc import Collection, Mapping
from itertools import combinations

from .fault import Fault

EXACT = 12  # members of a knot of exclusions up to which every choice is weighed


def circle(after: Mapping[str, Collection[str]]) -> list[str]:
    """The codes of a circle in the declared order, first and last alike; empty when there is none."""
    done: set[str] = set()
    for start in sorted(after):
        path: list[str] = []
        found = _walk(start, after, path, done)
        if found:
            return found
    return []


def _walk(code: str, after: Mapping[str, Collection[str]], path: list[str], done: set[str]) -> list[str]:
    if code in path:
        return [*path[path.index(code) :], code]
    if code in done or code not in after:
        return []
    path.append(code)
    for below in sorted(after[code]):
        found = _walk(below, after, path, done)
        if found:
            return found
    path.pop()
    done.add(code)
    return []


def sequence(after: Mapping[str, Collection[str]]) -> list[str]:
    """The codes, each behind those it is declared after; codes that are not there are passed over.

    Raises Fault when they go in a circle.
    """
    around = circle(after)
    if around:
        raise Fault("promotions.circle", " after ".join(around), promotions=", ".join(around[:-1]))
    found: list[str] = []
    todo = sorted(after)
    while todo:
        ready = [code for code in todo if all(below in found or below not in after for below in after[code])]
        found += ready
        todo = [code for code in todo if code not in ready]
    return found


def choose(
    worth: Mapping[str, int], against: Mapping[str, Collection[str]]
) -> tuple[frozenset[str], dict[str, str]]:
    """Of those that exclude each other, the set that is worth most to the customer; equals go by code.

    Returns the chosen, and for every other the chosen one that excludes it. Weighs every choice in knots of up to twelve,
    beyond that the dearest first.

    >>> choose({"a": 5, "b": 4, "c": 3}, {"a": {"b", "c"}})
    (frozenset({'b', 'c'}), {'a': 'b'})
    """
    edges: dict[str, set[str]] = {code: set() for code in worth}
    for code in worth:
        for other in against.get(code, ()):
            if other in worth and other != code:
                edges[code].add(other)
                edges[other].add(code)
    chosen: set[str] = set()
    for knot in _knots(edges):
        chosen |= _best(knot, worth, edges)
    losers = {
        code: min(edges[code] & chosen, key=lambda other: (-worth[other], other))
        for code in sorted(worth)
        if code not in chosen
    }
    return frozenset(chosen), losers


def _knots(edges: Mapping[str, set[str]]) -> list[list[str]]:
    """The codes in groups that exclusions hold together."""
    seen: set[str] = set()
    found = []
    for start in sorted(edges):
        if start in seen:
            continue
        todo, knot = [start], set[str]()
        while todo:
            code = todo.pop()
            if code not in knot:
                knot.add(code)
                todo += edges[code]
        seen |= knot
        found.append(sorted(knot))
    return found


def _best(knot: list[str], worth: Mapping[str, int], edges: Mapping[str, set[str]]) -> set[str]:
    if len(knot) > EXACT:
        taken: set[str] = set()
        for code in sorted(knot, key=lambda each: (-worth[each], each)):
            if not edges[code] & taken:
                taken.add(code)
        return taken
    best: tuple[int, tuple[str, ...]] = (-1, ())
    for size in range(len(knot), 0, -1):
        for codes in combinations(knot, size):
            total = sum(worth[code] for code in codes)
            if total > best[0] and not any(edges[code] & set(codes) for code in codes):
                best = (total, codes)
    return set(best[1])
