"""Photographs and papers of supply, shown to whoever may see the distributor they belong to."""

from typing import Any

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as say

from gongying.core.documents.paper import Paper
from gongying.core.files import shelf
from gongying.core.refusal import Missing
from gongying.core.ui.pages import Request, page
from gongying.core.ui.templatetags.ui import label, num

from ..models import Delivery, Shipment
from .forms import PURPOSE


@page(needs="supply.view")
def photo(request: Request, photo_id: int) -> HttpResponse:
    """One picture or paper, as it was sent."""
    file = shelf.find(request.actor, photo_id)
    place = shelf.path_of(file)
    if file.purpose != PURPOSE or not place.exists():
        raise Missing("no paper of supply")
    answer = HttpResponse(place.read_bytes(), content_type=file.content_type)
    answer["Content-Disposition"] = content_disposition_header(False, file.name) or "inline"
    return answer


def note(row: Shipment, lines: list[Any], done: Delivery | None) -> bytes:
    """The delivery note that travels with the goods; once they were received it says what came and who signed."""
    paper = Paper(
        say("Delivery note"), f"{row.number} · {row.party.code} {label(row.party)}", f"{row.number} · {row.order}"
    )
    due = row.wanted_on or row.eta
    told = [
        (say("Order"), row.order or "–"),
        (say("Shipped on"), f"{row.shipped_on:%Y-%m-%d} · {label(row.site)}"),
        (say("Expected on"), f"{due:%Y-%m-%d}" if due else "–"),
        (say("Carrier"), " ".join(part for part in (row.carrier, row.tracking) if part) or "–"),
    ]
    if row.ship_to is not None:
        told.append((say("Delivered to"), f"{row.ship_to.name} {row.ship_to.address}".strip()))
    paper.pairs(told)
    head = [say("Product"), say("Lot"), say("Shipped"), say("Received")]
    rows = [
        [f"{x.product.code} {label(x.product)}", x.lot or "–", num(x.quantity), "" if x.received is None else num(x.received)]
        for x in lines
    ]  # fmt: skip
    total = sum(x.quantity for x in lines)
    rows.append([say("In all"), "", num(total), "" if done is None else num(done.received)])
    paper.grid(head, rows, (90, 40, 30, 30))
    signed = "" if done is None else f"{done.signed_by} · {done.delivered_on:%Y-%m-%d} · {done.number}"
    paper.pairs(
        [
            (say("Received by"), signed or "______________________"),
            (say("Date"), "" if signed else "______________________"),
        ]
    )
    return paper.data()
