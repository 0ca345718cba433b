"""Whether somebody may decide, by which rule and in whose stead; and who could."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from gongying.core.actor import Actor
from gongying.core.people.access import person
from gongying.core.people.models import RolePermission, User, UserScope
from gongying.core.policies import read as policies

from .matrix import KEY, KIND, Matrix, Rule, allows, applying
from .models import Delegation


@dataclass(frozen=True)
class Verdict:
    """Whether somebody may decide. `rule` is what allows it, in words; `stead` is whom he decides for ("" himself); `why` says
    what is missing when he may not."""

    allowed: bool
    rule: str = ""
    stead: str = ""
    why: Any = ""


@dataclass(frozen=True)
class Approver:
    """Somebody who may decide: by his role, or in the stead of `stead`."""

    user_id: int
    login: str
    name: str
    role: str
    stead: str = ""


def words_of(rule: Rule) -> str:
    """A rule in one line: `director ≤ 500000 CNY (HD)`."""
    upto = "∞" if rule.limit is None else f"{rule.limit.normalize():f} {rule.currency}"
    where = ", ".join([*rule.regions, *rule.groups])
    return f"{rule.role} ≤ {upto}" + (f" ({where})" if where else "")


def rules_of(verb: str, on: date) -> list[Rule] | None:
    """The rules of a verb that hold on a day; None when the matrix says nothing of it (then the permission alone decides)."""
    found = policies.candidates(KIND, KEY, on)
    document = policies.parsed(found[0]) if found else None
    if not isinstance(document, Matrix) or not any(rule.verb in (verb, "*") for rule in document.rules):
        return None
    return applying(document, verb, on)


def may(
    actor: Actor,
    verb: str,
    *,
    amount_minor: int,
    currency: str,
    on: date,
    party_id: int | None = None,
    groups: Collection[str] = (),
    made_by: Collection[str] = (),
) -> Verdict:
    """Whether somebody may decide a verb over an amount (minor units) for a party. `made_by` are those who made the thing:
    they decide over it neither themselves nor through whoever stands in for them."""
    made_by = {person(name) for name in made_by if name}
    if person(actor.name) in made_by:
        return Verdict(False, why=_("Somebody else must approve what you made."))
    rules = rules_of(verb, on)
    if rules is None:
        return Verdict(True, rule=f"{actor.role}: {verb}")
    regions = {key for kind, key in policies.scopes_of(party_id, on) if kind == "region"}
    held = allows(rules, actor.role, amount_minor, currency, regions, groups)
    if held is not None or actor.role == "system":
        return Verdict(True, rule=words_of(held) if held else "system")
    for each, giver in standing_in(actor.user_id, verb, on):
        if each.limit_minor is not None and (each.currency != currency or amount_minor > each.limit_minor):
            continue
        lent = allows(rules, giver.role, amount_minor, currency, regions, groups)
        if lent is not None and giver.login not in made_by:
            return Verdict(True, rule=words_of(lent), stead=giver.login)
    return Verdict(False, why=_("The amount is beyond your authority."))


def standing_in(user_id: int | None, verb: str, on: date) -> list[tuple[Delegation, User]]:
    """The delegations somebody has received that hold on a day for a verb, with their givers, who are still there."""
    rows = list(in_force(on).filter(receiver_id=user_id or 0).filter(Q(verb="") | Q(verb=verb)).order_by("id"))
    givers = User.objects.filter(is_active=True).in_bulk({row.giver_id for row in rows}) if rows else {}
    return [(row, givers[row.giver_id]) for row in rows if row.giver_id in givers]


def in_force(on: date) -> QuerySet[Delegation]:
    """The delegations that hold on a day."""
    return Delegation.objects.filter(since__lte=on, until__gte=on, ended_at__isnull=True)


def who(
    verb: str,
    *,
    amount_minor: int,
    currency: str,
    on: date,
    party_id: int | None = None,
    groups: Collection[str] = (),
    made_by: Collection[str] = (),
    permission: str = "",
) -> list[Approver]:
    """Everybody who may decide: by role (and whose scope reaches the party), and those who stand in for one of them."""
    made_by = {person(name) for name in made_by if name}
    rules = rules_of(verb, on)
    scopes = policies.scopes_of(party_id, on)
    regions = {key for kind, key in scopes if kind == "region"}
    people = User.objects.filter(is_active=True).exclude(login__in=list(made_by)).order_by("login")
    if rules is None:
        roles = set(_holders(permission or verb))
    else:
        roles = {rule.role for rule in rules if allows([rule], rule.role, amount_minor, currency, regions, groups)}
    mine = [user for user in people.filter(role__in=roles) if _reaches(user.pk, party_id, regions)]
    found = [Approver(u.pk, u.login, u.name, u.role) for u in mine]
    known = {each.user_id for each in found}
    names = {user.pk: user for user in mine}
    lent = list(in_force(on).filter(giver_id__in=names).filter(Q(verb="") | Q(verb=verb)).order_by("id"))
    others = people.in_bulk({each.receiver_id for each in lent}) if lent else {}
    for each in lent:
        other = others.get(each.receiver_id)
        fits = each.limit_minor is None or (each.currency == currency and amount_minor <= each.limit_minor)
        if other is not None and fits and other.pk not in known:
            known.add(other.pk)
            found.append(Approver(other.pk, other.login, other.name, other.role, names[each.giver_id].login))
    return found


def _holders(permission: str) -> list[str]:
    """The roles that hold a permission."""
    rows = RolePermission.objects.filter(permission=permission, held=True)
    return list(rows.values_list("role", flat=True))


def _reaches(user_id: int, party_id: int | None, regions: Collection[str]) -> bool:
    """Whether a user's scope holds a party."""
    rows = UserScope.objects.filter(user_id=user_id)
    mine = Q(kind="all") | Q(kind="region", key__in=regions) | Q(kind="party", key=str(party_id))
    return party_id is None or rows.filter(mine).exists()


def of_user(user_id: int) -> QuerySet[Delegation]:
    """What somebody gave and received, newest first."""
    return Delegation.objects.filter(Q(giver_id=user_id) | Q(receiver_id=user_id)).order_by("-id")


def everybodys() -> QuerySet[Delegation]:
    """All delegations, newest first."""
    return Delegation.objects.order_by("-id")
