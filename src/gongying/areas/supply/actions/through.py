"""Which verb stands behind a page of supply.

A delivery moves an order and its invoice, an inspection a credit note, an allocation reservations: where a flow is installed
that does all of it in one transaction, it puts its own verb here, and the pages of supply call that one.

    supply.through("deliver", ordering.deliver)

The verb takes the inputs of the one it stands for.
"""

from collections.abc import Callable
from typing import Any

VERBS: dict[str, Callable[..., Any]] = {}
NAMES = ("deliver", "inspect", "apply")


def through(name: str, verb: Callable[..., Any]) -> None:
    """Let the pages of supply call `verb` instead of its own `name` (deliver | inspect | apply)."""
    if name not in NAMES:
        raise RuntimeError(f"supply has no page that calls {name}")
    VERBS[name] = verb
