"""Small charts drawn on the server as SVG: nothing to load, printable, themed by the style sheet, readable as a table."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, log10

from django.utils.safestring import SafeString, mark_safe

WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 720, 250, 52, 26, 12


@dataclass(frozen=True)
class Bar:
    """One place on the axis: what was, what was asked for (None: nothing), in major units; `note` is its tooltip."""

    label: str
    value: float
    target: float | None = None
    note: str = ""


def ticks(top: float, count: int = 4) -> list[float]:
    """Round steps from 0 to at least `top`.

    >>> ticks(87)
    [0.0, 25.0, 50.0, 75.0, 100.0]
    """
    if top <= 0:
        return [0.0, 1.0]
    rough = top / count
    size = 10 ** floor(log10(rough))
    step = next(size * each for each in (1, 2, 2.5, 5, 10) if size * each >= rough)
    return [step * n for n in range(ceil(top / step) + 1)]


def short(value: float, chinese: bool) -> str:
    """A number for an axis: 350万 or 3.5M."""
    steps = ((1e8, "亿"), (1e4, "万")) if chinese else ((1e9, "B"), (1e6, "M"), (1e3, "K"))
    for size, unit in steps:
        if abs(value) >= size:
            return f"{value / size:g}{unit}"
    return f"{value:g}"


def columns(bars: Sequence[Bar], *, title: str, chinese: bool = True) -> SafeString:
    """Bars beside their targets, with the attainment as a line over them."""
    marks = ticks(max([b.value for b in bars] + [b.target or 0 for b in bars] + [0]))
    high, wide = HEIGHT - BOTTOM - TOP, (WIDTH - LEFT) / max(1, len(bars))
    out = [_grid(marks, chinese)]
    for place, bar in enumerate(bars):
        x = LEFT + wide * place + wide * 0.16
        own = wide * (0.33 if bar.target is not None else 0.68)
        if bar.target is not None:
            out.append(_box("t", x, bar.target / marks[-1] * high, own, f"{bar.label}"))
            x += own + 2
        tone = "b" if bar.value >= 0 else "r"
        out.append(_box(tone, x, max(0.0, bar.value) / marks[-1] * high, own, bar.note or bar.label))
        if len(bars) <= 14 or place % 2 == 0:
            out.append(
                f'<text x="{LEFT + wide * (place + 0.5):.1f}" y="{HEIGHT - 8}" text-anchor="middle">{escape(bar.label)}</text>'
            )
    return _svg("".join(out), title)


def ladder(
    points: Sequence[tuple[float, float]],
    *,
    title: str,
    cliffs: Sequence[float] = (),
    now: float | None = None,
    note: str = "",
    chinese: bool = True,
) -> SafeString:
    """A curve of payout against base; cliffs are dashed, and where somebody stands now, with a `note` at it."""
    right = max((x for x, _y in points), default=1) or 1
    marks = ticks(max((y for _x, y in points), default=1))
    high, wide = HEIGHT - BOTTOM - TOP, WIDTH - LEFT - 8

    def at(x: float, y: float) -> str:
        return f"{LEFT + x / right * wide:.1f},{HEIGHT - BOTTOM - y / marks[-1] * high:.1f}"

    path = " ".join(at(x, y) for x, y in points)
    out = [_grid(marks, chinese), f'<polygon class="area" points="{at(0, 0)} {path} {at(right, 0)}"/>']
    for x in cliffs:
        out.append(_line("cliff", LEFT + x / right * wide))
    if now is not None and now <= right:
        here = LEFT + now / right * wide
        side, gap = ("end", -6) if now > right / 2 else ("start", 6)
        out.append(_line("now", here))
        out.append(
            f'<text x="{here + gap:.1f}" y="{TOP + 10}" text-anchor="{side}">{escape(note)}</text>' if note else ""
        )
    out.append(f'<polyline class="c" points="{path}"/>')
    for x in ticks(right):
        if x <= right:
            out.append(
                f'<text x="{LEFT + x / right * wide:.1f}" y="{HEIGHT - 8}" text-anchor="middle">{short(x, chinese)}</text>'
            )
    return _svg("".join(out), title)


def _line(css: str, x: float) -> str:
    return f'<line class="{css}" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}"/>'


def _grid(marks: Sequence[float], chinese: bool) -> str:
    high = HEIGHT - BOTTOM - TOP
    out = []
    for mark in marks:
        y = HEIGHT - BOTTOM - mark / marks[-1] * high
        out.append(f'<line class="axis" x1="{LEFT}" x2="{WIDTH}" y1="{y:.1f}" y2="{y:.1f}"/>')
        out.append(f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{short(mark, chinese)}</text>')
    return "".join(out)


def _box(css: str, x: float, height: float, width: float, note: str) -> str:
    y = HEIGHT - BOTTOM - height
    return f'<rect class="{css}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" rx="2"><title>{escape(note)}</title></rect>'


def _svg(body: str, title: str) -> SafeString:
    head = f'<svg class="plot" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}">'
    return mark_safe(head + body + "</svg>")  # noqa: S308 # nosec - every text in it is escaped
