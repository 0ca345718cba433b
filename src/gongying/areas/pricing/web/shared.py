"""What several pages of pricing say alike."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from gongying.core import calendar
from gongying.core.actor import Actor
from gongying.core.doors import PORTAL
from gongying.engines.money import exponent

KINDS = (("dealer", _("dealer price")), ("list", _("list price")), ("retail", _("retail price")), ("special", _("special price")))  # fmt: skip
KIND_WORDS = dict(KINDS)
SCOPES = (
    ("network", _("Whole network")),
    ("region", _("Region")),
    ("level", _("Level")),
    ("party", _("Distributor")),
)


def own(actor: Actor) -> int | None:
    """The one company a distributor's people belong to."""
    if actor.role in PORTAL and actor.parties is not None and len(actor.parties) == 1:
        return next(iter(actor.parties))
    return None


def day_of(text: str) -> date:
    """The day an address names, today when it names none."""
    return calendar.typed(text) or timezone.localdate()


def scope_word(kind: str, key: str, regions: dict[tuple[str, str], str]) -> str:
    """Whom a price or promotion is for."""
    if kind == "network":
        return say("Whole network")
    if kind == "level":
        return say("level %(level)s") % {"level": key}
    return regions.get((kind, key), key)


def pack_word(row: Any) -> str:
    """What a price is for: one piece, or a case of twelve."""
    if row.pack:
        return f"{row.pack} × {row.per}"
    return say("pc") if row.per == 1 else f"{row.per} {say('pc')}"


def minor_of(price: Decimal, currency: str) -> tuple[Decimal, str]:
    """A price in minor units, exact, as a money column takes it."""
    return price.scaleb(exponent(currency)), currency
