"""Small charts drawn on the server: nothing to load, printable, themed by the style sheet, as wide as there is room.

The plot is an SVG of 100 × 100 that stretches; its words stand beside it in HTML, so that they keep their size on a phone.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, log10

from django.utils.safestring import SafeString, mark_safe

DENSE = 8  # more labels than this: a phone shows every other one


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
    """Bars beside their targets."""
    marks = ticks(max([b.value for b in bars] + [b.target or 0 for b in bars] + [0]))
    wide = 100 / max(1, len(bars))
    drawn, labels = [], []
    for place, bar in enumerate(bars):
        x = wide * (place + 0.16)
        own = wide * (0.33 if bar.target is not None else 0.68)
        if bar.target is not None:
            drawn.append(_box("t", x, bar.target / marks[-1] * 100, own, bar.note or bar.label))
            x += own + wide * 0.03
        tone = "b" if bar.value >= 0 else "r"
        drawn.append(_box(tone, x, max(0.0, bar.value) / marks[-1] * 100, own, bar.note or bar.label))
        if len(bars) <= 14 or place % 2 == 0:
            labels.append((wide * (place + 0.5), bar.label))
    return _chart(drawn, marks, labels, title, chinese, middle=True)


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
    path = " ".join(f"{x / right * 100:.2f},{100 - y / marks[-1] * 100:.2f}" for x, y in points)
    drawn = [f'<polygon class="area" points="0,100 {path} 100,100"/>']
    drawn += [_upright("cliff", x / right * 100) for x in cliffs if x <= right]
    word = ""
    if now is not None and now <= right:
        here = now / right * 100
        drawn.append(_upright("now", here))
        side = f"right:{100 - here:.2f}%;padding-right:6px" if here > 50 else f"left:{here:.2f}%;padding-left:6px"
        word = f'<span class="here" style="{side}">{escape(note)}</span>' if note else ""
    drawn.append(f'<polyline class="c" points="{path}"/>')
    labels = [(x / right * 100, short(x, chinese)) for x in ticks(right) if x <= right]
    return _chart(drawn, marks, labels, title, chinese, word=word)


def _upright(css: str, x: float) -> str:
    return f'<line class="{css}" x1="{x:.2f}" x2="{x:.2f}" y1="0" y2="100"/>'


def _box(css: str, x: float, height: float, width: float, note: str) -> str:
    place = f'x="{x:.2f}" y="{100 - height:.2f}" width="{width:.2f}" height="{height:.2f}"'
    return f'<rect class="{css}" {place}><title>{escape(note)}</title></rect>'


def _chart(
    drawn: Iterable[str],
    marks: Sequence[float],
    labels: Sequence[tuple[float, str]],
    title: str,
    chinese: bool,
    *,
    middle: bool = False,
    word: str = "",
) -> SafeString:
    """The scale, the plot with its grid, and the axis; `middle` centres the first and the last label too."""
    up = [(mark / marks[-1] * 100, short(mark, chinese)) for mark in marks]
    scale = "".join(f'<span style="bottom:{y:.2f}%">{text}</span>' for y, text in up)
    grid = "".join(f'<line class="grid" x1="0" x2="100" y1="{100 - y:.2f}" y2="{100 - y:.2f}"/>' for y, _text in up)
    css = ' class="mid"' if middle else ""
    axis = "".join(f'<span{css} style="left:{x:.2f}%">{escape(text)}</span>' for x, text in labels)
    dense = " dense" if len(labels) > DENSE else ""
    plot = f'<svg class="plot" viewBox="0 0 100 100" preserveAspectRatio="none">{grid}{"".join(drawn)}</svg>'
    return mark_safe(  # noqa: S308 # nosec - every text in it is escaped
        f'<figure class="chart{dense}" role="img" aria-label="{escape(title)}"><div class="scale">{scale}</div>'
        f'<div class="field">{plot}{word}</div><div class="axis">{axis}</div></figure>'
    )
