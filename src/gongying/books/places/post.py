"""The only writer of territories and sites."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gongying.books.parties import read as parties
from gongying.core import moment
from gongying.core.actor import Actor
from gongying.core.journal import book
from gongying.core.refusal import Refused

from . import facts, read
from .models import KINDS, Site, Territory


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


class SiteIn(NamedTuple):
    """A site by its code; no party is the house, `region` a region's code, capacities in base units and minor units."""

    code: str
    name: str
    name_en: str = ""
    party_id: int | None = None
    kind: str = "warehouse"
    region: str = ""
    address: str = ""
    contact: str = ""
    phone: str = ""
    active: bool = True
    capacity_units: int | None = None
    capacity_minor: int | None = None
    currency: str = "CNY"


def sites(actor: Actor, rows: Sequence[SiteIn]) -> dict[str, int]:
    """Open or change sites by code. Returns their ids. The first warehouse of the house is the main one.

    Raises Refused when a region or kind is unknown, or a site would change hands: its stock would with it.
    """
    regions = parties.region_ids(row.region for row in rows if row.region)
    known = {row.code: row for row in Site.objects.unscoped("posting").filter(code__in=[r.code for r in rows])}
    changed = []
    for row in rows:
        values = _site_values(row, regions)
        site = known.get(row.code)
        if site is None:
            known[row.code] = Site.objects.create(**values)
            changed.append(row.code)
        elif any(getattr(site, name) != value for name, value in values.items()):
            if (site.party_id, site.kind) != (row.party_id, row.kind):
                raise Refused(_("A site keeps its owner and its kind."), code="site", field="kind")
            for name, value in values.items():
                setattr(site, name, value)
            site.save()
            changed.append(row.code)
    if changed:
        _choose_main()
        moment.forget(read.KEPT)
        book.record(actor, facts.SitesPosted(changed))
    return {row.code: known[row.code].pk for row in rows}


def house(actor: Actor) -> tuple[Site, Site]:
    """The main warehouse of the house and its goods in transit; opened the first time they are asked for."""
    house_sites = Site.objects.unscoped("a house site").filter(party__isnull=True)
    if not house_sites.filter(main=True).exists():
        sites(actor, [SiteIn("WH-1", "主仓库", "Main warehouse")])
    if not house_sites.filter(kind="transit").exists():
        sites(actor, [SiteIn("TRANSIT", "在途", "In transit", kind="transit")])
    return house_sites.get(main=True), house_sites.filter(kind="transit").order_by("pk")[0]


def make_main(actor: Actor, *, site_id: int) -> None:
    """Let a warehouse of the house be the one used by default."""
    found = Site.objects.unscoped("a house site").filter(party__isnull=True, kind="warehouse", active=True)
    row = found.filter(pk=site_id).first()
    if row is None:
        raise Refused(_("Only an open warehouse of the house can be the main one."), code="site", field="site_id")
    Site.objects.unscoped("a house site").filter(main=True).update(main=False)
    row.main = True
    row.save(update_fields=["main"])
    moment.forget(read.KEPT)
    book.record(actor, facts.SitesPosted([row.code]))


def _site_values(row: SiteIn, regions: dict[str, int]) -> dict[str, Any]:
    if row.region and row.region not in regions:
        raise Refused(_("There is no region %(code)s.") % {"code": row.region}, field="region")
    if row.kind not in KINDS:
        raise Refused(_("There is no such kind of site."), field="kind")
    values: dict[str, Any] = row._asdict() | {"region_id": regions.get(row.region)}
    del values["region"]
    return values


def _choose_main() -> None:
    """The house has one main warehouse as long as it has an open one."""
    house_sites = Site.objects.unscoped("a house site").filter(party__isnull=True, kind="warehouse")
    house_sites.filter(main=True, active=False).update(main=False)
    if not house_sites.filter(main=True).exists():
        first = house_sites.filter(active=True).order_by("pk").first()
        if first is not None:
            first.main = True
            first.save(update_fields=["main"])
