"""One declaration gives a list its filters, search, sorting, pages, selection, saved views, export and phone layout."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone

from gongying.engines.money import exponent

from .listing import export
from .models import SavedView
from .views_kept import views_of

PER_PAGE, MOST_CHOSEN = 25, 5000
ROW_KEYS = ("q", "sort", "page", "export")


@dataclass(frozen=True)
class Column:
    """One column. `kind`: text, num, money (value, currency), percent, date, time, state, bar (a fraction),
    attained (an attainment).

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
        return self.kind in ("num", "money", "percent", "bar", "attained", "days", "growth")


@dataclass(frozen=True)
class Filter:
    """A choice above the list: `apply(rows, value)` narrows them; a value that is not offered is ignored."""

    name: str
    label: Any
    choices: Sequence[tuple[str, Any]]
    apply: Callable[[Any, str], Any]


class Cell(NamedTuple):
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
    def kept(self) -> SavedView | None:
        """The view of one's own that is open now: its owner may remove it."""
        actor = getattr(self.request, "actor", None)
        mine = actor.user_id if actor is not None else None
        return next((view for view in self.saved if view.user_id == mine and view.query == self.query), None)

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
        values = self._values(request.GET)
        shown = [{"filter": each, "chosen": values.get(each.name, "")} for each in self.filters]
        rows = self._narrow(rows, values)
        page = Paginator(rows, PER_PAGE).get_page(values.get("page"))
        return Bound(self, request, rows, page, shown, values, views_of(request, self.name))

    def chosen(self, request: HttpRequest, rows: Any) -> list[Any]:
        """What a bulk form is about: the ticked rows, or (`all`) every row its list showed, at most 5,000."""
        if request.POST.get("all") == "1":
            values = self._values(QueryDict(request.POST.get("query", "")[:2000]))
            return list(self._narrow(rows, values)[:MOST_CHOSEN])
        ticked = set(request.POST.getlist("key")[:MOST_CHOSEN])
        return [row for row in rows if str(self.key(row)) in ticked]

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

    def _values(self, given: QueryDict) -> dict[str, str]:
        """What an address asks of this list; a filter value that is not offered is left out."""
        offered = {each.name: {str(value) for value, _label in each.choices} for each in self.filters}
        values = {key: str(value)[:200] for key, value in given.items() if value}
        return {k: v for k, v in values.items() if k in ROW_KEYS or v in offered.get(k, ())}

    def _narrow(self, rows: Any, values: dict[str, str]) -> Any:
        """The rows that filters and search leave, sorted."""
        for each in self.filters:
            if each.name in values:
                rows = each.apply(rows, values[each.name])
        if self.search is not None and values.get("q"):
            rows = self.search(rows, values["q"].strip())
        return self._sorted(rows, values.get("sort", self.sort))

    def _sorted(self, rows: Any, wanted: str) -> Any:
        down, name = wanted.startswith("-"), wanted.removeprefix("-")
        column = next((c for c in self.columns if c.name == name and c.sort is not None), None)
        if column is None:
            return rows
        if isinstance(rows, QuerySet):
            by = F(column.sort)  # empty cells last, whichever database sorts
            first = by.desc(nulls_last=True) if down else by.asc(nulls_last=True)
            return rows.order_by(first, "-pk" if down else "pk")
        key = column.sort if callable(column.sort) else column.value
        known = [row for row in rows if key(row) is not None]
        return sorted(known, key=key, reverse=down) + [row for row in rows if key(row) is None]


def _all(rows: Any) -> Iterable[Any]:
    return rows.iterator(chunk_size=2000) if isinstance(rows, QuerySet) else rows


def _cell(column: Column, row: Any) -> Cell:
    value, currency = column.value(row), "CNY"
    if column.kind == "money" and isinstance(value, tuple):
        value, currency = value
    href = column.href(row) if column.href else ""
    return Cell(value, column.kind, href, column.right, column.phone, currency, column.panel)


def _plain(cell: Cell) -> Any:
    """A cell for a file: money exact in major units, times of the house, numbers as numbers, the rest as text."""
    if cell.value is None:
        return ""
    if cell.kind == "money":
        return Decimal(cell.value).scaleb(-exponent(cell.currency))
    if cell.kind == "time":
        return f"{timezone.localtime(cell.value):%Y-%m-%d %H:%M:%S}"
    if isinstance(cell.value, int | float | Decimal) or hasattr(cell.value, "year"):
        return cell.value
    return str(cell.value)
