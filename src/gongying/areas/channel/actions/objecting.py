"""Objections: either side says that a figure is wrong, both bring what they have, head office rules."""

from datetime import timedelta
from typing import Literal

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.books.parties import read as parties
from gongying.core import turns
from gongying.core.actor import Actor
from gongying.core.doors import EVERYONE, PORTAL, action
from gongying.core.files import shelf
from gongying.core.journal import book
from gongying.core.notices import bell
from gongying.core.numbers.series import next_number
from gongying.core.people.access import same
from gongying.core.refusal import Refused
from gongying.core.scope import one

from .. import facts, queries
from ..models import Difference, Message, Objection, Sample

SPEAKERS = tuple(role for role in EVERYONE if role != "auditor")


def _side(actor: Actor) -> str:
    return "distributor" if actor.role in PORTAL else "house"


@action(needs="channel.object", roles=SPEAKERS)
def object_to(
    actor: Actor,
    *,
    party_id: int,
    about: Literal["difference", "sample", "declaration", "sales"],
    text: str,
    about_id: int | None = None,
    subject: str = "",
    file_id: int | None = None,
) -> int:
    """Say that a figure is wrong: a difference, a spot count, a declaration (by its id), or sales (named in the subject).

    One objection to one thing is open at a time. Returns its id.
    """
    party, today = parties.party(actor, party_id), timezone.localdate()
    if not text.strip():
        raise Refused(_("Say what is wrong."), field="text")
    if about == "sales":
        about_id, named = None, subject.strip()
        if not named:
            raise Refused(_("Name the document or the month."), field="subject")
    else:
        thing = queries.about_row(actor, about, about_id or 0)
        party = parties.party(actor, thing.party_id)
        named = subject.strip() or _called(about, thing)
    turns.take(f"channel.object_to/{about}/{about_id}")
    if about_id is not None and queries.objections_about(actor, about, about_id).filter(state="open").exists():
        raise Refused(_("An objection to this is open already."), code="open")
    days = queries.calendar_of(party.pk, today).answer_days
    row = Objection.objects.create(
        number=next_number("YY", on=today),
        party=party,
        about=about,
        about_id=about_id,
        subject=named[:160],
        side=_side(actor),
        opened_by=actor.name,
        opened_on=today,
        due_on=today + timedelta(days=days),
    )
    _say(actor, row, text, file_id)
    book.record(actor, facts.ObjectionOpened(row.pk, row.number, row.party_id, row.side))
    return int(row.pk)


def _called(about: str, thing: object) -> str:
    if isinstance(thing, Difference):
        return f"{thing.declaration.number} {thing.product.code}{thing.lot and ' · ' + thing.lot}"
    return str(getattr(thing, "number", about))


@action(needs="channel.object", roles=SPEAKERS)
def say(actor: Actor, *, objection_id: int, text: str, file_id: int | None = None) -> None:
    """Add a word or a file to an open objection."""
    _say(actor, _open(actor, objection_id), text, file_id)


def _say(actor: Actor, row: Objection, text: str, file_id: int | None) -> None:
    if not text.strip() and file_id is None:
        raise Refused(_("Write a word or bring a file."), field="text")
    if file_id is not None:
        shelf.find(actor, file_id)
    Message.objects.create(
        objection=row, side=_side(actor), text=text.strip()[:1000], file_id=file_id, said_by=actor.name
    )


@action(needs="channel.object", roles=SPEAKERS)
def withdraw(actor: Actor, *, objection_id: int) -> None:
    """Take back an objection of one's own side."""
    row = _open(actor, objection_id)
    if row.side != _side(actor):
        raise Refused(_("Only the side that objected takes it back."), code="side")
    row.state, row.decided_by, row.decided_on = "withdrawn", actor.name, timezone.localdate()
    row.save(update_fields=["state", "decided_by", "decided_on"])


@action(needs="channel.rule", roles=("admin", "director", "planner"))
def rule(actor: Actor, *, objection_id: int, verdict: str, answer: str) -> None:
    """Rule on an objection of somebody else (upheld or rejected), with words. A difference that is objected to rightly is closed and excused; a
    spot count is void. Figures that were reported are corrected by whoever reported them."""
    row = _open(actor, objection_id)
    if verdict not in ("upheld", "rejected"):
        raise Refused(_("A ruling is upheld or rejected."), field="verdict")
    if same(actor, row.opened_by):
        raise Refused(_("Somebody else rules on what you object to."), code="four_eyes")
    if not answer.strip():
        raise Refused(_("Say why."), field="answer")
    today = timezone.localdate()
    row.state, row.ruling, row.decided_by, row.decided_on = verdict, answer.strip()[:1000], actor.name, today
    row.save(update_fields=["state", "ruling", "decided_by", "decided_on"])
    if verdict == "upheld" and row.about == "difference":
        rows = Difference.objects.for_actor(actor).filter(pk=row.about_id)
        rows.update(state="closed", excused=True, closed_by=actor.name, closed_on=today, text=answer.strip()[:400])
    if verdict == "upheld" and row.about == "sample":
        Sample.objects.for_actor(actor).filter(pk=row.about_id).update(state="annulled")
    book.record(actor, facts.ObjectionRuled(row.pk, row.number, row.party_id, verdict))
    upheld = verdict == "upheld"
    bell.tell(
        party_id=row.party_id, link=f"/channel/objections/{row.pk}/", body=row.ruling,
        title=f"异议 {row.number} {'成立' if upheld else '已驳回'}",
        title_en=f"Objection {row.number} was {'upheld' if upheld else 'rejected'}",
    )  # fmt: skip


def _open(actor: Actor, objection_id: int) -> Objection:
    row: Objection = one(Objection.objects.for_actor(actor).select_for_update(), pk=objection_id)
    if row.state != "open":
        raise Refused(_("This objection was decided."), code="state")
    return row
