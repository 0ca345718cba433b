"""What one verb or page need read only once: values that are kept until it ends.

The door opens a moment for the outermost verb or noun. Whoever changes what may be kept says so (`forget`), in the same verb.
"""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

T = TypeVar("T")
_kept: ContextVar[dict[tuple[str, Hashable], Any] | None] = ContextVar("kept", default=None)


@contextmanager
def opened() -> Iterator[None]:
    """A moment of its own, inside which `kept` keeps."""
    token = _kept.set({})
    try:
        yield
    finally:
        _kept.reset(token)


def kept(name: str, key: Hashable, make: Callable[[], T]) -> T:
    """The value under a name and key, made the first time; outside a moment it is made every time.

    >>> with opened():
    ...     first = kept("number", 7, lambda: object())
    ...     first is kept("number", 7, lambda: object())
    True
    """
    held = _kept.get()
    if held is None:
        return make()
    place = (name, key)
    if place not in held:
        held[place] = make()
    value: T = held[place]
    return value


def forget(name: str) -> None:
    """What was kept under a name is read anew: it was changed."""
    held = _kept.get() or {}
    for place in [place for place in held if place[0] == name]:
        del held[place]
