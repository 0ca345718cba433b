"""The only writer of territories."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gongying.books.parties import read as parties
from gongying.core.actor import Actor
from gongying.core.journal import book
from gongying.core.refusal import Refused

from . import facts
from .models import Territory


class TerritoryIn(NamedTuple):
    """A grant: `region` is a region's code; dates are half-open; empty channel or category means all."""

    party_id: int
    region: str
    channel: str = ""
    category: str = ""
    exclusive: bool = False
    valid_from: date = date(2000, 1, 1)
    valid_to: date | None = None


def territories(actor: Actor, rows: Sequence[TerritoryIn]) -> int:
    """Grant territories; a grant that stands already is left alone. Returns how many are new.

    Raises Refused when the region is unknown or an exclusive grant would overlap another party's.
    """
    ids, made = parties.region_ids(row.region for row in rows), 0
    for row in rows:
        if row.region not in ids:
            raise Refused(_("There is no region %(code)s.") % {"code": row.region}, field="region")
        values = row._asdict() | {"region_id": ids[row.region]}
        del values["region"]
        same = {name: values[name] for name in ("party_id", "region_id", "channel", "category", "valid_from")}
        if Territory.objects.unscoped("posting").filter(**same).exists():
            continue
        _refuse_conflict(row, ids[row.region])
        Territory.objects.create(**values)
        until = row.valid_to.isoformat() if row.valid_to else ""
        told = (
            row.party_id,
            row.region,
            row.channel,
            row.category,
            row.exclusive,
            row.valid_from.isoformat(),
            until,
        )
        book.record(actor, facts.TerritoryGranted(*told))
        made += 1
    return made


def _refuse_conflict(row: TerritoryIn, region_id: int) -> None:
    """Two grants of one region, channel and category on one day, of which one is exclusive, cannot both hold."""
    others = Territory.objects.unscoped("posting").filter(region_id=region_id).exclude(party_id=row.party_id)
    others = others.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=row.valid_from))
    if row.valid_to is not None:
        others = others.filter(valid_from__lt=row.valid_to)
    for name in ("channel", "category"):
        if getattr(row, name):
            others = others.filter(Q(**{name: ""}) | Q(**{name: getattr(row, name)}))
    clash = others.first() if row.exclusive else others.filter(exclusive=True).first()
    if clash is not None:
        raise Refused(
            _("This territory is granted exclusively to somebody else."),
            code="exclusive",
            field="region",
            remedy=_("End that grant first, or narrow the channel or category."),
        )
