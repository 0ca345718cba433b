"""Spot counts: products of a declaration drawn by a seed, weighted by their worth, and counted again by somebody."""

from dataclasses import dataclass
from datetime import date, timedelta
from secrets import token_hex

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.core.actor import Actor
from gongying.core.doors import PORTAL, action
from gongying.core.files import shelf
from gongying.core.journal import book
from gongying.core.notices import bell
from gongying.core.numbers.series import next_number
from gongying.core.refusal import Refused
from gongying.core.scope import one
from gongying.engines.trust_sample import sample as drawn

from .. import facts, queries
from ..models import Sample, SampleLine

DRAWERS = ("admin", "planner", "regional")
MOST = 50
LARGEST = 10**9


@action(needs="channel.sample", roles=DRAWERS)
def draw(actor: Actor, *, declaration_id: int, size: int = 5, duty: str = "", seed: str = "") -> int:
    """Draw `size` products of a declaration that was handed in, at random, the likelier the more their stock is worth.

    The same seed draws the same products from the same declaration; without one a new one is made, kept and shown. `duty`
    is the login of the field person who counts; without one the distributor counts, with photographs. Returns its id.
    """
    row, today = queries.declaration_row(actor, declaration_id), timezone.localdate()
    if row.state not in queries.HANDED_IN:
        raise Refused(_("A spot count is drawn from a declaration that was handed in."), code="state")
    if not 1 <= size <= MOST:
        raise Refused(_("Draw between 1 and %(most)s products.") % {"most": MOST}, field="size")
    lines = {
        f"{line.product.code}/{line.lot}": line for line in queries.lines(actor, row) if line.counted is not None
    }
    seed = seed.strip()[:40] or token_hex(4)
    weights = {
        name: max(1, (line.counted or 0) * max(1, line.unit_minor)) if line.counted or line.opening else 0
        for name, line in lines.items()
    }
    found = drawn(weights, size, f"{row.number}|{seed}")
    if not found:
        raise Refused(_("There is nothing to draw from: nothing was counted."), code="empty")
    made = Sample.objects.create(
        number=next_number("CP", on=today),
        party_id=row.party_id,
        declaration=row,
        seed=seed,
        size=len(found),
        duty=duty.strip().lower()[:120],
        drawn_by=actor.name,
        drawn_on=today,
        due_on=today + timedelta(days=queries.calendar_of(row.party_id, today).answer_days),
    )
    SampleLine.objects.bulk_create(
        SampleLine(
            sample=made,
            product_id=lines[each.name].product_id,
            lot=lines[each.name].lot,
            weight_minor=each.weight,
            unit_minor=lines[each.name].unit_minor,
            declared=lines[each.name].counted or 0,
        )
        for each in found
    )
    book.record(actor, facts.SampleDrawn(made.pk, made.number, made.party_id, seed, len(found)))
    if not made.duty:
        bell.tell(
            party_id=made.party_id, link=f"/channel/samples/{made.pk}/",
            title=f"请在 {made.due_on} 前完成抽盘 {made.number}", title_en=f"Make spot count {made.number} by {made.due_on}",
        )  # fmt: skip
    return int(made.pk)


@dataclass(frozen=True)
class SpotIn:
    """What was found of one thing (the number of its line): base units, a photograph, a word."""

    line_id: int
    counted: int
    file_id: int | None = None
    note: str = ""


@action(needs="channel.count", roles=(*DRAWERS, *PORTAL))
def count(
    actor: Actor, *, sample_id: int, counts: list[SpotIn], counted_on: date | None = None, note: str = ""
) -> int:
    """Write down a spot count; it is complete when every thing is counted. What came and went since the declaration is
    reckoned in. A distributor who counts himself brings a photograph of each. Returns how many things are still missing."""
    today = timezone.localdate()
    row: Sample = one(Sample.objects.for_actor(actor).select_for_update(of=("self",)).select_related("declaration"), pk=sample_id)  # fmt: skip
    own = actor.role in PORTAL
    if row.state != "unchecked":
        raise Refused(_("This spot count is complete."), code="state")
    if own and row.duty:
        raise Refused(_("Somebody of head office counts this."), code="duty")
    day = counted_on or today
    if not row.drawn_on <= day <= today:
        raise Refused(_("The day of a spot count lies between the drawing and today."), field="counted_on")
    held = {line.pk: line for line in queries.sample_lines(actor, row)}
    since = queries.reckoned(row.party_id, day, before=row.declaration.counted_on + timedelta(days=1))
    for each in counts[:MOST]:
        line = held.get(each.line_id)
        if line is None:
            raise Refused(_("This was not drawn."), field="line_id")
        if not 0 <= each.counted <= LARGEST:
            raise Refused(_("%(code)s: a count is not below zero.") % {"code": line.product.code}, field="counted")
        if each.file_id is not None:
            shelf.find(actor, each.file_id)
        elif own and line.file_id is None:
            raise Refused(
                _("%(code)s: bring a photograph of what was counted.") % {"code": line.product.code},
                field="file_id",
            )
        spot = since.get((line.product_id, line.lot))
        line.counted, line.note = each.counted, each.note.strip()[:200]
        line.file_id = each.file_id or line.file_id
        line.since = spot.received - spot.sold if spot else 0
        line.save(update_fields=["counted", "note", "file_id", "since"])
    missing = sum(line.counted is None for line in held.values())
    if not missing:
        row.state, row.counted_by, row.counted_on, row.note = "checked", actor.name, day, note.strip()[:400]
        row.save(update_fields=["state", "counted_by", "counted_on", "note"])
        units = sum(abs(queries.off(line) or 0) for line in held.values())
        book.record(actor, facts.SampleCounted(row.pk, row.number, row.party_id, units))
    return missing
