"""Rate, talk, interview, and write risks down."""

import json
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.core.actor import Actor
from gongying.core.doors import action
from gongying.core.people.access import same
from gongying.core.refusal import Missing, Refused
from gongying.core.scope import one

from .. import queries
from ..models import Interview, Rating, Risk, Talk
from ..rules import CATEGORIES, SECTIONS
from .shared import WORKERS, locked, note

MOST_RISKS = 50


@action(needs="diligence.rate", roles=WORKERS)
def rate(actor: Actor, *, dossier_id: int, levels: dict[str, int], evidence: dict[str, str]) -> None:
    """Give levels 1 to 5 by criterion, each with what one saw. Two people rate, and neither sees the other's levels before he gave
    his own. Raises Refused naming the criterion."""
    row = locked(actor, dossier_id, "open")
    rules, _version = queries.rules(timezone.localdate())
    wanted = [each.code for each in rules.criteria if not each.computed]
    others = set(row.ratings.exclude(rater=actor.name).values_list("rater", flat=True))
    if len(others) >= 2:
        raise Refused(_("Two people have rated already."), code="two")
    if any(same(actor, other) for other in others):
        raise Refused(_("Somebody else must rate besides you."), code="same")
    for code in levels:
        if code not in wanted:
            raise Refused(_("There is no criterion %(code)s.") % {"code": code[:30]}, code="choice", field="levels")
    for code in wanted:
        if not 1 <= levels.get(code, 0) <= 5:
            raise Refused(_("Give each criterion a level from 1 to 5."), code="level", field=f"level.{code}")
        if len(evidence.get(code, "").strip()) < 5:
            raise Refused(_("Say what you saw."), code="evidence", field=f"evidence.{code}")
    for code in wanted:
        given = {"level": levels[code], "evidence": evidence[code].strip()[:400]}
        Rating.objects.update_or_create(dossier=row, criterion=code, rater=actor.name, defaults=given)
    note(row, "rated", actor)


@action(needs="diligence.rate", roles=WORKERS)
def agree(actor: Actor, *, dossier_id: int, criterion: str, level: int, text: str) -> None:
    """Keep on what the two raters agreed after they talked. Raises Refused where they are not apart, or the level is not between
    what they said."""
    row = locked(actor, dossier_id, "open")
    said = list(row.ratings.filter(criterion=criterion).order_by("id"))
    if len(said) != 2:
        raise Refused(_("Two people have not rated this yet."), code="rated", field="criterion")
    if actor.name not in {each.rater for each in said}:
        raise Refused(_("One of the two raters writes this down."), code="rater")
    levels = sorted(each.level for each in said)
    if not levels[0] <= level <= levels[1]:
        raise Refused(_("What they agreed on lies between what they said."), code="level", field="level")
    if len(text.strip()) < 5:
        raise Refused(_("Say in a few words why."), field="text")
    given = {"level": level, "text": text.strip()[:400], "by": actor.name}
    Talk.objects.update_or_create(dossier=row, criterion=criterion, defaults=given)
    note(row, "talked", actor, criterion)


@action(needs="diligence.rate", roles=WORKERS)
def interview(actor: Actor, *, dossier_id: int, held_on: date, sections: dict[str, str]) -> int:
    """Keep what the management said, section by section. Returns its id; it counts when a second person has signed it."""
    row = locked(actor, dossier_id, "open")
    if held_on > timezone.localdate():
        raise Refused(_("This day has not come yet."), field="held_on")
    kept = {code: text.strip()[:2000] for code, text in sections.items() if code in SECTIONS and text.strip()}
    if len(kept) < 3:
        raise Refused(_("Write down at least three sections."), field="sections")
    made = Interview.objects.create(
        dossier=row, held_on=held_on, sections=json.dumps(kept, ensure_ascii=False), made_by=actor.name
    )
    note(row, "interview", actor, held_on.isoformat())
    return int(made.pk)


@action(needs="diligence.rate", roles=WORKERS)
def sign(actor: Actor, *, dossier_id: int, interview_id: int) -> None:
    """Sign an interview somebody else wrote down."""
    row = locked(actor, dossier_id, "open")
    held = one(row.interviews.all(), pk=interview_id)
    if held.signed_by:
        raise Refused(_("This interview is signed already."), code="signed")
    if same(actor, held.made_by):
        raise Refused(_("Somebody else must sign what you wrote down."), code="same")
    held.signed_by, held.signed_at = actor.name, timezone.now()
    held.save()
    note(row, "signed", actor)


@action(needs="diligence.work", roles=WORKERS)
def add_risk(
    actor: Actor, *, dossier_id: int, category: str, title: str, likelihood: int, impact: int, answer: str = "",
    likelihood_after: int | None = None, impact_after: int | None = None,
) -> int:  # fmt: skip
    """Write a risk down, or write the same one anew. Returns its id. Raises Refused where less is left without anything done."""
    row = locked(actor, dossier_id, "open")
    if category not in CATEGORIES:
        raise Refused(_("Choose one of the list."), code="choice", field="category")
    if len(title.strip()) < 3:
        raise Refused(_("Name the risk."), field="title")
    after = (
        likelihood if likelihood_after is None else likelihood_after,
        impact if impact_after is None else impact_after,
    )
    if not all(1 <= each <= 5 for each in (likelihood, impact, *after)):
        raise Refused(_("Likelihood and impact are 1 to 5."), code="scale", field="likelihood")
    if after[0] > likelihood or after[1] > impact:
        raise Refused(_("What is left is not more than there was."), code="scale", field="likelihood_after")
    if after != (likelihood, impact) and len(answer.strip()) < 5:
        raise Refused(_("Say what is done against it."), field="answer")
    if row.risks.count() >= MOST_RISKS:
        raise Refused(_("A file has at most %(most)s risks.") % {"most": MOST_RISKS})
    given = {
        "likelihood": likelihood, "impact": impact, "answer": answer.strip()[:400], "likelihood_after": after[0],
        "impact_after": after[1], "by": actor.name,
    }  # fmt: skip
    made, _created = Risk.objects.update_or_create(
        dossier=row, category=category, title=title.strip()[:160], defaults=given
    )
    note(row, "risk", actor, made.title)
    return int(made.pk)


@action(needs="diligence.work", roles=WORKERS)
def drop_risk(actor: Actor, *, dossier_id: int, risk_id: int) -> None:
    """Take a risk out that was written down by mistake."""
    row = locked(actor, dossier_id, "open")
    held = row.risks.filter(pk=risk_id).first()
    if held is None:
        raise Missing("no such risk")
    note(row, "dropped", actor, held.title)
    held.delete()
