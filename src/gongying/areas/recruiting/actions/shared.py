"""What verbs of applicants and of the house have in common."""

import hashlib
import json
import secrets
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.books.parties import read as parties
from gongying.core.actor import Actor
from gongying.core.journal import book
from gongying.core.numbers.series import next_number
from gongying.core.refusal import Refused
from gongying.core.scope import one

from .. import facts, queries
from ..models import Application, Campaign, Conflict, Contact, Step
from ..rules import Standing, lacks, may_move

LACKS = {
    "form": _("The application was not handed in yet."),
    "code": _("The credit code is not sound."),
    "owner": _("Nobody looks after it yet."),
    "conflicts": _("Conflicts that block it are not answered for."),
    "document": _("The decision rests on no approved memo."),
    "answer": _("Say what the applicant is told."),
}


def mark_of(secret: str) -> str:
    """A secret as it is kept."""
    return hashlib.sha256(secret.encode()).hexdigest()


def received(
    actor: Actor, campaign: Campaign, *, company: str, region: str, name: str, phone: str, email: str, source: str,
    language: str,
) -> tuple[Application, str]:  # fmt: skip
    """A new lead with its contact and the consent that was given. Returns it and the secret of the applicant's link."""
    today = timezone.localdate()
    if not queries.open_now(campaign, today):
        raise Refused(_("This campaign takes no applications any more."), code="closed")
    for value, field, said in (
        (company, "company", _("Write the name of the company.")),
        (name, "name", _("Write who speaks for the company.")),
        (phone, "phone", _("Write a telephone number.")),
    ):
        if len(value.strip()) < 2:
            raise Refused(said, field=field)
    if sum(mark.isdigit() for mark in phone) < 6:
        raise Refused(_("Write a telephone number."), field="phone", remedy=_("With six digits at least."))
    if email and ("@" not in email or len(email) > 120):
        raise Refused(_("This is no e-mail address."), field="email")
    allowed = dict(queries.regions_for(campaign))
    if region not in allowed:
        raise Refused(_("Choose a place of the campaign."), code="choice", field="region")
    rules, version = queries.rules(today)
    text = rules.consent if language.startswith("zh") else rules.consent_en
    secret = secrets.token_urlsafe(24)
    row = Application.objects.create(
        number=next_number("SQ", on=today), campaign=campaign, source=source, company=company.strip()[:160],
        region=parties.regions([region])[0], channel=campaign.channel, secret=mark_of(secret), received_on=today,
    )  # fmt: skip
    consent = hashlib.sha256(text.encode()).hexdigest()
    Contact.objects.create(
        application=row, name=name.strip()[:80], phone=phone.strip()[:40], email=email.strip()[:120], consent=text,
        consent_hash=consent,
    )  # fmt: skip
    note(row, "received", actor, f"v{version}" if version else "")
    told = facts.ApplicationReceived(row.pk, row.number, campaign.pk, source, consent)
    book.record(actor, told)
    return row, secret


def note(row: Application, what: str, actor: Actor, text: str = "") -> None:
    """Write down what happened."""
    Step.objects.create(application=row, what=what, text=text[:400], by=actor.name)


def locked(actor: Actor, application_id: int) -> Application:
    """An application in scope, locked. Raises Missing."""
    queries.application(actor, application_id)
    return own_locked(application_id)


def own_locked(application_id: int) -> Application:
    """An application, locked, whoever asks: its own applicant does."""
    rows = Application.objects.select_for_update(of=("self",)).select_related("campaign__region", "region")
    return one(rows, pk=application_id)


def go(actor: Actor, row: Application, after: str, *, document: str = "", text: str = "") -> None:
    """Move an application to another state, with what must be there. Raises Refused naming what lacks."""
    if not may_move(row.state, after):
        raise Refused(_("This cannot follow now."), code="state")
    missing = lacks(after, _standing(row))
    if missing:
        raise Refused(LACKS[missing[0]], code=missing[0], field=missing[0])
    before, row.state, row.moved_at = row.state, after, timezone.now()
    row.save()
    note(row, after, actor, text)
    book.record(actor, facts.ApplicationMoved(row.pk, row.number, before, after, document))


def _standing(row: Application) -> Standing:
    return queries.standing(row)


def look_for_conflicts(row: Application, on: date) -> int:
    """Look for conflicts anew. An answer stays as long as the very conflict does. Returns how many block and are unanswered."""
    found = queries.find(row, on)
    held = {(each.code, each.party_ref, each.words): each for each in row.conflicts.all()}
    kept: list[int] = []
    for each in found:
        words = json.dumps(each.words, ensure_ascii=False, sort_keys=True)
        same = held.get((each.code, each.party, words))
        if same is None:
            same = Conflict(application=row, code=each.code, party_ref=each.party, words=words)
        if same.level != each.level:
            same.level, same.verdict = each.level, ""
        same.save()
        kept.append(same.pk)
    row.conflicts.exclude(pk__in=kept).delete()
    row.checked_at = timezone.now()
    row.save(update_fields=["checked_at"])
    return sum(1 for each in row.conflicts.all() if each.level == "block" and not each.verdict)


def texts(given: str, most: int) -> list[str]:
    """Names apart by lines or commas, without empty and doubled ones.

    >>> texts("甲，乙\\n甲", 5)
    ['甲', '乙']
    """
    for mark in "，、;；\n\r":
        given = given.replace(mark, ",")
    return list(dict.fromkeys(part.strip()[:60] for part in given.split(",") if part.strip()))[:most]
