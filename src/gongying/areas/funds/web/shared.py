"""What several pages of funds say alike: whose people look, what is typed, what is sent."""

from datetime import date
from decimal import Decimal, InvalidOperation

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.books.goods import read as goods
from gongying.books.parties import read as parties
from gongying.core import calendar
from gongying.core.actor import Actor
from gongying.core.doors import PORTAL
from gongying.core.files import kinds, shelf
from gongying.core.refusal import Refused
from gongying.core.ui.pages import Request
from gongying.core.words import pick

PURPOSE = "funds"
LARGEST = 12 * 1024 * 1024
MOST_FILES = 12
KINDS = ("image/jpeg", "image/png", "image/webp", "application/pdf")
PROOF_WORDS = (
    ("photo", _("Photos")),
    ("invoice", _("Invoice, as a picture or PDF")),
    ("agreement", _("Agreement")),
    ("list", _("List of attendance or goods")),
)


def own(actor: Actor) -> int | None:
    """The one company a distributor's people belong to."""
    if actor.role in PORTAL and actor.parties is not None and len(actor.parties) == 1:
        return next(iter(actor.parties))
    return None


def decimal_of(text: str, field: str) -> Decimal:
    """A typed number. Raises Refused."""
    try:
        found = Decimal(text.replace(",", "").strip())
    except InvalidOperation:
        found = Decimal("NaN")
    if not found.is_finite() or abs(found) > 10**9:
        raise Refused(_("Write it as a number, such as 12.50."), field=field)
    return found


def whole_of(text: str, field: str) -> int:
    """A typed whole number. Raises Refused."""
    clean = text.replace(",", "").strip()
    if not (clean.isascii() and clean.isdecimal()) or len(clean) > 9:
        raise Refused(_("Write the quantity as a whole number."), field=field)
    return int(clean)


def on_of(text: str) -> date:
    """The day an address names, today when it names none."""
    return calendar.typed(text) or timezone.localdate()


def party_of(actor: Actor, code: str) -> int:
    """The distributor in scope of a typed code. Raises Refused."""
    found = parties.parties(actor).filter(code=code.strip()).first()
    if found is None:
        raise Refused(_("There is no distributor %(code)s.") % {"code": code or "–"}, field="party")
    return int(found.pk)


def party_choices(actor: Actor) -> list[tuple[str, str]]:
    """(code, name) of the distributors in scope, for a list to type from; at most 2,000."""
    return [(row.code, pick(row.name, row.name_en)) for row in parties.parties(actor)[:2000]]


def product_choices() -> list[tuple[str, str]]:
    """(code, name) of the products that are sold."""
    rows = goods.products().filter(active=True).order_by("code")[:3000]
    return [(row.code, pick(row.name, row.name_en)) for row in rows]


def product_of(text: str) -> int:
    """The product of a typed code (a name may follow it). Raises Refused."""
    code = text.strip().split(" ")[0]
    found = goods.ids_by_code([code]).get(code)
    if found is None:
        raise Refused(_("There is no product %(code)s.") % {"code": code or "–"}, field="product")
    return found


def files_of(request: Request, name: str, party_id: int) -> list[int]:
    """Keep pictures and papers that were sent under a name, for a distributor. Raises Refused for anything else."""
    kept = []
    sent_all = request.FILES.getlist(name)
    if len(sent_all) > MOST_FILES:
        raise Refused(_("At most %(most)s files at once.") % {"most": MOST_FILES}, field=name)
    for sent in sent_all:
        kind = kinds.of_sent(sent)
        if kind not in KINDS or (sent.size or 0) > LARGEST:
            raise Refused(
                _("“%(name)s” is no picture or PDF of up to 12 MB.") % {"name": str(sent.name)[:60]},
                code="file",
                field=name,
                remedy=_("Send the photograph as the camera made it (JPG, PNG or WebP)."),
            )
        file = shelf.store(
            request.actor, name=sent.name or "proof", chunks=sent.chunks(), purpose=PURPOSE, content_type=kind,
            party_id=party_id,
        )  # fmt: skip
        kept.append(int(file.pk))
    return kept
