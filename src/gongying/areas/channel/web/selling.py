"""Sales: the form for a few lines, and what was reported."""

from datetime import date, timedelta
from secrets import token_hex
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from gongying.books.goods import read as goods
from gongying.books.parties import read as parties
from gongying.core import calendar
from gongying.core.actor import Actor
from gongying.core.doors import PORTAL, call
from gongying.core.refusal import Missing
from gongying.core.ui import links
from gongying.core.ui.pages import Request, page
from gongying.core.ui.tables import Column, Filter, Table
from gongying.core.words import pick

from .. import actions, queries

ROWS = 3  # of an empty form
MOST_ROWS = 60
FIELDS = ("product", "quantity", "pack", "amount")
LEVELS = (("sell_out", _("Sell-out")), ("sell_through", _("Sell-through")))


def own_party(actor: Actor) -> int | None:
    """The one company a distributor's people belong to."""
    if actor.role in PORTAL and actor.parties is not None and len(actor.parties) == 1:
        return next(iter(actor.parties))
    return None


def _party(request: Request) -> Any:
    """The distributor whose sales are reported: one's own, or the one that was chosen."""
    given = request.POST.get("party") or request.GET.get("party") or ""
    own = own_party(request.actor)
    if own is None and not given.isdecimal():
        return None
    return parties.party(request.actor, own if own is not None else int(given))


def product_choices() -> list[tuple[str, str]]:
    """(code, name) of the products that are sold."""
    return [(p.code, pick(p.name, p.name_en)) for p in goods.products().filter(active=True)]


def code_of(text: str, choices: list[tuple[str, str]]) -> str:
    """The product that was typed: its code, "code name", or its whole name."""
    wanted = text.strip()
    for code, name in choices:
        if wanted.lower() in (code.lower(), f"{code} {name}".lower(), name.lower()):
            return code
    return wanted


@page(needs="channel.report")
def sell(request: Request) -> HttpResponse:
    """Report a few sales, made for a phone; a report is known by the number it was begun with, however often it is sent."""
    actor, today = request.actor, timezone.localdate()
    party, choices = _party(request), product_choices()
    given: dict[str, Any] = {
        "on": f"{today}", "outlet": "", "place": "", "document": "", "level": "sell_out", "rows": [{}] * ROWS,
        "client_id": f"{timezone.localtime():%Y-%m-%dT%H:%M:%S}-{token_hex(3)}",
    }  # fmt: skip
    faults: list[Any] = []
    if request.method == "POST" and party is not None:
        given = _typed(request)
        done = _report(actor, party.pk, given, choices)
        if done.taken:
            said = {"new": done.created, "changed": done.corrected, "same": done.unchanged}
            messages.success(
                request, say("Reported: %(new)s new, %(changed)s corrected, %(same)s unchanged.") % said
            )
            return redirect("channel:mine" if own_party(actor) is not None else "channel:sales")
        faults = done.faults
    packs = goods.packs(p.pk for p in goods.products()[:2000])
    context = {
        "party": party,
        "given": given,
        "faults": faults,
        "products": choices,
        "outlets": queries.outlets(actor, party.pk, today) if party else [],
        "places": parties.region_choices(),
        "packs": sorted({code for held in packs.values() for code in held}),
        "levels": LEVELS,
        "today": today,
        "yesterday": today - timedelta(days=1),
        "distributors": [] if own_party(actor) else parties.parties(actor),
        "portal": actor.role in PORTAL,
    }
    return render(request, "channel/sell.html", context, status=409 if faults else 200)


def _typed(request: Request) -> dict[str, Any]:
    """What was typed, row by row; empty rows are left out."""
    columns = [request.POST.getlist(name)[:MOST_ROWS] for name in FIELDS]
    rows = [dict(zip(FIELDS, cells, strict=True)) for cells in zip(*columns, strict=False)]
    names = ("on", "outlet", "place", "document", "level", "client_id")
    given: dict[str, Any] = {name: request.POST.get(name, "").strip() for name in names}
    given["rows"] = [row for row in rows if any(row[name].strip() for name in ("product", "quantity", "amount"))]
    return given


def _report(actor: Actor, party_id: int, given: dict[str, Any], choices: list[tuple[str, str]]) -> actions.Reported:
    lines = [
        {
            "product": code_of(row["product"], choices),
            "quantity": row["quantity"],
            "pack": row["pack"],
            "amount": row["amount"],
            "on": given["on"],
            "document": given["document"],
            "outlet": given["outlet"],
            "place": given["place"],
        }
        for row in given["rows"]
    ]
    inputs = {"party_id": party_id, "lines": lines, "client_id": given["client_id"]}
    level = given["level"] if given["level"] in dict(LEVELS) else "sell_out"
    done: actions.Reported = call("channel.report", actor, inputs | {"level": level})
    return done


def _sales(portal: bool, months: list[str], levels: tuple[tuple[str, Any], ...]) -> Table:
    whose = [Column("party", _("Distributor"), lambda r: pick(r.party.name, r.party.name_en), sort="party__code", href=lambda r: links.to("party", r.party_id))]  # fmt: skip
    return Table(
        "sales",
        [
            Column("date", _("Date"), lambda r: r.business_date, "date", "business_date"),
            *([] if portal else whose),
            Column("document", _("Document"), lambda r: r.document, sort="document", phone=False),
            Column("product", _("Product"), lambda r: pick(r.product.name, r.product.name_en), sort="product__code"),
            Column("quantity", _("Quantity"), lambda r: r.quantity, "num", "quantity"),
            Column("amount", _("Amount"), lambda r: (r.net_minor, r.currency), "money", "net_minor", phone=False),
            Column("outlet", _("Sold to"), lambda r: r.counterparty, sort="counterparty", phone=False),
            Column("place", _("Place"), lambda r: r.place, sort="place", phone=False),
            Column("entered", _("Entered"), lambda r: r.posted_at, "time", "posted_at", phone=False),
            Column("way", _("Came by"), lambda r: say("file") if r.batch_id else say("form or program"), phone=False),
        ],
        sort="-date",
        search=lambda rows, q: rows.filter(document__icontains=q) | rows.filter(counterparty__icontains=q),
        filters=[
            Filter("level", _("Level of sales"), levels, lambda rows, value: rows),
            Filter("month", _("Month"), [(each, each) for each in months], _in_month),
            Filter("way", _("Came by"), [("file", _("file")), ("form", _("form or program"))], lambda rows, value: rows.filter(batch_id__isnull=value == "form")),
            Filter("outlet", _("Sold to"), [("none", _("nobody named"))], lambda rows, value: rows.filter(counterparty="")),
        ],
        views=[(_("Sold to nobody named"), "outlet=none")],
        empty=_("No sales were reported in the last twelve months. Report a few lines by the form, or many as a file under Imports."),
    )  # fmt: skip


def _in_month(rows: Any, month: str) -> Any:
    span = calendar.period(month)
    return rows.filter(business_date__gte=span.start, business_date__lt=span.end)


@page(needs="channel.view")
def sales(request: Request) -> HttpResponse:
    """What was reported in the last twelve months, whichever way it came."""
    actor, today = request.actor, timezone.localdate()
    level = request.GET.get("level", "")
    level = level if level in dict(LEVELS) else "sell_out"
    rows = queries.sales(actor, level, today - timedelta(days=365), today + timedelta(days=1))
    given = request.GET.get("party", "")
    if given:
        if not given.isdecimal():
            raise Missing("no such distributor")
        rows = rows.filter(party_id=parties.party(actor, int(given)).pk)
    months, day = [], today
    for _place in range(12):
        months.append(f"{day:%Y-%m}")
        day = date(day.year, day.month, 1) - timedelta(days=1)
    portal = own_party(actor) is not None
    return _sales(portal, months, LEVELS).respond(
        request, rows, "channel/sales.html", {"portal": portal, "tab": "sales"}
    )
