"""Who does what in the tests of supply, and when."""

from datetime import date

from gongying.core.actor import Actor

ON = date(2026, 7, 1)
PLANNER = Actor("planner", role="planner", may=frozenset({"*"}), parties=None)
DIRECTOR = Actor("director", role="director", may=frozenset({"*"}), parties=None)


def owner_of(network, code):
    """Somebody of a distributor who may do what his role may."""
    return Actor(f"owner-{code}", role="owner", may=frozenset({"*"}), parties=frozenset({network.ids[code]}))
