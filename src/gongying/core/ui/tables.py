"""One declaration gives a list its filters, search, sorting, pages, selection, saved views, export and phone layout."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from .listing import export
from .models import SavedView
from .views_kept import views_of

PER_PAGE = 25
ROW_KEYS = ("q", "sort", "page", "export")


@dataclass(frozen=True)
class Column:
    """One column. `kind`: text, num, money (value, currency), percent, date, time, state, bar (a fraction), html-free link.

    `sort` is an ORM path, or a key function for lists; `phone` False leaves it away on a phone; `panel` opens its link
    beside the page.
    """

    name: str
    label: Any
    value: Callable[[Any], Any]
    kind: str = "text"
    sort: Any = None
    href: Callable[[Any], str] | None = None
    phone: bool = True
    panel: bool = False

    @property
    def right(self) -> bool:
        """Whether its cells stand on the right."""
        return self.kind in ("num", "money", "percent", "bar", "days", "growth")


@dataclass(frozen=True)
class Filter:
    """A choice above the list: `apply(rows, value)` narrows them; a value that is not offered is ignored."""

    name: str
    label: Any
    choices: Sequence[tuple[str, Any]]
    apply: Callable[[Any, str], Any]


@dataclass(frozen=True)
class Cell:
    """A value with how to show it."""

    value: Any
    kind: str
    href: str
    right: bool
    phone: bool
    currency: str = "CNY"
    panel: bool = False


@dataclass
class Bound:
    """A list with a request: what the template shows."""

    table: "Table"
    request: HttpRequest
    rows: Any
    page: Page[Any]
    filters: list[dict[str, Any]]
    values: dict[str, str]
    saved: list[SavedView] = field(default_factory=list)

    @property
    def head(self) -> list[dict[str, Any]]:
        """The header cells with the address that sorts by them."""
        now = self.values.get("sort", self.table.sort)
        found = []
        for column in self.table.columns:
            state = {column.name: "ascending", f"-{column.name}": "descending"}.get(now, "")
            following = column.name if state == "descending" else f"-{column.name}"
            if not state and not column.right:
                following = column.name
            url = self.url(sort=following) if column.sort is not None else ""
            found.append({"column": column, "url": url, "state": state})
        return found

    @property
    def body(self) -> list[dict[str, Any]]:
        """The rows of this page as cells, with their key for selection."""
        return [
            {"key": self.table.key(row), "cells": [_cell(c, row) for c in self.table.columns]} for row in self.page
        ]

    def url(self, **change: str) -> str:
        """This address with some values changed; the page starts anew."""
        given = {k: v for k, v in (self.values | change).items() if v and k != "page"}
        return "?" + urlencode(given)

    @property
    def searchable(self) -> bool:
        """Whether there is a search box."""
        return self.table.search is not None

    @property
    def narrowed(self) -> bool:
        """Whether search or filters leave something out."""
        return bool(set(self.values) - {"sort", "page"})

    @property
    def query(self) -> str:
        """The values of the address without the page, for links and saved views."""
        return urlencode({k: v for k, v in self.values.items() if k not in ("page", "export")})

    @property
    def next_url(self) -> str:
        """The following page."""
        return f"{self.url()}&page={self.page.next_page_number()}"

    @property
    def previous_url(self) -> str:
        """The page before."""
        return f"{self.url()}&page={self.page.previous_page_number()}"


@dataclass(frozen=True)
class Table:
    """A list. `views` are (label, query) tabs that come with it; `bulk` are (label, form action) for selected rows."""

    name: str
    columns: Sequence[Column]
    sort: str = ""
    filters: Sequence[Filter] = ()
    search: Callable[[Any, str], Any] | None = None
    views: Sequence[tuple[Any, str]] = ()
    bulk: Sequence[tuple[Any, str]] = ()
    key: Callable[[Any], Any] = lambda row: getattr(row, "pk", "")
    empty: Any = ""

    def bind(self, request: HttpRequest, rows: Any) -> Bound:
        """Filter, search and sort `rows` (a query set or a list) as the address says, and take its page."""
        allowed = {*ROW_KEYS, *(f.name for f in self.filters)}
        values = {k: str(v)[:200] for k, v in request.GET.items() if k in allowed and v}
        shown = []
        for each in self.filters:
            chosen = values.get(each.name, "")
            if chosen in {value for value, _label in each.choices}:
                rows = each.apply(rows, chosen)
            shown.append({"filter": each, "chosen": chosen})
        if self.search is not None and values.get("q"):
            rows = self.search(rows, values["q"].strip())
        rows = self._sorted(rows, values.get("sort", self.sort))
        page = Paginator(rows, PER_PAGE).get_page(values.get("page"))
        return Bound(self, request, rows, page, shown, values, views_of(request, self.name))

    def respond(
        self, request: HttpRequest, rows: Any, template: str, context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The page with the list as `t`, or the file that was asked for (everything that is filtered)."""
        bound = self.bind(request, rows)
        head = [column.label for column in self.columns]
        found = export(request, self.name, head, (self.line(row) for row in _all(bound.rows)))
        return found or render(request, template, {"t": bound, **(context or {})})

    def line(self, row: Any) -> list[Any]:
        """One row of an export: money in major units, fractions as they are."""
        return [_plain(_cell(column, row)) for column in self.columns]

    def _sorted(self, rows: Any, wanted: str) -> Any:
        down, name = wanted.startswith("-"), wanted.removeprefix("-")
        column = next((c for c in self.columns if c.name == name and c.sort is not None), None)
        if column is None:
            return rows
        if isinstance(rows, QuerySet):
            return rows.order_by(f"-{column.sort}" if down else column.sort, "-pk" if down else "pk")
        by = column.sort if callable(column.sort) else column.value
        known = [row for row in rows if by(row) is not None]
        return sorted(known, key=by, reverse=down) + [row for row in rows if by(row) is None]


def _all(rows: Any) -> Iterable[Any]:
    return rows.iterator(chunk_size=2000) if isinstance(rows, QuerySet) else rows


def _cell(column: Column, row: Any) -> Cell:
    value, currency = column.value(row), "CNY"
    if column.kind == "money" and isinstance(value, tuple):
        value, currency = value
    href = column.href(row) if column.href else ""
    return Cell(value, column.kind, href, column.right, column.phone, currency, column.panel)


def _plain(cell: Cell) -> Any:
    if cell.value is None:
        return ""
    if cell.kind == "money":
        return float(cell.value) / 100 if cell.currency != "JPY" else cell.value
    if cell.kind == "time":
        return f"{cell.value:%Y-%m-%d %H:%M:%S}"
    return cell.value if isinstance(cell.value, int | float) or hasattr(cell.value, "year") else _text(cell.value)


def _text(value: Any) -> Any:
    return value if value.__class__.__name__ == "Decimal" else str(value)
