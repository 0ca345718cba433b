"""What an applicant does by his own link, and a referee by his: nobody of them has a log-in.

The caller is an actor that may do this and nothing else; which application it is follows from the secret of the link alone.
"""

import json
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from pydantic import ValidationError

from gongying.core.actor import Actor
from gongying.core.doors import action
from gongying.core.files import shelf
from gongying.core.files.models import StoredFile
from gongying.core.journal import book
from gongying.core.notices import bell
from gongying.core.posting import digest_of
from gongying.core.refusal import Refused
from gongying.core.scope import one
from gongying.engines import creditcode

from .. import facts, queries
from ..models import Application, Knock, Reference
from ..rules import CHANNELS, QUESTIONS, RELATIONS, Answers, Profile, complete, red_flags
from .shared import go, look_for_conflicts, note, own_locked, received

MOST_REFEREES = 5
HOUR = timedelta(hours=1)


@action(needs="recruiting.apply", roles=(), exposed=False, secret=("phone", "email", "name"))
def apply(
    actor: Actor, *, token: str, company: str, region: str, name: str, phone: str, email: str = "", consent: bool = False, source: str = "link",
) -> str:  # fmt: skip
    """Show interest in a campaign by its public link. Returns the secret of the applicant's own link, which is told once.

    Raises Refused without consent, for a campaign that is closed, and for what is missing.
    """
    campaign = queries.of_token(token)
    if not consent:
        raise Refused(
            _("Without your consent nobody may keep your name and telephone number."),
            code="consent",
            field="consent",
            remedy=_("Read the text and tick the box."),
        )
    row, secret = received(
        actor, campaign, company=company, region=region, name=name, phone=phone, email=email,
        source=source if source in ("link", "qr") else "link", language=actor.language,
    )  # fmt: skip
    bell.tell(
            role="director", title=f"新的合作意向：{row.number}", title_en=f"New lead: {row.number}", body=campaign.name,
            body_en=campaign.name_en, link=f"/recruiting/applications/{row.pk}/",
        )  # fmt: skip
    return secret


@action(needs="recruiting.apply", roles=(), exposed=False, secret=("address",))
def knock(actor: Actor, *, address: str) -> None:
    """Remember a form that came in from an address (its hash), whatever becomes of it; forget those that count no more."""
    Knock.objects.filter(at__lt=timezone.now() - HOUR).delete()
    Knock.objects.create(address=address)


def _mine(secret: str) -> Application:
    """The application of a link, locked, as long as it may still be changed."""
    row = own_locked(queries.of_secret(secret).pk)
    if row.state != "lead":
        raise Refused(_("It was handed in already."), code="state", remedy=_("Call us to have it changed."))
    return row


@action(needs="recruiting.apply", roles=(), exposed=False, secret=("secret", "referees"))
def fill(
    actor: Actor,
    *,
    secret: str,
    uscc: str,
    channel: str,
    said: dict[str, Any],
    referees: list[list[str]] | None = None,
) -> list[str]:
    """Keep what the applicant says of his company, complete or not, and his referees (relation, company, name, phone).
    Returns the fields that still lack. Raises Refused naming the field."""
    row = _mine(secret)
    try:
        profile = Profile.model_validate(said)
    except ValidationError as fault:
        field = str(fault.errors()[0]["loc"][0])
        raise Refused(_("This is not within what is possible here."), code="invalid", field=field) from fault
    if channel not in dict(CHANNELS):
        raise Refused(_("Choose one of the list."), code="choice", field="channel")
    code = creditcode.plain(uscc)[:18]
    if code and not creditcode.check(code).sound:
        raise Refused(
            _("The credit code is not sound."),
            code="code",
            field="uscc",
            remedy=_("Compare it with the business licence: 18 marks, no I, O, S, V or Z."),
        )
    row.uscc, row.channel, row.profile = code, channel, profile.model_dump_json()
    row.save()
    if referees is not None:
        _referees(row, referees)
    return complete(bool(code), profile)


def _referees(row: Application, given: list[list[str]]) -> None:
    """Replace the referees that were named; one who was asked already stays."""
    kept = [each for each in given if len(each) == 4 and any(part.strip() for part in each[1:])]
    if len(kept) > MOST_REFEREES:
        raise Refused(_("At most %(most)s referees.") % {"most": MOST_REFEREES}, field="referees")
    row.references.filter(asked_on=None).delete()
    for relation, company, name, phone in kept:
        if relation not in dict(RELATIONS) or len(name.strip()) < 2:
            raise Refused(_("Say of each referee who it is and how you know each other."), field="referees")
        row.references.create(
            relation=relation, company=company.strip()[:120], name=name.strip()[:80], phone=phone.strip()[:40]
        )


@action(needs="recruiting.apply", roles=(), exposed=False, secret=("secret",))
def keep_sample(actor: Actor, *, secret: str, file_id: int) -> str:
    """Keep a file of sales as the applicant's sample and grade it. Returns the grade. Raises Refused where it cannot be read."""
    row = _mine(secret)
    file = one(_samples(), pk=file_id)
    rules, _version = queries.rules(timezone.localdate())
    found = queries.readiness_of(shelf.path_of(file), file.name, rules.months)
    row.sample, row.grade = file, found.grade
    held = asdict(found) | {"first": str(found.first or ""), "last": str(found.last or "")}
    row.readiness = json.dumps(held, ensure_ascii=False)
    row.save()
    note(row, "sample", actor, found.grade)
    return found.grade


def _samples() -> Any:
    return StoredFile.objects.filter(purpose="recruiting")


@action(needs="recruiting.apply", roles=(), exposed=False, secret=("secret",))
def hand_in(actor: Actor, *, secret: str) -> int:
    """Hand the application in: conflicts are looked for at once. Returns how many block it. Raises Refused naming what lacks."""
    row = _mine(secret)
    lacking = complete(creditcode.check(row.uscc).sound, queries.profile(row))
    if lacking:
        raise Refused(_("Some answers are missing."), code="incomplete", field=lacking[0])
    row.handed_in_at = timezone.now()
    row.save()
    blocked = look_for_conflicts(row, timezone.localdate())
    go(actor, row, "application")
    return blocked


@action(needs="recruiting.apply", roles=(), exposed=False, secret=("secret",))
def take_back(actor: Actor, *, secret: str) -> None:
    """Withdraw an application; who spoke for the company is erased at once."""
    row = own_locked(queries.of_secret(secret).pk)
    go(actor, row, "withdrawn")
    forget(actor, row, "withdrawn")


def forget(actor: Actor, row: Application, why: str) -> bool:
    """Erase the personal data of an application: the contact, names and numbers of referees. False when there were none."""
    gone = queries.contact(row)
    named = row.references.exclude(name="", phone="")
    if gone is None and not named.exists():
        return False
    if gone is not None:
        gone.delete()
    named.update(**dict.fromkeys(("name", "phone", "secret"), ""))
    note(row, "erased", actor, why)
    book.record(actor, facts.ContactErased(row.pk, why))
    return True


@action(needs="recruiting.apply", roles=(), exposed=False, secret=("secret", "who", "text"))
def answer_reference(
    actor: Actor, *, secret: str, levels: dict[str, int], years: int, again: bool, who: str, text: str = ""
) -> None:
    """A referee's answers, once. Raises Missing for a link that was used, Refused for one whose days are over."""
    held = queries.referred(secret)
    row = one(Reference.objects.select_for_update().filter(answered_at=None), pk=held.pk)
    today = timezone.localdate()
    if row.until is None or today > row.until:
        raise Refused(_("The days of this link are over."), code="late")
    codes = [code for code, _words in QUESTIONS]
    if set(levels) != set(codes) or any(not 1 <= level <= 5 for level in levels.values()):
        raise Refused(_("Answer every question with 1 to 5."), field="levels")
    try:
        said = Answers(levels=levels, years=years, again=again, who=who.strip(), text=text.strip()[:1000])
    except ValidationError as fault:
        field = str(fault.errors()[0]["loc"][0])
        raise Refused(_("This is not within what is possible here."), code="invalid", field=field) from fault
    rules, _version = queries.rules(today)
    row.answers, row.digest = (
        said.model_dump_json(),
        digest_of([tuple(sorted(levels.items())), years, again, said.text]),
    )
    row.answered_at, row.secret = timezone.now(), ""
    row.flags = ", ".join(red_flags(said, rules.red_flags))[:400]
    row.save()
    note(held.application, "reference", actor, row.flags)
    book.record(actor, facts.ReferenceAnswered(held.application_id, row.pk, row.digest))
