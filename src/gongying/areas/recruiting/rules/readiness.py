"""Can an applicant hand over sales data? His own file answers: its columns, its dates, how far back and how often.

    points = columns (30) + readable rows (25) + history (25) + rhythm (20), each in proportion, rounded half up; A from 85,
    B from 70, C from 50, D from 30, else E

Columns: a day, a product and a quantity are needed (20), a customer and an amount help (5 each). History counts full up to the
months the rules ask for, rhythm by the median gap between two days on which something was sold: a week or less 20, a month 12,
a quarter 5. These points are the house's own.

>>> seen = Sample(rows=100, good=100, columns=("day", "product", "quantity"), days=tuple(date(2026, 1, 1 + n) for n in range(28)))
>>> judge(seen, months=12).grade, [(part.code, part.points) for part in judge(seen, months=12).parts]
('C', [('columns', 20), ('rows', 25), ('history', 2), ('rhythm', 20)])
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from gongying.core.intake.columns import find_header, frame_of
from gongying.core.intake.fields import Field
from gongying.core.intake.reading import Work

FIELDS = (
    Field("day", "date", ("日期", "销售日期", "单据日期", "date", "day", "invoice date"), required=True),
    Field("product", "text", ("商品", "商品名称", "品名", "产品", "货号", "product", "item", "sku", "product code"), required=True),
    Field("quantity", "rate", ("数量", "销售数量", "quantity", "qty", "pieces"), required=True),
    Field("customer", "text", ("客户", "客户名称", "购货单位", "门店", "customer", "client", "outlet", "shop")),
    Field("amount", "amount", ("金额", "销售额", "价税合计", "amount", "value", "sales", "total")),
    Field("document", "text", ("单号", "单据号", "单据编号", "document", "invoice", "document number")),
)  # fmt: skip
NEEDED, HELPFUL = ("day", "product", "quantity"), ("customer", "amount")
GRADES = ((85, "A"), (70, "B"), (50, "C"), (30, "D"))
PARTS: dict[str, Any] = {
    "columns": _("columns"), "rows": _("readable rows"), "history": _("months of history"), "rhythm": _("how often"),
}  # fmt: skip
MOST_DAYS = 4000


@dataclass(frozen=True)
class Sample:
    """What a file holds: its rows, those that can be read, the columns that were found, the days on which something was sold."""

    rows: int
    good: int
    columns: tuple[str, ...]
    days: tuple[date, ...]


@dataclass(frozen=True)
class Part:
    """A part of the points: its code, what it got of how much, and the figure behind it."""

    code: str
    points: int
    most: int
    figure: str


@dataclass(frozen=True)
class Readiness:
    """The grade A to E, the points it stands for, their parts, the columns that lack, first and last day of the file."""

    grade: str
    points: int
    parts: tuple[Part, ...]
    lacking: tuple[str, ...]
    first: date | None
    last: date | None


def sample(head: list[list[Any]]) -> tuple[int, Work]:
    """How a file is looked at, for the reader that works through it: rows of the header, and the work on each chunk."""
    skipped, _titles, places = find_header(head, FIELDS)
    readable = [field for field in FIELDS if field.name in places]

    def work(first: int, rows: list[list[Any]]) -> Sample:
        """One chunk: how many rows, how many can be read, on which days."""
        filled = [row for row in rows if any(str(cell if cell is not None else "").strip() for cell in row)]
        if not set(NEEDED) <= places.keys():
            return Sample(len(filled), 0, tuple(places), ())
        frame = frame_of(readable, places, first, filled)
        days = sorted(set(frame.values["day"]))
        return Sample(len(filled), len(frame), tuple(places), tuple(days[:MOST_DAYS]))

    return skipped, work


def together(pieces: Sequence[Sample]) -> Sample:
    """The chunks of a file as one."""
    days = sorted({day for piece in pieces for day in piece.days})
    columns = pieces[0].columns if pieces else ()
    return Sample(sum(p.rows for p in pieces), sum(p.good for p in pieces), columns, tuple(days))


def judge(seen: Sample, *, months: int = 12) -> Readiness:
    """The grade of a file; `months` of history are full marks."""
    lacking = tuple(name for name in (*NEEDED, *HELPFUL) if name not in seen.columns)
    columns = (20 if not set(NEEDED) & set(lacking) else 0) + 5 * sum(name in seen.columns for name in HELPFUL)
    readable = Decimal(seen.good) / seen.rows if seen.rows else Decimal(0)
    first, last = (seen.days[0], seen.days[-1]) if seen.days else (None, None)
    span = (last - first).days + 1 if first and last else 0
    history = min(Decimal(1), Decimal(span) / Decimal("30.4375") / max(1, months))
    gap = _median([(b - a).days for a, b in zip(seen.days, seen.days[1:], strict=False)])
    rhythm = 0 if gap is None else 20 if gap <= 7 else 12 if gap <= 31 else 5 if gap <= 92 else 0
    parts = (
        Part("columns", columns, 30, str(len(seen.columns))),
        Part("rows", _points(readable, 25), 25, f"{seen.good}/{seen.rows}"),
        Part("history", _points(history, 25), 25, str(_points(Decimal(span) / Decimal("30.4375"), 1))),
        Part("rhythm", rhythm, 20, "" if gap is None else str(gap)),
    )
    points = sum(part.points for part in parts)
    grade = next((grade for least, grade in GRADES if points >= least), "E")
    if set(NEEDED) & set(lacking):
        grade = "E"  # without day, product and quantity nothing else helps
    return Readiness(grade, points, parts, lacking, first, last)


def _points(share: Decimal, most: int) -> int:
    return int((share * most).to_integral_value(ROUND_HALF_UP))


def _median(values: list[int]) -> int | None:
    return sorted(values)[len(values) // 2] if values else None
