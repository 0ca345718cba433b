"""The only writers of parties and regions."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date

from django.db.models import ProtectedError, Q
from django.utils.translation import gettext_lazy as _
from pypinyin import Style, lazy_pinyin

from gongying.core import moment
from gongying.core.actor import Actor
from gongying.core.journal import book
from gongying.core.people.access import has_people
from gongying.core.policies.read import SCOPES_OF
from gongying.core.refusal import Refused

from . import facts, read
from .models import ROLES, Party, PartyLevel, PartyLink, PartyRole, Region


@dataclass(frozen=True, slots=True)
class PartyIn:
    """What is known of a party; `code` is the business key."""

    code: str
    name: str
    name_en: str = ""
    uscc: str = ""
    currency: str = "CNY"
    region: str = ""
    contact: str = ""
    phone: str = ""
    opened_on: date | None = None


@dataclass(frozen=True, slots=True)
class RegionIn:
    """A region and the code of its parent."""

    code: str
    name: str
    name_en: str = ""
    level: str = "region"
    parent: str = ""


def regions(actor: Actor, rows: Sequence[RegionIn]) -> int:
    """Create or rename regions, parents first. Returns how many are new. Refuses an unknown parent and circles."""
    made = changed = 0
    for row in rows:
        parent = _above(row) if row.parent else None
        values = {"name": row.name, "name_en": row.name_en, "level": row.level, "parent": parent}
        if Region.objects.filter(code=row.code, **values).exists():
            continue
        _region, created = Region.objects.update_or_create(code=row.code, defaults=values)
        made, changed = made + created, changed + 1
    if changed:
        _moved()
        book.record(actor, facts.RegionsPosted(changed, made))
    return made


def _above(row: RegionIn) -> Region:
    """The parent of a region. Refuses one that is not there, and a region above itself."""
    parent = Region.objects.filter(code=row.parent).first()
    if parent is None:
        raise Refused(_("There is no region %(code)s.") % {"code": row.parent}, field="parent")
    here: Region | None = parent
    while here is not None:
        if here.code == row.code:
            raise Refused(_("A region cannot be above itself."), code="circle", field="parent")
        here = here.parent
    return parent


def parties(actor: Actor, rows: Sequence[PartyIn]) -> dict[str, str]:
    """Create or update parties by code. Returns created | updated | unchanged for each code."""
    places = {region.code: region.pk for region in Region.objects.all()}
    known = {p.code: p for p in Party.objects.unscoped("posting").filter(code__in=[r.code for r in rows])}
    outcome: dict[str, str] = {}
    fresh, changed = [], []
    for row in rows:
        if row.region and row.region not in places:
            raise Refused(_("There is no region %(code)s.") % {"code": row.region}, field="region")
        values = asdict(row) | {"initials": initials(row.name)}
        values["region_id"] = places.get(values.pop("region"))
        party = known.get(row.code)
        if party is None:
            party = known[row.code] = Party(**values)
            fresh.append(party)
            outcome[row.code] = "created"
        elif any(getattr(party, name) != value for name, value in values.items()):
            for name, value in values.items():
                setattr(party, name, value)
            changed.append(party)
            outcome[row.code] = "updated"
        else:
            outcome.setdefault(row.code, "unchanged")
    Party.objects.bulk_create(fresh)
    for party in changed:
        party.save()
    if fresh or changed:
        _moved()
        book.record(actor, facts.PartiesPosted(len(fresh), len(changed)))
    return outcome


def link(actor: Actor, *, parent_id: int, child_id: int, valid_from: date) -> int:
    """From `valid_from` on, `parent` supplies `child`; an open link before it ends that day. Refuses circles, also those
    that links of later days would close.
    """
    later_days = PartyLink.objects.unscoped("hierarchy").filter(valid_from__gt=valid_from)
    days = {valid_from, *later_days.values_list("valid_from", flat=True)}
    if parent_id == child_id or any(child_id in read.ancestors(parent_id, day) for day in days):
        raise Refused(_("A distributor cannot be above itself."), code="circle", field="parent")
    later = PartyLink.objects.unscoped("hierarchy").filter(child_id=child_id, valid_from__gte=valid_from)
    if later.exists():
        raise Refused(_("A later change of supplier is already on record."), field="valid_from")
    held = PartyLink.objects.unscoped("hierarchy").filter(child_id=child_id)
    held.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=valid_from)).update(valid_to=valid_from)
    row = PartyLink.objects.create(parent_id=parent_id, child_id=child_id, valid_from=valid_from)
    book.record(actor, facts.PartyLinked(parent_id, child_id, valid_from.isoformat()))
    return int(row.pk)


def unlink(actor: Actor, *, parent_id: int, child_id: int, valid_from: date) -> None:
    """Take back that `parent` supplies `child` from `valid_from` on; the supplier before it holds again."""
    held = PartyLink.objects.unscoped("hierarchy").filter(child_id=child_id)
    row = held.filter(parent_id=parent_id, valid_from=valid_from).first()
    if row is None:
        return
    until = row.valid_to
    row.delete()
    held.filter(valid_to=valid_from).update(valid_to=until)
    book.record(actor, facts.PartyUnlinked(parent_id, child_id, valid_from.isoformat()))


def remove(actor: Actor, codes: Sequence[str]) -> int:
    """Take parties back that were entered by mistake, with the links to their suppliers. Returns how many.

    Refuses when anything rests on one: a line, a contract of territory, somebody it supplies, a user.
    """
    rows = Party.objects.unscoped("posting").filter(code__in=codes)
    ids = list(rows.values_list("id", flat=True))
    in_use = Refused(_("One of these distributors is in use already."), code="rests")
    if has_people(ids):
        raise in_use
    PartyLink.objects.unscoped("hierarchy").filter(child_id__in=ids).delete()
    try:
        rows.delete()
    except ProtectedError as held:
        raise in_use from held
    book.record(actor, facts.PartiesRemoved(len(ids)))
    return len(ids)


def set_levels(actor: Actor, levels: Mapping[int, str], *, since: date, document: str) -> int:
    """From `since` on these parties hold these levels ("" is none). Levels that hold already are left alone. Returns how
    many changed. A second word on the same day replaces the first.
    """
    held = read.levels_at(since, levels)
    changed = {party: level for party, level in levels.items() if held.get(party, "") != level}
    same_day = PartyLevel.objects.unscoped("posting").filter(since=since, party__in=changed)
    same_day.delete()
    rows = [PartyLevel(party_id=p, level=level, since=since, document=document) for p, level in changed.items()]
    PartyLevel.objects.bulk_create(rows)
    if changed:
        _moved()
        told = {str(party): level for party, level in sorted(changed.items())}
        book.record(actor, facts.LevelsSet(told, since.isoformat(), document))
    return len(changed)


def set_role(actor: Actor, *, party_id: int, role: str, other_id: int, valid_from: date) -> None:
    """From `valid_from` on `other` plays a role (bill_to, payer, ship_to) for `party`; the one before ends that day.

    Naming the party itself ends what another one played. Refuses a change before one that is on record.
    """
    if role not in ROLES:
        raise Refused(_("There is no role %(code)s.") % {"code": role}, field="role")
    held = PartyRole.objects.unscoped("posting").filter(party_id=party_id, role=role)
    if held.filter(valid_from__gte=valid_from).exists():
        raise Refused(_("A later change of this role is already on record."), field="valid_from")
    held.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=valid_from)).update(valid_to=valid_from)
    if other_id != party_id:
        PartyRole.objects.create(party_id=party_id, role=role, other_id=other_id, valid_from=valid_from)
    book.record(actor, facts.RoleSet(party_id, role, other_id, valid_from.isoformat()))


def _moved() -> None:
    """Where parties stand is read anew in this verb."""
    moment.forget(read.KEPT)
    moment.forget(SCOPES_OF)


def initials(name: str) -> str:
    """Pinyin initials for searching: 杭州钱塘 is hzqt."""
    return "".join(lazy_pinyin(name, style=Style.FIRST_LETTER))[:60].lower()
