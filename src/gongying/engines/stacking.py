"""Programmes that pay on what others leave: base_j = B - sum of R_i over i in netOf(j), along a declared graph without circles.

The order of calculation follows from the graph, never from who pressed the button first (F2): every topological order
gives the same amounts, because a programme reads only what stands above it.
"""

from collections.abc import Mapping, Sequence
from graphlib import CycleError, TopologicalSorter

from .rebates import NOTHING, Derivation, Given, Terms, derive

Graph = Mapping[str, Sequence[str]]


def circle(net_of: Graph) -> list[str]:
    """The first circle of a graph, closed by its own beginning; empty when there is none.

    >>> circle({"a": ["b"], "b": ["a"]}) in (["a", "b", "a"], ["b", "a", "b"]), circle({"a": ["b"], "b": []})
    (True, [])
    """
    try:
        TopologicalSorter({name: list(above) for name, above in net_of.items()}).prepare()
    except CycleError as fault:
        return list(map(str, fault.args[1]))
    return []


def order(net_of: Graph) -> list[str]:
    """The programmes so that each comes after all it is net of; among equals by name. Raises ValueError naming a circle.

    >>> order({"d": ["a", "c"], "c": ["a"], "b": [], "a": []})
    ['a', 'b', 'c', 'd']
    """
    found = circle(net_of)
    if found:
        raise ValueError("circle: " + " → ".join(found))
    sorter = TopologicalSorter({name: list(above) for name, above in net_of.items()})
    sorter.prepare()
    placed: list[str] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready())
        placed.extend(ready)
        sorter.done(*ready)
    return placed


def stack(
    base: int, terms: Mapping[str, Terms], net_of: Graph, given: Mapping[str, Given] | None = None
) -> dict[str, Derivation]:
    """What every programme pays on one base (minor units), each on what those it is net of leave.

    >>> from decimal import Decimal; from .ladders import Tier
    >>> rate = lambda r: Terms("slab", (Tier(Decimal(0), Decimal(r)),))
    >>> found = stack(1000_00, {"a": rate("0.10"), "b": rate("0.20")}, {"a": [], "b": ["a"]})
    >>> [found[name].entitled for name in ("a", "b")]  # b pays 20 % of 900
    [10000, 18000]
    """
    found: dict[str, Derivation] = {}
    for name in order({key: [one for one in net_of.get(key, ()) if one in terms] for key in terms}):
        known = (given or {}).get(name, NOTHING)
        above = sum(found[one].entitled for one in net_of.get(name, ()) if one in found)
        with_above = Given(
            known.reference, known.stated, known.deducted + above, known.factor, known.earlier, known.closed
        )
        found[name] = derive(base, terms[name], 0, with_above)
    return found
