"""Examine an application; carry an approved memo out."""

from datetime import date

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.areas.diligence import actions as diligence
from gongying.areas.recruiting import actions as recruiting
from gongying.areas.recruiting import queries as applications
from gongying.books.parties import post as parties
from gongying.books.parties import read as held
from gongying.books.places import post as places
from gongying.core.actor import Actor
from gongying.core.doors import action
from gongying.core.refusal import Refused

from . import queries


@action(needs="onboarding.examine", roles=("admin", "director", "regional"))
def examine(actor: Actor, *, application_id: int) -> int:
    """Open the file of an application and let it go on to examination. Returns the file's id."""
    row = applications.for_flow(actor, application_id)
    if row.state == "application":
        if not applications.application(actor, application_id).owner:
            recruiting.assign(actor, application_id=application_id)
        recruiting.move(actor, application_id=application_id, after="examination")
    elif row.state != "examination":
        raise Refused(_("Only what was handed in and is not decided can be examined."), code="state")
    return diligence.open_file(
        actor, company=row.company, uscc=row.uscc, region=row.region, partner_type=row.partner_type, subject=row.number,
        subject_ref=row.id, said={"profile": row.profile, "referees": row.referees},
    )  # fmt: skip


@action(needs="onboarding.admit", roles=("admin", "director"))
def carry_out(
    actor: Actor, *, application_id: int, code: str = "", supplier: str = "", since: date | None = None, name_en: str = "",
    met: str = "",
) -> str:  # fmt: skip
    """Do what the approved memo of an application says, in one transaction: reject, accept on conditions, or make a distributor of the
    company, with its supplier and its territory from a day on.

    What was accepted on conditions becomes a distributor when they are met (`met` says how). Returns the code of the distributor, or an
    empty text. Raises Refused without an approved memo, for a code that is taken, an unknown supplier, and what others hold exclusively.
    """
    row = queries.joined(actor, application_id=application_id)
    if not row.memo:
        raise Refused(_("The decision rests on no approved memo."), code="document")
    if row.state not in ("examination", "decision", "conditional"):
        raise Refused(_("Only what was handed in and is not decided can be examined."), code="state")
    if row.state == "examination":
        recruiting.move(actor, application_id=application_id, after="decision")
    if row.verdict == "rejected":
        _conclude(actor, row, "rejected")
        return ""
    if row.verdict == "conditional" and row.state != "conditional":
        _conclude(actor, row, "conditional", _conditions(row))
        return ""
    if row.verdict == "conditional" and len(met.strip()) < 5:
        raise Refused(_("Say how the conditions were met."), code="met", field="met")
    made = _admitted(actor, row, code.strip(), supplier.strip(), since or timezone.localdate(), name_en.strip())
    kept = f"{row.conditions} / {met.strip()}" if met.strip() else row.conditions
    _conclude(actor, row, "accepted", kept[:1000], made)
    return made


def _conclude(actor: Actor, row: queries.Joined, verdict: str, conditions: str = "", became: str = "") -> None:
    recruiting.conclude(
        actor, application_id=row.application, verdict=verdict, document=row.memo_number, answer=row.told, conditions=conditions,
        became=became,
    )  # fmt: skip


def _conditions(row: queries.Joined) -> str:
    """The conditions as the applicant reads them: those in words, and the deposit."""
    if not row.deposit_minor:
        return row.conditions
    deposit = f"保证金 / deposit {row.deposit_minor / 100:,.2f} {row.currency}"
    return f"{row.conditions}\n{deposit}".strip()


def _admitted(actor: Actor, row: queries.Joined, code: str, supplier: str, since: date, name_en: str) -> str:
    """Post the distributor with its place in the hierarchy and its territory. Returns its code."""
    if not 2 <= len(code) <= 40:
        raise Refused(_("Give the distributor a code."), field="code")
    known = held.ids_by_code([code, supplier])
    if code in known:
        raise Refused(_("The code %(code)s is taken.") % {"code": code}, code="taken", field="code")
    if supplier and supplier not in known:
        raise Refused(_("There is no distributor %(code)s.") % {"code": supplier}, field="supplier")
    speaks = applications.for_flow(actor, row.application)
    party = parties.PartyIn(
        code, row.company, name_en[:160], row.uscc, row.currency, row.region, speaks.contact, speaks.phone, since
    )
    parties.parties(actor, [party])
    made = held.ids_by_code([code])[code]
    if supplier:
        parties.link(actor, parent_id=known[supplier], child_id=made, valid_from=since)
    grant = places.TerritoryIn(made, row.region, row.channel, row.category, row.exclusive, since)
    places.territories(actor, [grant])
    return code
