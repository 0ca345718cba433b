"""Channel data of either side: a declaration with a difference, an objection, a spot count, a grade, evidence."""

from datetime import timedelta

from django.utils import timezone

from gongying.areas.channel import actions, queries
from gongying.areas.channel.models import Difference
from gongying.core import calendar
from gongying.core.actor import SYSTEM
from gongying.core.files import shelf
from gongying.core.people.access import actor_for

SHARED = {"about": "sales"}
SAID = {
    "lines": [],
    "counts": [],
    "text": "x",
    "month": "2026-06",
    "owner": "x",
    "difference_ids": [],
    "about": "sales",
}


def side(world, code):
    """What a distributor counted in the month before this one, and what came of it."""
    owner, party = actor_for(world.people["owner", code]), world.ids[code]
    first = calendar.month_of(timezone.localdate()).start
    sold = actions.SaleIn("P1", 1, f"{first - timedelta(days=3)}", f"CNRY-{code}-RPT", outlet=f"CNRY-{code} shop")
    actions.report(owner, party_id=party, lines=[sold])
    declaration = actions.open_declaration(owner, party_id=party, period=f"{first - timedelta(days=1):%Y-%m}")
    adjustment = actions.AdjustmentIn("damage", -1, f"CNRY-{code} broken")
    counts = [actions.CountedIn("P1", 2, adjustments=[adjustment]), actions.CountedIn("P2", 1)]
    actions.fill(owner, declaration_id=declaration, counts=counts, note=f"CNRY-{code} note")
    actions.submit(owner, declaration_id=declaration)
    difference = Difference.objects.unscoped("test").filter(party_id=party).order_by("id")[0].pk
    photo = shelf.store(owner, name=f"CNRY-{code}.jpg", chunks=[code.encode()], purpose="channel", party_id=party)
    actions.explain(owner, difference_id=difference, reason="theft", text=f"CNRY-{code} why", file_id=photo.pk)
    objection = actions.object_to(
        owner, party_id=party, about="difference", about_id=difference, text=f"CNRY-{code} objects"
    )
    sample = actions.draw(SYSTEM, declaration_id=declaration, seed=f"CNRY-{code}")
    line = queries.sample_lines(SYSTEM, queries.sample_row(SYSTEM, sample))[0]
    actions.count(SYSTEM, sample_id=sample, counts=[actions.SpotIn(line.pk, 1, note=f"CNRY-{code} spot")])
    actions.grade(SYSTEM, party_id=party, month=f"{first - timedelta(days=1):%Y-%m}")
    return {
        "declaration_id": declaration,
        "evidence_id": photo.pk,
        "difference_id": difference,
        "objection_id": objection,
        "sample_id": sample,
    }
