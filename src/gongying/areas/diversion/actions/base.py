"""What the verbs of a case share."""

from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.books.goods import read as goods
from gongying.books.parties import read as parties
from gongying.core.actor import Actor
from gongying.core.doors import PORTAL
from gongying.core.files import shelf
from gongying.core.refusal import Refused

from .. import queries
from ..models import Case, Evidence, Step

KEEPERS = ("admin", "director", "regional", "planner")
LONGEST = 2000
MOST_FOUND = 10_000_000  # base units in one line of evidence


@dataclass(frozen=True)
class Found:
    """A line of evidence as it comes in: product and region by code, quantity in base units."""

    place: str
    quantity: int
    found_on: date
    product: str = ""
    code: str = ""
    region: str = ""
    seller: str = ""
    file_id: int | None = None


def side_of(actor: Actor) -> str:
    """On whose side somebody speaks in a case he sees."""
    return "distributor" if actor.role in PORTAL else "house"


def said(text: str, field: str, words: object) -> str:
    """A text that must say something. Raises Refused."""
    if not text.strip():
        raise Refused(words, code="empty", field=field)
    return text.strip()[:LONGEST]


def step(
    actor: Actor, case: Case, what: str, text: str = "", *, side: str = "", file_id: int | None = None
) -> None:
    """Write down what happened."""
    Step.objects.create(
        case=case, what=what, side=side or side_of(actor), text=text, file_id=file_id, by=actor.name, on=timezone.localdate()
    )  # fmt: skip


def locked(actor: Actor, case_id: int) -> Case:
    """A case in scope, kept for this verb. Raises Missing."""
    return queries.case_for_update(actor, case_id)


def keep(actor: Actor, case: Case, found: Found, side: str) -> None:
    """Write a line of evidence. Raises Refused naming the field."""
    today = timezone.localdate()
    if not found.place.strip():
        raise Refused(_("Say where the goods were found."), field="place")
    if not 1 <= found.quantity <= MOST_FOUND:
        raise Refused(_("Write how many pieces were found, as a whole number."), field="quantity")
    if found.found_on > today:
        raise Refused(_("The day lies in the future."), field="found_on")
    if not found.product and not found.code.strip():
        raise Refused(
            _("Say which goods: the product, or the code that stands on them."), field="product",
            remedy=_("Choose the product, or write lot, serial or box number."),
        )  # fmt: skip
    product = goods.ids_by_code([found.product]).get(found.product) if found.product else None
    if found.product and product is None:
        raise Refused(_("There is no product %(code)s.") % {"code": found.product}, field="product")
    region = parties.region_ids([found.region]).get(found.region) if found.region else None
    if found.region and region is None:
        raise Refused(_("There is no region %(code)s.") % {"code": found.region}, field="region")
    if found.file_id is not None:
        shelf.find(actor, found.file_id)
    Evidence.objects.create(
        case=case, product_id=product, code=found.code.strip()[:80], region_id=region, place=found.place.strip()[:160], quantity=found.quantity,
        found_on=found.found_on, seller=found.seller.strip()[:160], file_id=found.file_id, side=side, made_by=actor.name, made_on=today,
    )  # fmt: skip
