"""Every verb and noun of the house, found by name: the API, the command line and the map read this."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, get_type_hints

from pydantic import BaseModel, ConfigDict, TypeAdapter, create_model, model_validator

ROLES = ("admin", "director", "regional", "finance", "planner", "auditor", "owner", "clerk")
HQ = ("admin", "director", "regional", "finance", "planner", "auditor")
PORTAL = ("owner", "clerk")
EVERYONE = HQ + PORTAL


class Inputs(BaseModel):
    """Base of the generated input models: strict about names and about what a database can hold, lenient about JSON
    spellings of dates."""

    model_config = ConfigDict(extra="forbid", arbitrary_types_allowed=True)

    @model_validator(mode="before")
    @classmethod
    def _storable(cls, given: Any) -> Any:
        """Raises ValueError for a NUL character or a whole number beyond 64 bits, however deep."""
        todo = [given]
        while todo:
            value = todo.pop()
            if isinstance(value, str) and "\0" in value:
                raise ValueError("a text holds a NUL character")
            if isinstance(value, int) and abs(value) >= 2**63:
                raise ValueError("a number is beyond 64 bits")
            todo += list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
        return given


@dataclass(frozen=True)
class Verb:
    """A registered action or query and everything the doors need to know of it."""

    name: str
    fn: Callable[..., Any]
    needs: str
    roles: tuple[str, ...]
    writes: bool
    secret: frozenset[str] = field(default_factory=frozenset)
    exposed: bool = True

    @property
    def area(self) -> str:
        """The app that owns it: the first half of the name."""
        return self.name.split(".")[0]

    @property
    def doc(self) -> str:
        """The first line of its docstring."""
        return (inspect.getdoc(self.fn) or "").split("\n")[0]

    @cached_property
    def inputs(self) -> type[Inputs]:
        """A pydantic model of the keyword arguments."""
        hints = get_type_hints(self.fn)
        fields: dict[str, Any] = {}
        for name, parameter in inspect.signature(self.fn).parameters.items():
            if parameter.kind is inspect.Parameter.KEYWORD_ONLY:
                default = ... if parameter.default is inspect.Parameter.empty else parameter.default
                fields[name] = (hints.get(name, Any), default)
        title = "".join(part.title() for part in self.name.replace(".", "_").split("_"))
        return create_model(title, __base__=Inputs, **fields)

    @cached_property
    def answer(self) -> TypeAdapter[Any]:
        """Serialises and revives the return value."""
        return TypeAdapter(get_type_hints(self.fn).get("return", Any))


ACTIONS: dict[str, Verb] = {}
QUERIES: dict[str, Verb] = {}
WORDS: dict[str, Any] = {}  # of every permission, and of every app that has some: what it is for people


def register(verb: Verb) -> None:
    """Enter a verb or noun; two of one name are a fault."""
    shelf = ACTIONS if verb.writes else QUERIES
    if verb.name in shelf and shelf[verb.name].fn.__module__ != verb.fn.__module__:
        raise RuntimeError(f"{verb.name} is declared twice")
    shelf[verb.name] = verb


def words(area: str, label: Any, said: dict[str, Any]) -> None:
    """Say what an app is called and what its permissions allow, in the reader's language: `said` is by the second half
    of the name, ``{"settle": _("Submit settlements")}``."""
    WORDS.update({area: label} | {f"{area}.{name}": text for name, text in said.items()})


def permissions() -> dict[str, tuple[str, ...]]:
    """Every permission and the roles that hold it by default (the union over its verbs)."""
    table: dict[str, set[str]] = {}
    for verb in (*ACTIONS.values(), *QUERIES.values()):
        table.setdefault(verb.needs, set()).update(verb.roles)
    return {needs: tuple(r for r in ROLES if r in roles) for needs, roles in sorted(table.items())}
