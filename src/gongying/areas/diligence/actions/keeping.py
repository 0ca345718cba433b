"""Open a file and put things into it: papers, what registries say, statements."""

import hashlib
import json
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.books.parties import read as parties
from gongying.core.actor import Actor
from gongying.core.doors import action
from gongying.core.files.models import StoredFile
from gongying.core.journal import book
from gongying.core.numbers.series import next_number
from gongying.core.refusal import Refused
from gongying.core.scope import one
from gongying.engines import chain, creditcode
from gongying.engines.money import exponent
from gongying.engines.statements import LINES, SIGNED

from .. import facts, queries
from ..models import Dossier, Paper, Snapshot, Year
from ..rules import CHECKS, changes, providers, verdict_of
from ..rules.checks import LONGEST, MOST_FIELDS
from .shared import LARGEST, WORKERS, locked, note

PURPOSE = "diligence"
MOST_PAPERS, MOST_YEARS = 200, 3


@action(needs="diligence.work", roles=WORKERS)
def open_file(
    actor: Actor, *, company: str, uscc: str, region: str, partner_type: str, subject: str = "",
    subject_ref: int | None = None, said: dict[str, Any] | None = None, currency: str = "CNY",
) -> int:  # fmt: skip
    """Open the file of a company: one a subject. Returns its id. Raises Refused for a credit code that is not sound, a region that
    is unknown or not one's own, and a subject that has a file already."""
    held = creditcode.check(uscc)
    if not held.sound:
        raise Refused(_("The credit code is not sound."), code="code", field="uscc")
    place = parties.regions([region or "-"]).first()
    seen = parties.regions_seen(actor)
    if place is None or (seen is not None and place.pk not in seen):
        raise Refused(_("There is no region %(code)s.") % {"code": region or "–"}, field="region")
    if len(company.strip()) < 2:
        raise Refused(_("Write the name of the company."), field="company")
    if subject and Dossier.objects.filter(subject=subject).exists():
        raise Refused(
            _("There is a file of %(subject)s already.") % {"subject": subject}, code="twice", field="subject"
        )
    today = timezone.localdate()
    row = Dossier.objects.create(
        number=next_number("JD", on=today), subject=subject[:24], subject_ref=subject_ref, company=company.strip()[:160],
        uscc=held.code, partner_type=partner_type[:20], region=place, currency=currency, opened_by=actor.name, opened_on=today,
        said=json.dumps(said or {}, ensure_ascii=False),
    )  # fmt: skip
    note(row, "opened", actor, subject)
    book.record(actor, facts.FileOpened(row.pk, row.number, row.subject))
    return int(row.pk)


@action(needs="diligence.work", roles=WORKERS)
def add_paper(
    actor: Actor, *, dossier_id: int, kind: str, file_id: int, number: str = "", issued_on: date | None = None,
    expires_on: date | None = None,
) -> int:  # fmt: skip
    """Put a paper into a file; one of the same kind is replaced and stays on record. Returns its id.

    Raises Refused for a kind that is not asked for, a paper that expires without the day, and days that contradict each other.
    """
    row = locked(actor, dossier_id, "open")
    rules, _version = queries.rules(timezone.localdate())
    wanted = {item.kind.code: item.kind for item in queries.checklist(row, rules, timezone.localdate())}
    if kind not in wanted:
        raise Refused(_("This paper is not asked for here."), code="choice", field="kind")
    if wanted[kind].expires and expires_on is None:
        raise Refused(_("Write until when it is valid."), field="expires_on")
    if issued_on and expires_on and expires_on <= issued_on:
        raise Refused(_("It expires before it was issued."), field="expires_on")
    if row.papers.count() >= MOST_PAPERS:
        raise Refused(_("A file has at most %(most)s papers.") % {"most": MOST_PAPERS}, field="file")
    file = one(StoredFile.objects.filter(purpose=PURPOSE), pk=file_id)
    row.papers.filter(kind=kind).exclude(state="replaced").update(state="replaced")
    made = Paper.objects.create(
        dossier=row, kind=kind, file=file, sha256=file.sha256, number=number.strip()[:60], issued_on=issued_on,
        expires_on=expires_on, sent_by=actor.name,
    )  # fmt: skip
    note(row, "paper", actor, f"{kind} {file.sha256[:12]}")
    return int(made.pk)


@action(needs="diligence.work", roles=WORKERS)
def check_paper(actor: Actor, *, dossier_id: int, paper_id: int, verdict: str, remark: str = "") -> None:
    """Say that a paper was compared with the original or its register and is in order (verified), or why it is not (refused)."""
    row = locked(actor, dossier_id, "open")
    held = one(row.papers.exclude(state="replaced"), pk=paper_id)
    if verdict not in ("verified", "refused"):
        raise Refused(_("Choose one of the list."), code="choice", field="verdict")
    if verdict == "refused" and len(remark.strip()) < 3:
        raise Refused(_("Say in a few words why."), field="remark")
    held.state, held.note, held.checked_by, held.checked_at = (
        verdict,
        remark.strip()[:400],
        actor.name,
        timezone.now(),
    )
    held.save()
    note(row, verdict, actor, held.kind)
    book.record(actor, facts.PaperChecked(row.pk, held.pk, held.kind, verdict, held.sha256))


@action(needs="diligence.work", roles=WORKERS)
def record_check(
    actor: Actor, *, dossier_id: int, check: str, result: dict[str, str], provider: str = "manual", file_id: int | None = None,
) -> list[str]:  # fmt: skip
    """Keep what a registry says as a snapshot with its hash: by a provider, or looked up by hand with a picture of the page.

    Returns the fields that changed since the snapshot before. Raises Refused for a check or provider nobody knows, a look-up by hand
    without evidence, and when the provider's price would exceed the budget of the file.
    """
    row = locked(actor, dossier_id, "open", "proposed", "decided")
    if check not in CHECKS:
        raise Refused(_("There is no check %(code)s.") % {"code": check}, code="choice", field="check")
    known = {code for code, _words in CHECKS[check].fields}
    strange = set(result) - known
    if strange or len(result) > MOST_FIELDS or any(len(value) > LONGEST for value in result.values()):
        raise Refused(_("This is not an answer of this check."), code="invalid", field="result")
    if provider != "manual" and provider not in providers:
        raise Refused(_("There is no provider %(code)s.") % {"code": provider}, code="choice", field="provider")
    file = one(StoredFile.objects.filter(purpose=PURPOSE), pk=file_id) if file_id is not None else None
    if provider == "manual" and file is None:
        raise Refused(
            _("A look-up by hand needs a picture or PDF of the page."),
            code="evidence",
            field="file",
            remedy=_("Save the page you looked at and add it."),
        )
    cost = 0 if provider == "manual" else providers[provider].cost_minor
    _within_budget(row, cost)
    clean = {code: str(result.get(code, "")).strip() for code, _words in CHECKS[check].fields}
    before = queries.newest(row).get(check)
    moved = changes(None if before is None else json.loads(before.result), clean)
    told = chain.canonical(
        {"check": check, "provider": provider, "result": clean, "file": file.sha256 if file else ""}
    )
    digest = hashlib.sha256(told).hexdigest()
    Snapshot.objects.create(
        dossier=row, check_code=check, provider=provider, result=chain.canonical(clean).decode(), verdict=verdict_of(check, clean),
        sha256=digest, file=file, cost_minor=cost, changes=json.dumps(moved, ensure_ascii=False), taken_by=actor.name,
    )  # fmt: skip
    note(row, "asked", actor, check)
    names = [name for name, _before, _after in moved]
    book.record(actor, facts.SnapshotTaken(row.pk, check, provider, digest, names))
    return names


def _within_budget(row: Dossier, cost: int) -> None:
    """Raises Refused when what providers cost would exceed the budget of a file."""
    rules, _version = queries.rules(timezone.localdate())
    budget = int(rules.budget.scaleb(exponent(row.currency)))
    spent = sum(row.snapshots.values_list("cost_minor", flat=True))
    if cost and spent + cost > budget:
        raise Refused(
            _("The budget of this file for paid answers is used up."),
            code="budget",
            remedy=_("Look it up by hand, or raise the budget in the rules."),
        )


@action(needs="diligence.work", roles=WORKERS)
def enter_year(
    actor: Actor, *, dossier_id: int, year: int, amounts: dict[str, int], audited: bool = False
) -> list[str]:
    """Enter (or enter again) the statements of a year, in minor units by line. Returns the codes of the checks that do not hold.

    Raises Refused naming the line for one that is not on the sheet or below nothing, and for a fourth year.
    """
    row = locked(actor, dossier_id, "open")
    if not 1990 <= year <= 2100:
        raise Refused(_("Write the year with four digits."), field="year")
    for line, amount in amounts.items():
        if line not in LINES:
            raise Refused(_("There is no line %(code)s.") % {"code": line[:40]}, code="line", field=line[:40])
        if abs(amount) > LARGEST or (amount < 0 and line not in SIGNED):
            raise Refused(_("This amount cannot stand here."), code="amount", field=line)
    if not amounts:
        raise Refused(_("Write at least one line."), field="amounts")
    others = row.years.exclude(year=year)
    if others.count() >= MOST_YEARS:
        raise Refused(_("Three years are enough."), code="years", field="year")
    values = {"lines": json.dumps(amounts), "audited": audited, "entered_by": actor.name}
    Year.objects.update_or_create(dossier=row, year=year, defaults=values)
    note(row, "statements", actor, str(year))
    rules, _version = queries.rules(timezone.localdate())
    found = queries.sheet_checks(row, rules)
    return [each.code for each in found if each.year == year and not each.holds]
