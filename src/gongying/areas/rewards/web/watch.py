"""The watch list: who is close to the next tier, who will miss the one he held, and when nobody should be asked to buy more."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from gongying.books.parties import read as parties
from gongying.core.ui import links, nav
from gongying.core.ui.pages import Request, page
from gongying.core.ui.tables import Column, Filter, Table
from gongying.core.ui.templatetags.ui import money, num, percent

from ..queries import base_text, watch
from ..queries.accrual_words import pace_said
from ..queries.pacing import documents
from ..queries.steps import Said
from ..rules import Programme

KINDS = (("close", _("close to a tier")), ("missing", _("falls behind")))
ADVICE = (("nudge", _("tell him")), ("stocked", _("stock is high: do not push")), ("talk", _("talk to him")))


def advice(row: watch.Watched) -> str:
    """What to do: tell whoever is close and sells on; talk to whoever falls behind; push nobody whose stock is high (C008)."""
    if row.stocked:
        return "stocked"
    return "nudge" if row.kind == "close" else "talk"


def _table(rows: Sequence[watch.Watched], today: date) -> Table:
    held = documents(today)

    def base(row: watch.Watched, value: int | None) -> str:
        return "–" if value is None else base_text(held[row.programme], value)

    programmes = sorted({(row.programme, row.title) for row in rows})
    regions = [(code, name) for code, name in parties.region_choices()]
    return Table(
        "watch",
        [
            Column("code", _("Code"), lambda r: r.code, sort=lambda r: r.code, phone=False),
            Column("name", _("Distributor"), lambda r: r.name, sort=lambda r: r.name, href=lambda r: links.to("party", r.party_id)),
            Column("programme", _("Programme"), lambda r: f"{r.title} {r.period}", sort=lambda r: r.title, phone=False),
            Column("kind", _("Why"), lambda r: dict(KINDS)[r.kind], sort=lambda r: r.kind, phone=False),
            Column("share", _("Of the next tier"), lambda r: r.share, "bar", lambda r: r.share, phone=False),
            Column("gap", _("Still missing"), lambda r: base(r, r.gap if r.kind == "close" else r.short), sort=lambda r: (r.gap if r.kind == "close" else r.short) or 0, href=_panel, panel=True),
            Column("gain", _("Would bring"), lambda r: (r.gain_minor, r.currency) if r.gain_minor is not None else None, "money", lambda r: r.gain_minor),
            Column("advice", _("What to do"), lambda r: str(dict(ADVICE)[advice(r)]), sort=advice),
            Column("days", _("Days left"), lambda r: r.days_left, "num", lambda r: r.days_left, phone=False),
            Column("cover", _("Stock lasts days"), lambda r: None if r.cover is None else int(r.cover), "num", lambda r: r.cover, phone=False),
        ],
        sort="-gain",
        search=lambda found, q: [row for row in found if q.lower() in f"{row.code} {row.name}".lower()],
        filters=[
            Filter("kind", _("Why"), KINDS, lambda found, v: [row for row in found if row.kind == v]),
            Filter("programme", _("Programme"), programmes, lambda found, v: [row for row in found if row.programme == v]),
            Filter("region", _("Region"), regions, _in_region),
            Filter("advice", _("What to do"), ADVICE, lambda found, v: [row for row in found if advice(row) == v]),
        ],
        views=[(_("To tell"), "advice=nudge"), (_("About to miss"), "kind=missing"), (_("Stock is high"), "advice=stocked")],
        key=lambda row: f"{row.programme}/{row.party_id}",
        empty=_("Nobody is close to a tier or about to miss one."),
    )  # fmt: skip


def _panel(row: watch.Watched) -> str:
    return reverse("rewards:watched", args=[row.programme, row.party_id])


def _in_region(rows: Sequence[watch.Watched], code: str) -> list[watch.Watched]:
    inside = parties.in_regions([code])
    return [row for row in rows if row.party_id in inside]


@page(needs="rewards.watch")
def watching(request: Request) -> HttpResponse:
    """The watch list of today, of what the actor sees."""
    today = timezone.localdate()
    rows = watch.watched(request.actor, today)
    close = [row for row in rows if row.kind == "close"]
    context = {
        "today": today,
        "close": len(close),
        "nudge": sum(row.nudge for row in rows),
        "missing": sum(row.kind == "missing" for row in rows),
        "stocked": sum(row.stocked for row in rows),
    }
    return _table(rows, today).respond(request, rows, "rewards/watch.html", context)


@page(needs="rewards.watch")
def watched(request: Request, programme: str, party_id: int) -> HttpResponse:
    """One distributor in a running programme: where he stands, where he ends at his pace, what is missing, what it brings."""
    today = timezone.localdate()
    row = watch.watched_one(request.actor, today, programme, party_id)
    document = documents(today)[programme]
    context = {"w": row, "view": {"words": list(told(row, document))}, "advice": dict(ADVICE)[advice(row)]}
    context |= {"why": dict(KINDS).get(row.kind, "")}
    inside = "rewards/_watched.html" if request.headers.get("X-Panel") else "rewards/watched.html"
    return render(request, inside, context)


def told(row: watch.Watched, document: Programme) -> list[Said]:
    """The figures of the watch list with their formulas."""
    pace: dict[str, Any] = {
        "by": row.pace.by,
        "passed": str(row.pace.passed),
        "rest": row.pace.rest,
        "season": row.season,
    }
    found = list(pace_said(document, row.base, pace))
    found.append(
        Said("final", say("At this pace"), say("base + still to come"), "", base_text(document, row.final))
    )
    if row.next_start is not None and row.gap is not None:
        reading = f"{base_text(document, row.base)} ÷ {base_text(document, row.next_start)}"
        found.append(Said("share", say("Of the next tier"), say("base ÷ start of the next tier"), reading, percent(row.share, 1)))  # fmt: skip
        found.append(
            Said(
                "gap", say("Still missing"), say("start of the next tier − base"), "", base_text(document, row.gap)
            )
        )
        found.append(Said("gain", say("Would bring"), say("rebate at the start of the next tier − rebate now"), "", money(row.gain_minor, row.currency)))  # fmt: skip
    if row.before is not None and row.before_start is not None:
        place = say("tier %(place)s of %(count)s") % {"place": row.before + 1, "count": row.tiers}
        found.append(Said("before", say("Tier held before"), say("tier of the period before"), place, base_text(document, row.before_start)))  # fmt: skip
        if row.short is not None:
            found.append(Said("short", say("Short of it at this pace"), say("start of that tier − base at this pace"), "", base_text(document, row.short)))  # fmt: skip
    found.append(_cover(row))
    return found


def _cover(row: watch.Watched) -> Said:
    formula = say("declared stock ÷ what was issued in 90 days × 90")
    if row.cover is None:
        return Said("cover", say("Stock lasts"), formula, say("no stock is declared"), "–")
    note = say("Stock is high: more purchases would only fill the warehouse.") if row.stocked else ""
    return Said(
        "cover", say("Stock lasts"), formula, note, say("%(count)s days") % {"count": num(Decimal(row.cover))}
    )


paths = [
    path("watch/", watching, name="watch"),
    path("watch/<str:programme>/<int:party_id>/", watched, name="watched"),
]
nav.register(
    nav.NavItem(
        _("Watch list"),
        "/rewards/watch/",
        "rewards.watch",
        32,
        "rewards",
        "target",
        portal=False,
        under="/rewards/programmes/",
    )
)
