"""Questions that every order asks: written as query sets, made into SQL once in a process, and then only run.

Building the statement of a query set takes longer than the database needs to answer it. The answer is never kept, only the words.
"""

from collections.abc import Callable
from itertools import chain
from typing import Any, NamedTuple

from django.db import connection, models, transaction
from django.db.models.expressions import Expression
from django.db.models.query import ModelIterable

from .scope import ScopedQuerySet


class Given(Expression):
    """The place of a value that is named when the question is asked; after `__in` of a list of values."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        """A placeholder with itself as its value."""
        return "%s", [self]


class _Built(NamedTuple):
    """A statement between its placeholders, the value or place of each, and how a row is read."""

    pieces: list[str]
    slots: list[Any]
    converters: list[tuple[int, list[Any], Any]]
    model: type[models.Model]
    names: list[str]  # of the model's fields; none for tuples
    locks: bool


class Asked:
    """A question by its query set: of `values_list` it answers with tuples, else with rows of the model.

    >>> big = Asked(lambda: Item.objects.filter(size__gt=Given("size")).values_list("pk"))  # doctest: +SKIP
    >>> big(size=7)  # doctest: +SKIP
    [(3,), (9,)]
    """

    def __init__(self, rows: Callable[[], models.QuerySet[Any, Any]]) -> None:
        self._rows = rows
        self._built: dict[str, _Built] = {}

    def __call__(self, **given: Any) -> list[Any]:
        """The rows for these values, as the database has them now. A list of no values finds nothing."""
        built = self._built.get(connection.vendor) or self._build()
        if built.locks and not connection.in_atomic_block:
            raise transaction.TransactionManagementError("rows are locked within a transaction only")
        marks: list[str] = []
        values: list[Any] = []
        for slot in built.slots:
            value = given[slot.name] if isinstance(slot, Given) else slot
            if isinstance(value, list | tuple | set | frozenset):
                if not value:
                    return []
                marks.append(", ".join(["%s"] * len(value)))
                values += map(connection.ops.adapt_unknown_value, value)
            else:
                marks.append("%s")
                values.append(connection.ops.adapt_unknown_value(value))
        sql = "".join(chain.from_iterable(zip(built.pieces, [*marks, ""], strict=True)))
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            return self._read(cursor.fetchall(), built)

    def _build(self) -> _Built:
        rows = self._rows()
        if isinstance(rows, ScopedQuerySet):
            rows.guard()
        compiler = rows.query.get_compiler(connection=connection)
        sql, slots = compiler.as_sql()
        picked = [each[0] for each in compiler.select[: compiler.col_count]]
        found = compiler.get_converters(picked)
        if rows.query.select_related:
            raise TypeError("a question that is asked often joins no rows of other tables")
        whole = issubclass(rows._iterable_class, ModelIterable)
        names = [each.target.attname for each in picked] if whole else []
        converters = [(place, steps, expression) for place, (steps, expression) in found.items()]
        built = _Built(sql.split("%s"), list(slots), converters, rows.model, names, rows.query.select_for_update)
        self._built[connection.vendor] = built
        return built

    def _read(self, rows: list[tuple[Any, ...]], built: _Built) -> list[Any]:
        for place, steps, expression in built.converters:
            rows = [
                (*row[:place], self._read_one(row[place], steps, expression), *row[place + 1 :]) for row in rows
            ]
        if not built.names:
            return rows
        return [built.model.from_db(connection.alias, built.names, row) for row in rows]

    @staticmethod
    def _read_one(value: Any, steps: list[Any], expression: Any) -> Any:
        for step in steps:
            value = step(value, expression, connection)
        return value
