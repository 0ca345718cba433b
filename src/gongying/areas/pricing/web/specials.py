"""Special prices: ask, decide, follow what is used."""

from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from gongying.books.parties import read as parties
from gongying.core import calendar
from gongying.core.approvals import read as approvals
from gongying.core.files import shelf
from gongying.core.people.access import same
from gongying.core.refusal import Missing, Refused
from gongying.core.ui import links, typed
from gongying.core.ui.pages import Request, page
from gongying.core.ui.tables import Column, Filter, Table
from gongying.core.words import pick

from .. import actions, queries
from ..models import SpecialRequest
from .shared import minor_of, own

STATES = ("submitted", "approved", "rejected", "withdrawn", "ended")


def _table(portal: bool) -> Table:
    today = timezone.localdate()
    return Table(
        "specials",
        [
            Column("number", _("Number"), lambda r: r.number, sort="number", href=lambda r: links.to("special", r.pk)),
            *([] if portal else [Column("party", _("Distributor"), lambda r: pick(r.party.name, r.party.name_en), sort="party__code")]),
            Column("product", _("Product"), lambda r: pick(r.product.name, r.product.name_en), sort="product__code", phone=portal),
            Column("usual", _("Usual price"), lambda r: minor_of(r.usual, r.currency), "money", "usual", phone=False),
            Column("price", _("Special price"), lambda r: minor_of(r.price, r.currency), "money", "price"),
            Column("off", _("Off"), lambda r: 1 - r.price / r.usual, "percent", phone=False),
            Column("packs", _("At most"), lambda r: f"{r.packs:,} {r.pack or say('pc')}", sort="packs", phone=False),
            Column("concession", _("Costs at most"), lambda r: (r.concession_minor, r.currency), "money", "concession_minor", phone=False),
            Column("to", _("To, not included"), lambda r: r.valid_to, "date", "valid_to", phone=False),
            Column("state", _("State"), lambda r: queries.state_of(r, today), "state", "state"),
        ],
        sort="-number",
        search=lambda rows, q: rows.filter(number__icontains=q) | rows.filter(party__code__icontains=q) | rows.filter(party__name__icontains=q) | rows.filter(product__code__icontains=q),
        filters=[Filter("state", _("State"), [(s, _(s)) for s in STATES], lambda rows, v: rows.filter(state=v))],
        views=[(_("To decide"), "state=submitted"), (_("Approved"), "state=approved")],
        empty=_("No special price was asked for yet."),
    )  # fmt: skip


@page(needs="pricing.view")
def specials(request: Request) -> HttpResponse:
    """Requests in scope."""
    portal = own(request.actor) is not None
    return _table(portal).respond(
        request, queries.specials(request.actor), "pricing/specials.html", {"portal": portal}
    )


FIELDS = ("party", "product", "price", "packs", "pack", "from", "to", "reason", "competitor", "competitor_price", "currency")  # fmt: skip


@page(needs="pricing.request")
def ask(request: Request) -> HttpResponse:
    """The form that asks for a special price."""
    actor, error = request.actor, None
    mine = own(actor)
    given = request.POST if request.method == "POST" else request.GET
    form = {name: given.get(name, "").strip()[:400] for name in FIELDS}
    form["from"] = form["from"] or timezone.localdate().isoformat()
    if mine is not None:
        form["party"] = parties.party(actor, mine).code
    if request.method == "POST":
        try:
            return redirect("pricing:special", special_id=_ask(request, form))
        except Refused as no:
            error = no
    product = queries.product_of(form["product"]) if form["product"] else None
    context = {
        "form": form,
        "error": error,
        "portal": mine is not None,
        "parties": [] if mine is not None else queries.party_choices(actor),
        "products": queries.product_choices(),
        "packs": queries.packs_of(product.pk) if product else ["", "CS"],
    }
    return render(request, "pricing/ask.html", context, status=409 if error else 200)


def _number(text: str, field: str) -> Decimal:
    try:
        value = Decimal(text.replace(",", ""))
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or abs(value) > 10**12:
        raise Refused(_("Write it as a number, such as 12.50."), field=field)
    return value


def _ask(request: Request, form: dict[str, str]) -> int:
    """The request that was made. Raises Refused naming the field."""
    actor = request.actor
    party = parties.parties(actor).filter(code=form["party"]).first()
    product = queries.product_of(form["product"])
    if party is None:
        raise Refused(_("There is no distributor %(code)s.") % {"code": form["party"]}, field="party")
    if product is None:
        raise Refused(_("There is no product %(code)s.") % {"code": form["product"]}, field="product")
    since, until = calendar.typed(form["from"]), calendar.typed(form["to"])
    if since is None or until is None:
        raise Refused(_("Write the date as 2026-01-31."), field="from" if since is None else "to")
    if not (form["packs"].isascii() and form["packs"].isdecimal()):
        raise Refused(_("Write the quantity as a whole number."), field="packs")
    sent = request.FILES.get("file")
    price = _number(form["price"], "price")
    rival = _number(form["competitor_price"], "competitor_price") if form["competitor_price"] else None
    file = shelf.store(actor, name=sent.name or "file", chunks=sent.chunks(), purpose="special", party_id=party.pk) if sent else None  # fmt: skip
    return actions.request_special(
        actor,
        party_id=party.pk,
        product_id=product.pk,
        price=price,
        packs=int(form["packs"][:9]),
        valid_from=since,
        valid_to=until,
        reason=form["reason"],
        pack=form["pack"],
        competitor=form["competitor"],
        competitor_price=rival,
        file_id=file.pk if file else None,
    )


@page(needs="pricing.view")
def special(request: Request, special_id: int) -> HttpResponse:
    """One request: what is asked and why, what it costs, what was used, the decision."""
    actor = request.actor
    row = queries.special(actor, special_id)
    error = None
    if request.method == "POST":
        try:
            _decide(request, row)
            messages.success(request, say("Saved."))
            return redirect("pricing:special", special_id=row.pk)
        except Refused as no:
            error = no
    context = {"row": row, "error": error} | _record(request, row)
    return render(request, "pricing/special.html", context, status=409 if error else 200)


def _record(request: Request, row: SpecialRequest) -> dict[str, Any]:
    actor, today = request.actor, timezone.localdate()
    verdict = None
    if row.state == "submitted" and actor.can("pricing.approve"):
        verdict = approvals.may(
            actor, "pricing.approve", amount_minor=row.concession_minor, currency=row.currency, on=today,
            party_id=row.party_id, made_by=(row.made_by,),
        )  # fmt: skip
    taken = queries.taken(actor, row)
    return {
        "state": queries.state_of(row, today),
        "verdict": verdict,
        "off": 1 - row.price / row.usual,
        "price": minor_of(row.price, row.currency),
        "usual": minor_of(row.usual, row.currency),
        "rival": None if row.competitor_price is None else minor_of(row.competitor_price, row.currency),
        "taken": taken,
        "file": _file(request, row),
        "own": same(actor, row.made_by),
        "portal": own(actor) is not None,
        "today": today,
    }


def _file(request: Request, row: SpecialRequest) -> Any:
    """The evidence, for whoever may fetch it."""
    if row.file_id is None:
        return None
    try:
        return shelf.find(request.actor, row.file_id)
    except Missing:
        return None


def _decide(request: Request, row: SpecialRequest) -> None:
    what, post, actor = request.POST.get("what", ""), request.POST, request.actor
    answer = post.get("answer", "")
    if what == "approve":
        price = _number(post["price"], "price") if post.get("price", "").strip() else None
        actions.approve_special(actor, special_id=row.pk, price=price, answer=answer)
    elif what == "reject":
        actions.reject_special(actor, special_id=row.pk, answer=answer)
    elif what == "end":
        on = typed.day(post.get("on", ""), "on")
        actions.end_special(actor, special_id=row.pk, on=on, answer=answer)
    else:
        actions.withdraw_special(actor, special_id=row.pk)
