"""Promotions: what runs for whom, what they have cost, a trial of a draft."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from gongying.books.goods import read as goods
from gongying.books.parties import read as parties
from gongying.books.prices import read as prices
from gongying.books.prices.read import PROMOTION, PromotionTerms
from gongying.core.actor import Actor
from gongying.core.doors import EVERYONE, HQ, PORTAL, query
from gongying.core.policies import read as policies
from gongying.core.policies.models import PolicyVersion
from gongying.core.refusal import Missing
from gongying.core.scope import one
from gongying.core.words import pick
from gongying.engines.money import exponent

from ..rules import left_words, sentence


def promotion_row(promotion_id: int) -> PolicyVersion:
    """A version of a promotion, or Missing."""
    row = policies.version(promotion_id)
    if row.kind != PROMOTION.code:
        raise Missing("no such promotion")
    return row


def visible_row(actor: Actor, promotion_id: int) -> PolicyVersion:
    """A version that this actor may read: drafts, and promotions for one region or distributor, only by whose it is."""
    row = promotion_row(promotion_id)
    return one(visible_rows(actor), pk=row.pk)


def visible_rows(actor: Actor) -> QuerySet[PolicyVersion]:
    """The versions this actor may read, the newest first: everything for the whole network, else what is published for the
    network, his regions and his distributors."""
    rows = policies.versions(PROMOTION.code)
    if actor.whole_network:
        return rows
    codes = set(parties.parties(actor).values_list("code", flat=True))
    regions = parties.region_codes_of(actor.parties or ())
    mine = Q(scope_kind="region", scope_key__in=regions) | Q(scope_kind="party", scope_key__in=codes)
    return rows.exclude(status="draft").filter(Q(scope_kind="network") | mine)


def terms_of(row: PolicyVersion) -> PromotionTerms:
    """The document of a version."""
    document = policies.parsed(row)
    if not isinstance(document, PromotionTerms):
        raise Missing("no such promotion")
    return document


def names() -> dict[str, str]:
    """The names of all products and groups by code, in the reader's language."""
    found = {each.code: pick(each.name, each.name_en) for each in goods.categories()}
    return found | {code: pick(zh, en) for code, zh, en in goods.products().values_list("code", "name", "name_en")}


@dataclass(frozen=True)
class Cost:
    """What a promotion cost with one distributor, in minor units: discount, and free goods at list."""

    party_id: int
    code: str
    name: str
    orders: int
    base_minor: int
    discount_minor: int
    gift_minor: int
    units: int

    @property
    def cost_minor(self) -> int:
        """Discount and gifts together."""
        return self.discount_minor + self.gift_minor


@dataclass(frozen=True)
class Performance:
    """What a promotion has cost so far among the distributors in scope, and what of its budget is left."""

    currency: str
    rows: list[Cost]
    units: int
    discount_minor: int
    gift_minor: int
    orders: int
    base_minor: int
    budget_units_left: int | None
    budget_minor_left: int | None

    @property
    def cost_minor(self) -> int:
        """Discount and gifts together."""
        return self.discount_minor + self.gift_minor

    @property
    def share(self) -> Decimal | None:
        """Cost as a part of the goods that earned it."""
        return Decimal(self.cost_minor) / self.base_minor if self.base_minor else None


def performance(actor: Actor, row: PolicyVersion) -> Performance:
    """Uses of a promotion since its counting day, taken back ones deducted, by distributor."""
    terms = terms_of(row)
    code, scope, since = prices.counted_from(row)
    used = prices.uses(actor, code=code, scope=scope).filter(on__gte=since).order_by()
    currency = terms.currency or used.values_list("currency", flat=True).first() or "CNY"
    rows = []
    grouped = used.filter(currency=currency).values("party_id", "party__code", "party__name", "party__name_en")
    sums = grouped.annotate(
        orders=Count("document", distinct=True), base=Sum("base_minor"), discount=Sum("discount_minor"),
        gifts=Sum("gift_value_minor"), free=Sum("units"),
    )  # fmt: skip
    for each in sums:
        name = pick(each["party__name"], each["party__name_en"])
        rows.append(
            Cost(
                each["party_id"], each["party__code"], name, each["orders"], each["base"], each["discount"],
                each["gifts"], each["free"],
            )
        )  # fmt: skip
    _counted, all_units, all_minor = prices.sums((code, scope, since), None)
    minor = 10 ** exponent(currency)
    units_left = None if terms.budget_units is None else max(0, terms.budget_units - all_units)
    minor_left = None if terms.budget_value is None else max(0, int(terms.budget_value * minor) - all_minor)
    return Performance(
        currency, sorted(rows, key=lambda each: (-each.cost_minor, each.code)), sum(r.units for r in rows),
        sum(r.discount_minor for r in rows), sum(r.gift_minor for r in rows), sum(r.orders for r in rows),
        sum(r.base_minor for r in rows), units_left, minor_left,
    )  # fmt: skip


def uses_of(actor: Actor, row: PolicyVersion, party_id: int | None = None) -> Any:
    """The documents that used a promotion, the newest first."""
    code, scope, since = prices.counted_from(row)
    rows = prices.uses(actor, code=code, scope=scope).filter(on__gte=since)
    return rows if party_id is None else rows.filter(party_id=party_id)


@dataclass(frozen=True)
class Offer:
    """A promotion as its customer reads it."""

    promotion_id: int
    code: str
    title: str
    says: str
    until: date | None  # the last day that counts
    left_units: int | None
    left: str
    counted: str


@query(needs="pricing.view", roles=EVERYONE)
def offers(actor: Actor, *, party_id: int, on: date) -> list[Offer]:
    """The promotions that run for a distributor on a day, in words, with what is left of them for it."""
    from_codes, found = names(), []
    for each in prices.running(actor, party_id, on):
        until = each.row.effective_to - date.resolution if each.row.effective_to else None
        left = each.left_units
        counted = _so_far(each.terms, each.progress.counted)
        found.append(
            Offer(
                each.row.pk,
                each.row.key,
                each.title,
                sentence(each.terms, from_codes),
                until,
                left,
                left_words(left),
                counted,
            )
        )
    return sorted(found, key=lambda offer: (offer.until or date.max, offer.code))


def _so_far(terms: PromotionTerms, counted: int) -> str:
    """How far a cumulative promotion has come."""
    if not terms.cumulative:
        return ""
    if terms.basis == "value":
        return f"{Decimal(counted).scaleb(-exponent(terms.currency)):,.2f} {terms.currency}"
    return f"{counted:,}"


@query(needs="pricing.own", roles=PORTAL)
def own_offers(actor: Actor, *, on: date) -> list[Offer]:
    """The promotions that run for one's own company on a day."""
    own = sorted(actor.parties or ())
    return offers(actor, party_id=own[0], on=on) if len(own) == 1 else []


@query(needs="pricing.performance", roles=HQ, name="pricing.performance")
def performance_view(actor: Actor, *, promotion_id: int) -> Performance:
    """What a promotion has cost so far by distributor, and what of its budget is left."""
    return performance(actor, visible_row(actor, promotion_id))
