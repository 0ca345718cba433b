"""Pages of supply: shipments and deliveries, returns, allocation, transfers, standing agreements."""

from collections.abc import Iterator
from datetime import date

from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.core.actor import Actor
from gongying.core.doors import words
from gongying.core.ui import links, nav, search, todo
from gongying.core.ui.templatetags.ui import TONES, label

from .. import queries
from . import agreements, allocations, delivering, papers, returns, shipments, transfers
from . import policies as policies

urlpatterns = [
    path("", shipments.shipments, name="shipments"),
    path("board/", shipments.board, name="board"),
    path("shipments/<int:shipment_id>/", shipments.shipment, name="shipment"),
    path("shipments/<int:shipment_id>/receive/", delivering.receive, name="receive"),
    path("claims/", delivering.claims, name="claims"),
    path("claims/<int:claim_id>/", delivering.claim, name="claim"),
    path("photos/<int:photo_id>/", papers.photo, name="photo"),
    path("returns/", returns.returns, name="returns"),
    path("returns/new/", returns.ask, name="ask"),
    path("returns/<int:return_id>/", returns.return_, name="return"),
    path("allocations/", allocations.allocations, name="allocations"),
    path("allocations/new/", allocations.draw, name="draw"),
    path("allocations/<int:allocation_id>/", allocations.allocation, name="allocation"),
    path("transfers/", transfers.transfers, name="transfers"),
    path("transfers/new/", transfers.offer, name="offer"),
    path("transfers/<int:transfer_id>/", transfers.transfer, name="transfer"),
    path("agreements/", agreements.agreements, name="agreements"),
    path("agreements/new/", agreements.draft, name="draft_agreement"),
    path("agreements/<int:agreement_id>/", agreements.agreement, name="agreement"),
]


# What waits for head office: (name, permission, words, address, icon, tone).
HOUSE = (
    ("decide", "decide_return", _("returns to decide"), "/supply/returns/?state=requested", "return", "warn"),
    ("inspect", "inspect", _("returns to inspect"), "/supply/returns/?state=sent+back", "box", ""),
    ("claims", "settle_claim", _("claims of deliveries to settle"), "/supply/claims/?state=open", "alert", "warn"),
    ("late", "track", _("late shipments"), "/supply/?late=yes", "truck", "bad"),
    ("apply", "apply", _("allocations to apply"), "/supply/allocations/?state=draft", "scale", "warn"),
    (
        "consent",
        "consent_transfer",
        _("transfers to consent to"),
        "/supply/transfers/?state=agreed",
        "right",
        "warn",
    ),
)


def _waiting(actor: Actor) -> Iterator[todo.Todo]:
    """Deliveries to confirm, late shipments, returns to decide and to inspect, claims, runs and transfers that wait for somebody."""
    if not actor.can("supply.view"):
        return
    today = timezone.localdate()
    if not actor.whole_network:
        yield from _of_distributor(actor, today)
        return
    mine = [row for row in HOUSE if actor.can(f"supply.{row[1]}")]
    found = queries.waiting(actor, today, [row[0] for row in mine])
    for name, _needs, said, address, icon, tone in mine:
        count, first = found.get(name, (0, None))
        late = first is not None and first < today
        note = _("The oldest answer is overdue.") if late else ""
        yield todo.Todo(said, count, address, icon, "bad" if late else tone, note)


def _of_distributor(actor: Actor, today: date) -> Iterator[todo.Todo]:
    names = ["going", "late", *(["agree"] if actor.can("supply.agree_transfer") else [])]
    found = queries.waiting(actor, today, names)
    counts = {name: found.get(name, (0, None))[0] for name in ("going", "late", "agree")}
    note = _("Confirm what has arrived; say what is missing.")
    tone = "warn" if counts["late"] else ""
    yield todo.Todo(_("shipments on their way to you"), counts["going"], "/supply/", "truck", tone, note)
    yield todo.Todo(_("transfers to agree to"), counts["agree"], "/supply/transfers/?state=on+offer", "right")


def _found(actor: Actor, text: str) -> Iterator[search.Hit]:
    """Shipments by number, order or tracking number, returns by number or order."""
    if not actor.can("supply.view") or len(text) < 3:
        return
    for row in shipments.narrowed(queries.shipments(actor), text)[: search.MOST]:
        yield search.Hit(
            _("Shipments"), row.number, f"/supply/shipments/{row.pk}/", "truck", f"{label(row.party)} {row.order}"
        )
    for back in returns.narrowed(queries.returns(actor), text)[: search.MOST]:
        yield search.Hit(_("Returns"), back.number, f"/supply/returns/{back.pk}/", "return", label(back.party))


search.register(_found)
todo.register(_waiting)
TONES["good"] |= {"applied", "credited", "running", "closed"}
TONES["bad"] |= {"exception", "declined"}
TONES["wait"] |= {"sent back", "arrived", "inspected", "on offer", "agreed", "consented"}
for _kind in ("shipment", "return", "allocation", "transfer", "agreement"):
    links.home(_kind, f"supply:{_kind}")
links.home("shipments", "supply:shipments")
links.home("returns", "supply:returns")
nav.register(
    nav.NavItem(_("Shipments"), "/supply/", "supply.view", 31, "stock", "truck"),
    nav.NavItem(_("Returns"), "/supply/returns/", "supply.view", 32, "stock", "return"),
    nav.NavItem(_("Allocation"), "/supply/allocations/", "supply.view", 46, "stock", "scale"),
    nav.NavItem(_("Transfers"), "/supply/transfers/", "supply.view", 47, "stock", "send"),
    nav.NavItem(_("Supply agreements"), "/supply/agreements/", "supply.view", 48, "stock", "calendar"),
)
words(
    "supply",
    _("Supply"),
    {
        "view": _("Read shipments, returns, allocations, transfers and supply agreements"),
        "ship": _("Ship reserved goods"),
        "track": _("Note what carriers tell"),
        "deliver": _("Confirm deliveries, and explain what is missing"),
        "settle_claim": _("Settle claims of deliveries"),
        "ask_return": _("Ask for returns, send them and take them back"),
        "decide_return": _("Decide returns that others asked for"),
        "inspect": _("Inspect returned goods"),
        "credit": _("Close returns with a credit note"),
        "allocate": _("Draw and change allocations of scarce goods"),
        "apply": _("Apply allocations of others, and answer objections"),
        "object_allocation": _("Object to an allocation for the distributor"),
        "offer_transfer": _("Offer transfers between distributors, and end them"),
        "broker_transfer": _("Find who takes offered goods"),
        "agree_transfer": _("Agree to transfers for the distributor"),
        "consent_transfer": _("Consent to transfers between distributors"),
        "take_over": _("Confirm that transferred goods arrived"),
        "draft_agreement": _("Draw up supply agreements"),
        "start_agreement": _("Start supply agreements of others, and end them"),
    },
)
