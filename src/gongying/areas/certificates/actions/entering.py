"""Enter a certificate: the house records one, or the distributor submits his; somebody else accepts it."""

from datetime import date

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.books.parties import read as parties
from gongying.core import turns
from gongying.core.actor import Actor
from gongying.core.doors import PORTAL, action
from gongying.core.files import shelf
from gongying.core.journal import book
from gongying.core.notices import bell
from gongying.core.numbers.series import next_number
from gongying.core.refusal import Refused

from .. import facts, queries
from ..models import Certificate
from ..rules import CertificateKind

KEEPERS = ("admin", "director", "regional", "planner")
SERIAL, ISSUER, HOLDER = 60, 120, 80  # characters


@action(needs="certificates.record", roles=KEEPERS)
def record(
    actor: Actor, *, party_id: int, kind: str, serial: str, issuer: str, valid_from: date, valid_to: date | None = None,
    holder: str = "", file_id: int | None = None,
) -> int:  # fmt: skip
    """Enter a certificate that a distributor (or, with `holder`, one of its people) holds; somebody else accepts it. Returns its id."""
    return _enter(actor, "house", party_id, kind, serial, issuer, (valid_from, valid_to), holder, file_id)


@action(needs="certificates.submit", roles=PORTAL)
def submit(
    actor: Actor, *, party_id: int, kind: str, serial: str, issuer: str, valid_from: date, valid_to: date | None = None,
    holder: str = "", file_id: int | None = None,
) -> int:  # fmt: skip
    """Send the house a certificate of one's own company or people; it counts once the house has accepted it. Returns its id."""
    return _enter(actor, "distributor", party_id, kind, serial, issuer, (valid_from, valid_to), holder, file_id)


def _enter(
    actor: Actor, side: str, party_id: int, kind: str, serial: str, issuer: str, span: tuple[date, date | None],
    holder: str, file_id: int | None,
) -> int:  # fmt: skip
    party, today = parties.party(actor, party_id), timezone.localdate()
    asked = queries.kinds_on(today).kind(kind)
    if asked is None:
        raise Refused(
            _("There is no kind of certificates “%(code)s”.") % {"code": kind},
            code="kind",
            field="kind",
            remedy=_("Choose one of the published kinds."),
        )
    serial, issuer, holder = (" ".join(text.split()) for text in (serial, issuer, holder))
    _check(asked, serial, issuer, span, holder)
    if file_id is not None:
        shelf.find(actor, file_id)
    elif asked.evidence:
        raise Refused(_("A copy must come with it."), code="evidence", field="file", remedy=_("Bring a picture (JPG, PNG, WebP) or a PDF."))  # fmt: skip
    turns.take(f"certificates/{party.pk}/{kind}")
    same = Certificate.objects.for_actor(actor).filter(party=party, kind=kind, serial=serial, holder=holder)
    twin = same.filter(state__in=("submitted", "accepted")).first()
    if twin is not None:
        raise Refused(_("This certificate is on record as %(number)s.") % {"number": twin.number}, code="twice", field="serial")  # fmt: skip
    row = Certificate.objects.create(
        number=next_number("ZS", on=today), party=party, kind=kind, holder=holder, serial=serial, issuer=issuer,
        valid_from=span[0], valid_to=span[1], file_id=file_id, side=side, made_by=actor.name, made_on=today,
    )  # fmt: skip
    book.record(actor, facts.CertificateSubmitted(row.pk, row.number, party.pk, kind, side))
    if side == "distributor":
        bell.tell(
            role="planner", link=f"/certificates/{row.pk}/", title=f"资质证书 {row.number} 待审核",
            title_en=f"Certificate {row.number} waits to be accepted",
        )  # fmt: skip
    return int(row.pk)


def _check(asked: CertificateKind, serial: str, issuer: str, span: tuple[date, date | None], holder: str) -> None:
    """Raises Refused naming the field at fault."""
    if not serial or len(serial) > SERIAL:
        raise Refused(_("Write the number that stands on the certificate (at most 60 characters)."), field="serial")
    if not issuer or len(issuer) > ISSUER:
        raise Refused(_("Write who issued it (at most 120 characters)."), field="issuer")
    if len(holder) > HOLDER or asked.personal != bool(holder):
        raise Refused(
            _("This kind is held by a person: name him.") if asked.personal else _("This kind is held by the company: name no person."),
            code="holder", field="holder",
        )  # fmt: skip
    since, until = span
    if until is not None and until < since:
        raise Refused(_("The last day lies before the first."), field="valid_to")
