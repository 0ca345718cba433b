"""Trust grades: the list of everybody, one distributor's with its parts and how to raise it."""

from collections import Counter
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from gongying.books.parties import read as parties
from gongying.core.actor import Actor
from gongying.core.jobs import queue
from gongying.core.ui import badges, charts, links
from gongying.core.ui.pages import Request, page
from gongying.core.ui.tables import Column, Filter, Table
from gongying.core.ui.templatetags.ui import money, num
from gongying.core.words import is_chinese, pick
from gongying.engines.trust import GRADES

from .. import queries
from ..rules import place_of
from .selling import own_party

PART_NAMES = {
    "completeness": _("Completeness"),
    "timeliness": _("Timeliness"),
    "identity": _("Counts and books agree"),
    "spot": _("Spot counts"),
    "receipts": _("Sold only what was received"),
    "jumps": _("No impossible jumps"),
}
PART_MEANS = {
    "completeness": _("Every product that must be there is counted every period; every month has its sales, and each says to whom."),
    "timeliness": _("Declarations come by their day, sales within the days that are asked for."),
    "identity": _("Opening + received − sold ± adjustments is what was counted; what differs has a reason."),
    "spot": _("What somebody else counts is what was declared."),
    "receipts": _("Nobody sells more than he had."),
    "jumps": _("No product suddenly sells many times what it usually does."),
}  # fmt: skip
HOW = {
    "completeness": _("Count every line, also the zeros, and name the shop or customer of each sale."),
    "timeliness": _("Report sales in the week they are made; count on the last evening and hand in by the day that is asked."),
    "identity": _("Enter breakage, samples and gifts as adjustments with their reason; explain open differences."),
    "spot": _("Answer spot counts with photographs by their day; correct a declaration before it is checked."),
    "receipts": _("Count again what is sold without being there, and report goods you received from others."),
    "jumps": _("Check the lines of the products that jumped: a quantity in pieces instead of cases is the usual cause."),
}  # fmt: skip
SEEN = {
    "products_counted": _("products counted of those that had to be"),
    "periods_due": _("periods that were due"),
    "months_reported": _("months with sales, of those with goods"),
    "lines_named": _("sales that say to whom"),
    "declarations_late": _("declarations late or missing"),
    "lines_late": _("sales entered late"),
    "units_apart": _("pieces that differ, of those to account for"),
    "products_jumped": _("products that jumped"),
    "units_beyond": _("pieces beyond the usual, of those sold"),
    "units_bare": _("pieces sold that were not there, of those sold"),
    "spot_counts": _("spot counts made"),
    "worth_apart": _("worth that differs in spot counts"),
}
FEED_NAMES = {"stock": _("Stock declarations"), "sales": _("Reported sales")}
HINT_NAMES = {"first": _("First digits of amounts"), "last": _("Last digits of quantities")}


def _href(kind: str, key: str) -> str:
    """The page behind a row of a part."""
    if kind == "declaration" and key.isdecimal():
        return reverse("channel:declaration", args=[int(key)])
    if kind == "sample" and key.isdecimal():
        return reverse("channel:sample", args=[int(key)])
    if kind == "product":
        return reverse("channel:sales") + f"?q={key}"
    return ""


def _parts(found: list[queries.PartView], currency: str) -> list[dict[str, Any]]:
    """The parts of a grade in words, the weakest first where one may gain most."""

    def shown(name: str, value: int) -> str:
        return money(value, currency) if name == "worth_apart" else num(value)

    told = []
    for part in found:
        rows = [row.split("|", 2) for row in part.rows]
        gain = None if part.score is None else part.weight * (100 - part.score)
        told.append(
            {
                "code": part.code,
                "name": PART_NAMES.get(part.code, part.code),
                "means": PART_MEANS.get(part.code, ""),
                "how": HOW.get(part.code, "") if part.score is None or part.score < 90 else "",
                "weight": part.weight,
                "score": part.score,
                "share": None if part.score is None else part.score / 100,
                "points": part.points,
                "seen": [(SEEN.get(name, name), shown(name, value), None if of is None else shown(name, of)) for name, value, of in part.seen],
                "rows": [(label, _href(kind, key)) for kind, key, label in rows],
                "gain": gain,
            }
        )  # fmt: skip
    return told


def _list(rows: list[Any], feeds: dict[tuple[int, str], str], months: list[str]) -> Table:
    def of(feed: str) -> Any:
        return lambda r: feeds.get((r.party_id, feed)) or None

    return Table(
        "trust",
        [
            Column("code", _("Code"), lambda r: r.party.code, sort=lambda r: r.party.code, phone=False),
            Column("name", _("Distributor"), lambda r: pick(r.party.name, r.party.name_en), sort=lambda r: r.party.code, href=lambda r: reverse("channel:trust_of", args=[r.party_id])),
            Column("region", _("Region"), lambda r: pick(r.party.region.name, r.party.region.name_en) if r.party.region else "", sort=lambda r: r.party.region.code if r.party.region else "", phone=False),
            Column("grade", _("Grade"), lambda r: r.grade or None, sort=lambda r: r.grade or "Z"),
            Column("score", _("Score"), lambda r: r.score, "num", lambda r: r.score),
            Column("stock", _("Stock declarations"), of("stock"), sort=of("stock"), phone=False),
            Column("sales", _("Reported sales"), of("sales"), sort=of("sales"), phone=False),
            Column("covered", _("Could be judged"), lambda r: r.covered, "percent", lambda r: r.covered, phone=False),
            Column("hint", _("Taken off by digits"), lambda r: f"{r.hint}" if r.hint else None, sort=lambda r: r.hint, phone=False),
            Column("month", _("Month"), lambda r: r.month, sort=lambda r: r.month, phone=False),
        ],
        sort="-grade",
        search=lambda rows, q: [r for r in rows if q.lower() in f"{r.party.code} {r.party.name} {r.party.name_en} {r.party.initials}".lower()],
        filters=[
            Filter("month", _("Month"), [(each, each) for each in months], lambda rows, value: rows),
            Filter("grade", _("Grade"), [*((each, each) for each in GRADES), ("none", _("no grade"))], lambda rows, value: [r for r in rows if (r.grade or "none") == value]),
        ],
        views=[(_("D and worse"), "grade=D"), (_("No grade"), "grade=none")],
        empty=_("No month was graded yet. Grade the newest one above."),
    )  # fmt: skip


@page(needs="channel.view")
def trust(request: Request) -> HttpResponse:
    """Everybody's grade of a month; a distributor's people see their own. POST grades a month in the background."""
    actor, today = request.actor, timezone.localdate()
    own = own_party(actor)
    if own is not None:
        return redirect("channel:trust_of", party_id=own)
    newest = queries.newest_month(today)
    if request.method == "POST":
        return _grade(request, actor, newest)
    months = queries.months(actor)
    month = request.GET.get("month", "")
    month = month if month in months else next(iter(months), newest)
    rows = list(queries.grades(actor).filter(month=month))
    feeds = {
        (each.party_id, feed): each.grade
        for feed in FEED_NAMES
        for each in queries.grades(actor, feed).filter(month=month)
    }
    counts = Counter(row.grade for row in rows)
    steps = [(grade, counts[grade], place_of(grade)) for grade in GRADES]
    context = {
        "tab": "trust",
        "month": month,
        "newest": newest,
        "steps": steps,
        "none": counts[""],
        "of": len(rows),
        "chart": charts.columns(
            [charts.Bar(grade, count) for grade, count, _tone in steps],
            title=str(_("Distributors by grade")),
            chinese=is_chinese(),
        ),
    }
    return _list(rows, feeds, months).respond(request, rows, "channel/trust.html", context)


def _grade(request: Request, actor: Actor, month: str) -> HttpResponse:
    """Grade the newest month of everybody in scope, as background work."""
    if not actor.can("channel.grade"):
        messages.error(request, say("Only head office grades."))
        return redirect("channel:trust")
    title = f"{say('Trust grades of a month')} {month}"
    queue.start(actor, "channel.grade_month", title=title, link="/channel/trust/", month=month)
    messages.success(request, say("The month is being graded; the list fills while you wait."))
    return redirect("channel:trust")


@page(needs="channel.view")
def trust_of(request: Request, party_id: int) -> HttpResponse:
    """One distributor's grade: every part with its weight, what was seen and in which rows, and how to raise it."""
    actor, today = request.actor, timezone.localdate()
    party = parties.party(actor, party_id)
    found = queries.trust(actor, party_id=party.pk, on=today)
    kept = list(queries.grades(actor).filter(party_id=party.pk)[:12])
    weights, _digest = queries.trust_rules(party.pk, today)
    parts = _parts(found.parts, party.currency)
    chart = None
    if len(kept) > 1:
        bars = [
            charts.Bar(row.month[5:], float(row.score or 0), None, f"{row.month} {row.grade}")
            for row in reversed(kept)
        ]
        chart = charts.columns(bars, title=str(_("Score by month")), chinese=is_chinese())
    context = {
        "party": party,
        "trust": found,
        "tone": place_of(found.grade),
        "parts": parts,
        "raise": sorted((part for part in parts if part["how"]), key=lambda part: -(part["gain"] or Decimal(1)))[
            :3
        ],
        "feeds": [(FEED_NAMES[code], grade, place_of(grade)) for code, grade in found.feeds.items()],
        "history": [(row, place_of(row.grade)) for row in kept],
        "chart": chart,
        "cut_offs": list(zip(GRADES, weights.cut_offs, strict=False)),
        "kept": bool(kept),
        "portal": own_party(actor) is not None,
        "may_grade": actor.can("channel.grade"),
        "digit_points": weights.digit_points,
    }
    return render(request, "channel/trust_of.html", context)


def badge(actor: Actor, party_id: Any) -> badges.Badge | None:
    """The newest kept grade beside a distributor, wherever he is shown."""
    if not actor.can("channel.view"):
        return None
    row = queries.kept(actor, int(party_id), timezone.localdate())
    if row is None or not row.grade:
        return None
    note = say("How far the figures he reports may be believed: grade %(grade)s of %(month)s.") % {
        "grade": row.grade,
        "month": row.month,
    }
    text = say("Trust %(grade)s") % {"grade": row.grade}
    return badges.Badge(text, place_of(row.grade), links.to("trust", row.party_id), note, "shield")
