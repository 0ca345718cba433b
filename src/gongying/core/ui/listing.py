"""Lists: a page of rows, and the same rows as a file."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse

from gongying.core.documents.sheet import csv_text, xlsx

MOST_ROWS = 100_000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def page_of(request: HttpRequest, rows: Any, size: int = 50) -> Page[Any]:
    """The page asked for by ?page=; out of range gives the nearest."""
    return Paginator(rows, size).get_page(request.GET.get("page"))


def export(
    request: HttpRequest, name: str, head: Sequence[Any], rows: Iterable[Sequence[Any]]
) -> HttpResponse | None:
    """The answer to ?export=xlsx or csv, at most 100,000 rows; None when no file was asked for."""
    shape = request.GET.get("export")
    if shape not in ("csv", "xlsx"):
        return None
    kept = [row for _number, row in zip(range(MOST_ROWS), rows, strict=False)]
    titles = [str(title) for title in head]
    if shape == "csv":
        return attachment(("\ufeff" + csv_text(titles, kept)).encode(), f"{name}.csv", "text/csv; charset=utf-8")
    return attachment(xlsx(name, titles, kept), f"{name}.xlsx", XLSX)


def attachment(data: bytes, name: str, content_type: str) -> HttpResponse:
    """A file to be saved."""
    response = HttpResponse(data, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
