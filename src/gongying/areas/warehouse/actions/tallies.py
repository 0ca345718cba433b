"""Counts of a site: started, entered blind, submitted, posted by a second person where much differs."""

from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.books.goods import read as goods
from gongying.books.stock import post as stock
from gongying.core import turns
from gongying.core.actor import Actor
from gongying.core.doors import action
from gongying.core.journal import book
from gongying.core.numbers.series import next_number
from gongying.core.people.access import same
from gongying.core.refusal import Refused
from gongying.core.scope import one

from .. import facts, queries
from ..models import Tally, TallyLine
from ..rules import waits
from .slips import DECIDERS, KEEPERS, MOST_LINES, SOURCE


@dataclass(frozen=True)
class TallyEntry:
    """What was counted of a product (by code) and lot, in base units; None takes an entry back."""

    product: str
    lot: str = ""
    counted: int | None = None
    note: str = ""


@action(needs="warehouse.keep", roles=KEEPERS)
def start_count(actor: Actor, *, site_id: int, category: str = "", on: date | None = None) -> int:
    """Start to count a site of the house: every lot the book has there, of one product group or of all. Returns its id.

    Raises Refused while another count of the site is open.
    """
    site, day = queries.house_site(actor, site_id), on or timezone.localdate()
    turns.take(f"warehouse.count/{site.pk}")
    if Tally.objects.for_actor(actor).filter(site=site, state__in=("open", "submitted")).exists():
        raise Refused(
            _("This site is being counted already."), code="open", remedy=_("Post or cancel that count first.")
        )
    tally = Tally.objects.create(
        number=next_number("PD", on=day), site=site, category=category, business_date=day, created_by=actor.name
    )
    held = queries.on_shelves(site.pk, category)
    TallyLine.objects.bulk_create(
        TallyLine(tally=tally, product_id=product, lot=lot, expected=units) for product, lot, units in held
    )
    return int(tally.pk)


@action(needs="warehouse.keep", roles=KEEPERS)
def enter_count(actor: Actor, *, count_id: int, entries: list[TallyEntry]) -> int:
    """Enter what was counted; what the book says at that moment is kept beside it, so that goods may go on moving. A lot that
    was found and that the book does not have here is added. Returns how many lines are counted now."""
    tally = _in_state(actor, count_id, "open")
    if len(entries) > MOST_LINES:
        raise Refused(_("One document has at most %(most)s lines.") % {"most": MOST_LINES}, field="entries")
    ids = goods.ids_by_code(entry.product for entry in entries)
    lines = {(line.product_id, line.lot): line for line in tally.lines.for_actor(actor)}
    now = queries.held_at(tally.site_id, set(ids.values()))
    for entry in entries:
        if entry.product not in ids:
            raise Refused(_("There is no product %(code)s.") % {"code": entry.product}, field="product")
        if entry.counted is not None and not 0 <= entry.counted < 10**12:
            raise Refused(_("A count is not below zero."), field="counted")
        spot = (ids[entry.product], entry.lot.strip())
        line = lines.get(spot) or TallyLine(tally=tally, product_id=spot[0], lot=spot[1])
        line.expected, line.counted = now.get(spot, 0), entry.counted
        line.note, line.counted_by = entry.note.strip()[:200], actor.name
        line.save()
        lines[spot] = line
    return sum(line.counted is not None for line in lines.values())


@action(needs="warehouse.keep", roles=KEEPERS)
def submit_count(actor: Actor, *, count_id: int) -> bool:
    """Hand a count in. Where all differences together are small by the policy it is posted at once; else it waits for a
    second person. Returns whether it was posted. Raises Refused while a line is not counted."""
    tally = _in_state(actor, count_id, "open")
    left = tally.lines.for_actor(actor).filter(counted__isnull=True).count()
    if left:
        raise Refused(
            _("%(count)s lots are not counted yet.") % {"count": left},
            code="uncounted",
            remedy=_("Enter 0 for what is not there."),
        )
    tally.submitted_by, tally.submitted_at, tally.state = actor.name, timezone.now(), "submitted"
    tally.save(update_fields=["submitted_by", "submitted_at", "state"])
    differences = [(line.counted or 0) - line.expected for line in tally.lines.for_actor(actor)]
    if waits(differences, queries.rules_on(tally.business_date)):
        return False
    _post(actor, tally)
    return True


@action(needs="warehouse.approve", roles=DECIDERS)
def post_count(actor: Actor, *, count_id: int) -> None:
    """Post the differences of a count that waits. Whoever handed it in cannot."""
    tally = _in_state(actor, count_id, "submitted")
    if same(actor, tally.submitted_by):
        raise Refused(_("Somebody else must approve what you submitted."), code="four_eyes")
    _post(actor, tally)


@action(needs="warehouse.keep", roles=KEEPERS)
def cancel_count(actor: Actor, *, count_id: int) -> None:
    """Give a count up; the book stays as it is."""
    tally = one(Tally.objects.for_actor(actor).select_for_update(of=("self",)), pk=count_id)
    if tally.state not in ("open", "submitted"):
        raise Refused(_("This was decided already."), code="decided")
    tally.state, tally.decided_by, tally.decided_at = "cancelled", actor.name, timezone.now()
    tally.save(update_fields=["state", "decided_by", "decided_at"])


def _post(actor: Actor, tally: Tally) -> None:
    """Movements for what differs, with the reason `count` and the number of the count."""
    lines = [(line, (line.counted or 0) - line.expected) for line in tally.lines.for_actor(actor).order_by("pk")]
    rows = [
        stock.MoveIn(
            f"{tally.number}/{line.pk}", None, line.product_id, tally.business_date, change, "adjust", line.lot,
            site_id=tally.site_id, reason="count", document=tally.number,
        )
        for line, change in lines
        if change
    ]  # fmt: skip
    stock.moves(actor, rows, source=SOURCE, cut_promises=True)
    tally.state, tally.decided_by, tally.decided_at = "posted", actor.name, timezone.now()
    tally.save(update_fields=["state", "decided_by", "decided_at"])
    gained = sum(change for _line, change in lines if change > 0)
    lost = -sum(change for _line, change in lines if change < 0)
    book.record(
        actor, facts.SiteCounted(tally.pk, tally.number, tally.site_id, len(lines), len(rows), gained, lost)
    )


def _in_state(actor: Actor, count_id: int, state: str) -> Tally:
    tally: Tally = one(
        Tally.objects.for_actor(actor).select_related("site").select_for_update(of=("self",)), pk=count_id
    )
    if tally.state != state:
        raise Refused(_("This count is in another state."), code="state")
    return tally
