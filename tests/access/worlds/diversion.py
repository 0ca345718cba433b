"""What the walk knows of diversion: an open case against each side, reported by the other one, answered with a file."""

import io
from datetime import date

from PIL import Image

from gongying.areas.diversion import actions, queries
from gongying.areas.diversion.actions import Found
from gongying.areas.diversion.models import Case, Evidence
from gongying.core.actor import SYSTEM
from gongying.core.files import shelf
from gongying.core.people.access import actor_for

FOUND = {"place": "x", "quantity": 1, "found_on": "2026-06-01", "code": "x"}
SAID = {"text": "x", "evidence": FOUND, "ground": "territory", "summary": "x", "reasons": "x", "verdict": "upheld"}
MORE = {"diversion:cases": ("?look=open", "?state=opened&export=csv")}
OTHER_SIDE = {"D1": "D2", "D2": "D1"}


def _picture(actor):
    held = io.BytesIO()
    Image.new("RGB", (8, 8), "white").save(held, "PNG")
    return shelf.store(actor, name="CNRY.png", chunks=[held.getvalue()], purpose="diversion").pk


def side(world, code):
    """The other side tells of goods of this one; a case is opened, this one answers."""
    told = actor_for(world.people["owner", OTHER_SIDE[code]])
    find = Found("mall", 3, date(2026, 6, 1), "P1", f"CNRY-{code}-BOX", file_id=_picture(told))
    actions.tell(told, party_id=world.ids[OTHER_SIDE[code]], text=f"CNRY-{OTHER_SIDE[code]} told", evidence=find)
    case = Case.objects.unscoped("test").order_by("-id").first()
    actions.open_case(
        SYSTEM, case_id=case.pk, party_id=world.ids[code], ground="territory", summary=f"CNRY-{code} goods"
    )
    owner = actor_for(world.people["owner", code])
    actions.answer(owner, case_id=case.pk, text=f"CNRY-{code} says no", file_id=_picture(owner))
    line = Evidence.objects.unscoped("test").get(case=case)
    step = next(
        each for each in queries.steps(SYSTEM, Case.objects.unscoped("test").get(pk=case.pk)) if each.has_file
    )
    return {"case_id": case.pk, "diversion_id": case.pk, "evidence_line": line.pk, "diversion_step": step.step_id}
