"""The waterfall: what a distributor pays for a quantity of a product on a day, step by step, with the document behind each."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from gongying.books.parties import read as parties
from gongying.books.prices.read import Quote, QuotedLine, Wish
from gongying.books.prices.read import quote as priced
from gongying.core.actor import Actor
from gongying.core.refusal import Refused
from gongying.core.ui.pages import Request, page
from gongying.core.words import pick

from .. import queries
from .shared import day_of, own, pack_word, scope_word

STEPS = {
    "list": _("list"),
    "tax": _("tax contained in it"),
    "level": _("level discount"),
    "promotion": _("promotion"),
    "special": _("special price"),
}
WHY = {
    "holds": _("holds"),
    "none": "",
    "small": _("needs a larger quantity"),
    "kind": _("another kind of price holds"),
    "scope": _("a nearer scope has a price"),
    "pack": _("there is a price for this pack"),
    "step": _("a higher quantity step is reached"),
    "older": _("a newer price holds"),
}
NOT_USED = {
    "not_reached": _("not reached yet"),
    "no_goods": _("for other goods"),
    "used_up": _("used up"),
    "excluded": _("excluded by a better one"),
}


@dataclass(frozen=True)
class Asked:
    """What the page is asked, as typed."""

    party: str
    product: str
    packs: str
    pack: str
    on: date
    currency: str


def _asked(request: Request, actor: Actor) -> Asked:
    given = {
        name: request.GET.get(name, "").strip()[:40] for name in ("party", "product", "packs", "pack", "currency")
    }
    if own(actor) is not None:
        given["party"] = parties.party(actor, own(actor) or 0).code
    return Asked(
        given["party"], given["product"], given["packs"] or "1", given["pack"], day_of(request.GET.get("on", "")),
        given["currency"],
    )  # fmt: skip


@page(needs="pricing.view")
def waterfall(request: Request) -> HttpResponse:
    """Try any distributor, product, quantity and day in scope; nothing is written."""
    actor, error, shown = request.actor, None, {}
    asked = _asked(request, actor)
    portal = own(actor) is not None
    if asked.party and asked.product:
        try:
            shown = _shown(actor, asked)
        except Refused as no:
            error = no
    context = {
        "asked": asked,
        "error": error,
        "portal": portal,
        "parties": [] if portal else queries.party_choices(actor),
        "products": queries.product_choices(),
    }
    template = "pricing/_waterfall.html" if request.headers.get("X-Panel") else "pricing/waterfall.html"
    return render(request, template, context | shown, status=409 if error else 200)


def _shown(actor: Actor, asked: Asked) -> dict[str, Any]:
    """The line that is asked for with everything beside it. Raises Refused naming what is not there."""
    party = parties.parties(actor).filter(code=asked.party).first()
    if party is None:
        raise Refused(_("There is no distributor %(code)s.") % {"code": asked.party}, field="party")
    product = queries.product_of(asked.product)
    if product is None:
        raise Refused(_("There is no product %(code)s.") % {"code": asked.product}, field="product")
    if not (asked.packs.isascii() and asked.packs.isdecimal()):
        raise Refused(_("Write the quantity as a whole number."), field="packs")
    found = priced(
        actor,
        party_id=party.pk,
        wishes=[Wish("1", product.pk, int(asked.packs[:12]), asked.pack)],
        on=asked.on,
        currency=asked.currency,
    )
    said: dict[str, Any] = {
        "party": party,
        "product": product,
        "packs": queries.packs_of(product.pk),
        "quote": found,
        "spare": [(each.title, NOT_USED[each.reason]) for each in found.not_used if each.reason != "no_goods"],
    }
    line = next((each for each in found.lines if not each.gift_of), None)
    return said if line is None else said | _line(actor, found, line, party.pk, asked)


def _line(actor: Actor, found: Quote, line: QuotedLine, party_id: int, asked: Asked) -> dict[str, Any]:
    regions = queries.scope_names()
    rivals = queries.considered(
        actor, party_id, line.product_id, line.quantity, line.pack, asked.on, found.currency, queries.wins(line)
    )
    steps = queries.drawn(line, queries.requests_behind(actor, line))
    return {
        "line": line,
        "steps": [(STEPS[each.step.kind], each) for each in steps],
        "net_left": 0,
        "off": 1 - line.net_minor / line.gross_minor if line.gross_minor else None,
        "each_minor": round(line.net_minor / line.packs),
        "gifts": queries.gift_lines(found),
        "gift_name": _gift_names(found),
        "rivals": [
            (each, scope_word(each.row.scope_kind, each.row.scope_key, regions), pack_word(each.row), WHY[each.why])
            for each in rivals
        ],
    }


def _gift_names(found: Quote) -> dict[int, str]:
    """The names of the free goods by their number."""
    ids = {line.product_id for line in found.lines if line.gift_of}
    return {each.pk: pick(each.name, each.name_en) for each in queries.products_by_id(ids)}
