"""The only readers of parties and regions."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import OuterRef, Q, QuerySet, Subquery

from gongying.core import moment
from gongying.core.actor import Actor
from gongying.core.asked import Asked, Given
from gongying.core.people.access import resolvers
from gongying.core.people.models import UserScope
from gongying.core.policies.kinds import scope_chains
from gongying.core.scope import one
from gongying.core.words import pick

from .models import Party, PartyLevel, PartyLink, PartyRole, Region

KEPT = "parties.placed"  # what a moment keeps: see core/moment.py
LEVELS = 4  # of regions that are read in one question: country, region, province, city


def parties(actor: Actor, search: str = "") -> QuerySet[Party]:
    """Parties in scope, by code; `search` matches code, names and pinyin initials."""
    rows: QuerySet[Party] = Party.objects.for_actor(actor).select_related("region__parent__parent").order_by("code")
    if search:
        hit = Q(code__icontains=search) | Q(name__icontains=search) | Q(name_en__icontains=search)
        rows = rows.filter(hit | Q(initials__startswith=search.lower()))
    return rows


def party(actor: Actor, party_id: int) -> Party:
    """One party in scope, or Missing."""
    found: Party = one(Party.objects.for_actor(actor).select_related("region__parent"), pk=party_id)
    return found


def area(found: Party) -> Region | None:
    """The sales region a party belongs to: the first place above city and province, or the highest there is."""
    place = found.region
    while place and place.level in ("city", "province") and place.parent:
        place = place.parent
    return place


def ids_by_code(codes: Iterable[str]) -> dict[str, int]:
    """Party ids of codes, for posting."""
    rows = Party.objects.unscoped("posting").filter(code__in=set(codes))
    return dict(rows.values_list("code", "id"))


def _holding(at: date) -> QuerySet[PartyLink]:
    links: QuerySet[PartyLink] = PartyLink.objects.unscoped("hierarchy").filter(valid_from__lte=at)
    return links.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=at))


def ancestors(party_id: int, at: date) -> list[int]:
    """Who supplies this party on a day, nearest first, to the top."""
    up = dict(_holding(at).values_list("child_id", "parent_id"))
    found: list[int] = []
    while (above := up.get(found[-1] if found else party_id)) is not None and above not in found:
        found.append(above)
    return found


def descendants(party_id: int, at: date) -> set[int]:
    """Everybody this party supplies on a day, directly or not."""
    down: dict[int, list[int]] = {}
    for parent, child in _holding(at).values_list("parent_id", "child_id"):
        down.setdefault(parent, []).append(child)
    found: set[int] = set()
    todo = [party_id]
    while todo:
        for child in down.get(todo.pop(), []):
            if child not in found:
                found.add(child)
                todo.append(child)
    return found


@dataclass(frozen=True, slots=True)
class Relatives:
    """Who supplies a party, nearest first, and whom it supplies directly."""

    above: list[int]
    below: list[int]


def relatives(party_id: int, at: date) -> Relatives:
    """The place of a party in the hierarchy on a day, in one question."""
    links = list(_holding(at).values_list("child_id", "parent_id"))
    up, above = dict(links), list[int]()
    while (parent := up.get(above[-1] if above else party_id)) is not None and parent not in above:
        above.append(parent)
    return Relatives(above, sorted(child for child, parent in links if parent == party_id))


def region_names() -> list[tuple[str, str, str]]:
    """(code, name, English name) of every region above the city."""
    return list(Region.objects.exclude(level="city").values_list("code", "name", "name_en"))


def region_choices() -> list[tuple[str, str]]:
    """(code, name in the reader's language) of every region above the city."""
    return [(code, pick(name, name_en)) for code, name, name_en in region_names()]


# However deep the geography is; a region counts once, whatever its parents say.
PARTIES_UNDER = """
    WITH RECURSIVE under(id) AS (
        SELECT id FROM parties_region WHERE code IN ({marks})
        UNION SELECT r.id FROM parties_region r JOIN under u ON r.parent_id = u.id
    )
    SELECT p.id FROM parties_party p JOIN under ON p.region_id = under.id
"""


def all_ids() -> dict[str, int]:
    """The ids of all parties by code, for posting."""
    return dict(Party.objects.unscoped("posting").values_list("code", "id"))


def region_ids(codes: Iterable[str]) -> dict[str, int]:
    """Region ids of codes."""
    return dict(Region.objects.filter(code__in=set(codes)).values_list("code", "id"))


def all_region_codes() -> set[str]:
    """The codes of all regions."""
    return set(Region.objects.values_list("code", flat=True))


def region_codes_of(party_ids: Iterable[int]) -> set[str]:
    """Codes of the regions these parties sit in, and of everything above those."""
    up = {pk: (code, parent) for pk, code, parent in Region.objects.values_list("id", "code", "parent_id")}
    held = Party.objects.unscoped("regions of a scope").filter(pk__in=set(party_ids), region__isnull=False)
    found: set[str] = set()
    for place in held.values_list("region_id", flat=True).distinct():
        here: int | None = place
        while here is not None:
            code, here = up[here]
            found.add(code)
    return found


def in_regions(codes: Iterable[str]) -> frozenset[int]:
    """Ids of the parties that sit in the regions with these codes or anywhere below them, in one question."""
    wanted = sorted(set(codes))
    if not wanted:
        return frozenset()
    marks = ", ".join(["%s"] * len(wanted))
    with connection.cursor() as cursor:
        cursor.execute(PARTIES_UNDER.format(marks=marks), wanted)
        return frozenset(pk for (pk,) in cursor.fetchall())


def _parties_of_regions(keys: list[str], at: date) -> frozenset[int]:
    return in_regions(keys)


def _parties_of_ids(keys: list[str], at: date) -> frozenset[int]:
    return frozenset(int(key) for key in keys)


def levels_at(at: date, party_ids: Iterable[int]) -> dict[int, str]:
    """The level of these parties on a day; who has none is left out."""
    rows = PartyLevel.objects.unscoped("levels").filter(party__in=list(party_ids), since__lte=at).order_by("since")
    held = dict(rows.values_list("party_id", "level"))  # the last one stays
    return {party: level for party, level in held.items() if level}


def region_tree() -> dict[int, tuple[str, int | None]]:
    """The code of every region and the one above it, by number."""
    return {pk: (code, above) for pk, code, above in Region.objects.values_list("id", "code", "parent_id")}


def lineage(region_id: int, tree: dict[int, tuple[str, int | None]]) -> list[str]:
    """The codes of a region and of those above it, from below upwards, by a tree that was read before."""
    found, here = list[str](), region_id if region_id in tree else None
    while here is not None:
        code, above = tree[here]
        if code in found:
            break
        found.append(code)
        here = above
    return found


def regions_under(codes: Iterable[str]) -> set[int]:
    """The numbers of the regions with these codes and of all below them."""
    wanted, tree = set(codes), region_tree()
    return {pk for pk in tree if wanted & set(lineage(pk, tree))}


def regions_seen(actor: Actor) -> set[int] | None:
    """The numbers of the regions somebody looks after, with all below them; None is every region. For what has a region but no
    distributor yet."""
    if actor.whole_network:
        return None
    rows = UserScope.objects.filter(user_id=actor.user_id or 0, kind="region")
    return regions_under(rows.values_list("key", flat=True))


def regions(codes: Iterable[str] = ()) -> QuerySet[Region]:
    """Regions by code, those named or all, with the one above each."""
    rows = Region.objects.select_related("parent").order_by("code")
    return rows.filter(code__in=set(codes)) if codes else rows


def by_uscc(code: str) -> list[int]:
    """The numbers of the parties with a credit code, whoever asks: nobody is entered twice."""
    rows = Party.objects.unscoped("nobody is entered twice").exclude(uscc="").filter(uscc=code)
    return list(rows.order_by("id").values_list("id", flat=True))


def all_levels() -> frozenset[str]:
    """Every level that somebody has or had."""
    rows = PartyLevel.objects.unscoped("codes").exclude(level="").order_by()
    return frozenset(rows.values_list("level", flat=True).distinct())


def level_of(party_id: int, at: date) -> str:
    """The level of a party on a day, "" when it has none."""
    return levels_at(at, [party_id]).get(party_id, "")


def role(party_id: int, role: str, at: date) -> int:
    """The party that plays a role (bill_to, payer, ship_to) for a party on a day: itself when nobody else does."""
    rows = PartyRole.objects.unscoped("roles").filter(party_id=party_id, role=role, valid_from__lte=at)
    found = rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=at)).values_list("other_id", flat=True).first()
    return found or party_id


def played(other_id: int, role: str, at: date) -> list[int]:
    """The parties for which a party plays a role on a day, itself left out."""
    rows = PartyRole.objects.unscoped("roles").filter(other_id=other_id, role=role, valid_from__lte=at)
    rows = rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=at))
    return list(rows.order_by("party_id").values_list("party_id", flat=True))


def addressee(party_id: int) -> tuple[str, str]:
    """The name and the tax number under which a party is invoiced, whoever asks."""
    row = Party.objects.unscoped("who is invoiced").get(pk=party_id)
    return row.name, row.uscc


def role_spans(actor: Actor, party_id: int) -> QuerySet[PartyRole]:
    """Who played, plays or will play a role for a party in scope, the newest first."""
    rows: QuerySet[PartyRole] = PartyRole.objects.for_actor(actor).filter(party_id=party_id)
    return rows.select_related("other").order_by("-valid_from", "role")


def level_spans(actor: Actor, party_id: int) -> QuerySet[PartyLevel]:
    """Every level of a party in scope, the newest first; each holds until the one after it."""
    rows: QuerySet[PartyLevel] = PartyLevel.objects.for_actor(actor).filter(party_id=party_id)
    return rows.order_by("-since")


@dataclass(frozen=True, slots=True)
class Placed:
    """What prices and policies need of a party on a day: its code, currency and level, and its regions from below upwards."""

    code: str
    currency: str
    level: str
    regions: tuple[str, ...]


def placed(party_id: int, at: date) -> Placed:
    """Where a party stands on a day, read once in a verb; for posting. Raises ObjectDoesNotExist."""
    return moment.kept(KEPT, (party_id, at), lambda: _placed(party_id, at))


def _placed(party_id: int, at: date) -> Placed:
    rows = _PLACED(party=party_id, at=at)
    if not rows:
        raise Party.DoesNotExist
    ((code, currency, level, *codes, further),) = rows
    found, region = [each for each in codes if each], Region.objects.get(pk=further) if further else None
    while region is not None:
        found.append(region.code)
        region = region.parent
    return Placed(code, currency, level or "", tuple(found))


def _with_regions() -> QuerySet[Any, Any]:
    """A party with its level on a day and the codes of its regions, upwards, as one row."""
    last = PartyLevel.objects.unscoped("resolving a policy").filter(party=OuterRef("pk"), since__lte=Given("at"))
    rows = Party.objects.unscoped("resolving a policy").filter(pk=Given("party"))
    rows = rows.annotate(held=Subquery(last.order_by("-since").values("level")[:1]))
    *regions, above = ("region" + "__parent" * steps for steps in range(LEVELS + 1))
    found: QuerySet[Any, Any] = rows.values_list(
        "code", "currency", "held", *(f"{path}__code" for path in regions), f"{above}_id"
    )
    return found


_PLACED = Asked(_with_regions)


def _scopes_of(party_id: int, at: date) -> list[tuple[str, str]]:
    """The policy scopes of a party, most specific first: itself, its level, then its regions upwards."""
    here = placed(party_id, at)
    level = [("level", here.level)] if here.level else []
    return [("party", here.code), *level, *(("region", code) for code in here.regions)]


resolvers["region"] = _parties_of_regions
resolvers["party"] = _parties_of_ids
if _scopes_of not in scope_chains:
    scope_chains.append(_scopes_of)
