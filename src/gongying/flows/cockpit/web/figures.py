"""How a figure comes about: formula, window, freshness, its parts, and from each part on to the lines behind it."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from gongying.books.metrics import read as metrics
from gongying.books.parties import read as parties
from gongying.core import calendar
from gongying.core.actor import Actor
from gongying.core.refusal import Missing
from gongying.core.ui.pages import Request, page
from gongying.core.words import pick

from .. import queries
from ..queries.overview import names

GRAINS = (
    ("region", _("Region")),
    ("category", _("Product group")),
    ("month", _("Month")),
    ("party", _("Distributor")),
)
NARROWING = ("party", "region", "province", "category", "currency")


@dataclass(frozen=True)
class Asked:
    """A question about a figure: business dates `start` to `last` (inclusive), the grain, what it is narrowed to."""

    metric: metrics.Metric
    start: date
    last: date
    grain: str
    where: dict[str, str]

    def address(self, **change: Any) -> str:
        """The page of this question with something changed."""
        given = {"by": self.grain, "from": self.start, "to": self.last, **self.where, **change}
        return f"{reverse('cockpit:figure', args=[self.metric.code])}?{urlencode(given)}"


def _asked(request: Request, code: str, of: queries.Season) -> Asked:
    found = metrics.METRICS.get(code)
    if found is None:
        raise Missing(code)
    given = request.GET
    start, last = calendar.typed(given.get("from", "")), calendar.typed(given.get("to", ""))
    grain = given.get("by", "")
    allowed = [name for name, _label in GRAINS if name in found.by]
    where = {name: str(given[name]) for name in NARROWING if given.get(name)}
    if found.priced and "currency" not in where:
        where |= of.where
    return Asked(found, start or of.start, last or of.last_day, grain if grain in allowed else allowed[0], where)


@page(needs="cockpit.view")
def figure(request: Request, metric: str) -> HttpResponse:
    """A figure with its largest parts by a grain; each part leads on, in the end to the lines of a distributor."""
    actor, of = request.actor, queries.season(request.actor)
    asked = _asked(request, metric, of)
    end = asked.last + timedelta(days=1)
    given: dict[str, Any] = {"start": asked.start, "end": end, "where": asked.where, "on": of.moment}
    parts = metrics.figure(actor, metric, by=(asked.grain,), **given).as_dict()
    ordered = sorted(parts.items(), key=lambda pair: (pair[1] is None, -(pair[1] or 0)))
    named, ids = names(of), _ids(actor, asked)
    named |= {code: name for code, (_pk, name) in ids.items()}
    best = max((abs(v) for v in parts.values() if v is not None), default=0) or 1
    context = {
        "metric": asked.metric,
        "value": metrics.figure(actor, metric, **given).one,
        "parts": [
            (named.get(k, k) or "–", _deeper(asked, k, ids), v, abs(v or 0) / Decimal(best)) for k, v in ordered
        ],
        "grain": asked.grain,
        "grains": [(asked.address(by=code), code, label) for code, label in GRAINS if code in asked.metric.by],
        "start": asked.start,
        "last": asked.last,
        "at": of.moment.at,
        "currency": asked.where.get("currency", of.currency),
        "stamp": of.moment.stamp[0],
    }
    inside = "cockpit/_figure.html" if request.headers.get("X-Panel") else "cockpit/figure.html"
    return render(request, inside, context)


def _ids(actor: Actor, asked: Asked) -> dict[str, tuple[int, str]]:
    """The distributors a part may lead to, by code: id and name."""
    if asked.grain != "party" and "party" not in asked.where:
        return {}
    rows = parties.parties(actor)
    if asked.grain != "party":
        rows = rows.filter(code=asked.where["party"])
    return {p.code: (p.pk, pick(p.name, p.name_en)) for p in rows}


def _deeper(asked: Asked, key: str | None, ids: dict[str, tuple[int, str]]) -> str:
    """Where a part leads: to its distributors, and from a distributor to his lines; "" when there is nothing deeper."""
    if not key:
        return ""
    change: dict[str, Any] = {asked.grain: key}
    if asked.grain == "month":
        span = calendar.period(key)
        change = {"from": max(span.start, asked.start), "to": min(span.end - timedelta(days=1), asked.last)}
    party = key if asked.grain == "party" else asked.where.get("party", "")
    if party not in ids:
        return asked.address(**change, by="party") if "party" in asked.metric.by else ""
    narrowed = {"group": key if asked.grain == "category" else asked.where.get("category", "")}
    if asked.grain == "month" or calendar.month_of(asked.start) == calendar.month_of(asked.last):
        narrowed["month"] = f"{change.get('from', asked.start):%Y-%m}"
    query = urlencode({name: value for name, value in narrowed.items() if value})
    return f"{reverse('cockpit:lines', args=[ids[party][0]])}{'?' if query else ''}{query}"
