"""A draft of a promotion on the company's own history: what it would have cost, with whom.

A basket of the past is what a distributor bought on one day at the prices it paid; nobody buys more because of the promotion
in this reckoning. Scope, levels, caps and budget hold as they would, day after day.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from itertools import groupby

from django.utils.translation import gettext_lazy as _

from gongying.books.goods import read as goods
from gongying.books.lake.read import LINES, PRODUCTS, snapshot
from gongying.books.parties import read as parties
from gongying.books.prices.read.documents import built
from gongying.core.actor import Actor
from gongying.core.doors import query
from gongying.core.policies import read as policies
from gongying.core.policies.models import PolicyVersion
from gongying.core.refusal import Refused
from gongying.core.words import pick
from gongying.engines.promotions import Item, Progress, Promotion, apply

from .promotions import terms_of, visible_row

LONGEST = 366  # days
Line = tuple[date, int, str, str, int, int]  # day, party, product, group, base units, net minor units


@dataclass(frozen=True)
class Replayed:
    """What a version would have given one distributor, and the version in force before it, in minor units."""

    party_id: int
    code: str
    name: str
    orders: int
    base_minor: int
    before_minor: int
    after_minor: int
    units: int

    @property
    def change_minor(self) -> int:
        """More or less than before."""
        return self.after_minor - self.before_minor


@dataclass(frozen=True)
class _Given:
    """What a promotion gave one party in the period."""

    worth: int = 0
    units: int = 0
    orders: int = 0


def replayed(actor: Actor, row: PolicyVersion, start: date, end: date) -> list[Replayed]:
    """What a version would have cost in [start, end) by distributor in scope, beside what another version in force would have.

    Raises Refused for a span that is none or longer than a year.
    """
    if not start < end or (end - start).days > LONGEST:
        raise Refused(_("Choose at most a year of the past."), code="span", field="start")
    people = {party.pk: party for party in parties.parties(actor)}
    lines = _lines(start, end, terms_of(row).currency or "CNY")
    after, bases = _run(row, lines)
    older = [
        each for each in policies.in_force(row.kind, end - date.resolution, row.key)
        if each.pk != row.pk and (each.scope_kind, each.scope_key) == (row.scope_kind, row.scope_key)
    ]  # fmt: skip
    before, _bases = _run(older[-1], lines) if older else ({}, {})
    nothing = _Given()
    return [
        Replayed(
            pk, people[pk].code, pick(people[pk].name, people[pk].name_en), after.get(pk, nothing).orders, bases.get(pk, 0),
            before.get(pk, nothing).worth, after.get(pk, nothing).worth, after.get(pk, nothing).units,
        )
        for pk in sorted(before.keys() | after.keys())
        if pk in people and (before.get(pk, nothing).worth or after.get(pk, nothing).worth or after.get(pk, nothing).units)
    ]  # fmt: skip


def _lines(start: date, end: date, currency: str) -> list[Line]:
    """What every distributor bought by day and product, returns deducted, in the order of days."""
    held = LINES.filter(LINES.level == "sell_in", LINES.currency == currency, LINES.business_date >= start, LINES.business_date < end)  # fmt: skip
    joined = held.join(PRODUCTS, held.product_id == PRODUCTS.product_id)
    sums = joined.group_by(["business_date", "party_id", "product", "category"]).aggregate(
        pieces=joined.quantity.sum(), net=joined.net_minor.sum()
    )
    rows = sums.filter(sums.pieces > 0, sums.net >= 0).order_by(["business_date", "party_id", "product"])
    return [(row[0], row[1], row[2], row[3], int(row[4]), int(row[5])) for row in snapshot().rows(rows)]


def _run(row: PolicyVersion, lines: Iterable[Line]) -> tuple[dict[int, _Given], dict[int, int]]:
    """The promotion day after day, each distributor's purchases of a day as one basket; and what counted as its base."""
    terms = terms_of(row)
    deal: Promotion = replace(built(row, terms.currency or "CNY"), after=frozenset(), against=frozenset())
    inside, ids = _inside(row), goods.all_ids()
    packs = {code: sizes for code, pk in ids.items() if (sizes := goods.packs(ids.values()).get(pk))} if _packed(terms) else {}  # fmt: skip
    given: dict[int, _Given] = defaultdict(_Given)
    bases: dict[int, int] = defaultdict(int)
    progress: dict[int, Progress] = defaultdict(Progress)
    everybody = Progress()
    for (_day, party), held in groupby(lines, key=lambda line: line[:2]):
        if inside is not None and party not in inside:
            continue
        items = [Item(str(n), line[2], line[3], line[4], line[5]) for n, line in enumerate(held)]
        values = {item.product: Fraction(item.amount, item.quantity) for item in items}
        before = replace(progress[party], all_units=everybody.all_units, all_value=everybody.all_value)
        for each in apply(items, [deal], {deal.code: before}, packs, values).applied:
            known = given[party]
            given[party] = _Given(
                known.worth + each.worth, known.units + each.units, known.orders + bool(each.worth or each.units)
            )
            bases[party] += each.base if each.worth or each.units else 0
            progress[party] = replace(
                before, counted=before.counted + each.counted, own_units=before.own_units + each.units,
                own_value=before.own_value + each.discount,
            )  # fmt: skip
            everybody = replace(everybody, all_units=everybody.all_units + each.units, all_value=everybody.all_value + each.discount)  # fmt: skip
    return given, bases


def _packed(terms: object) -> bool:
    return bool(getattr(terms, "unit", "") or getattr(terms, "gift_unit", ""))


def _inside(row: PolicyVersion) -> set[int] | None:
    """The distributors a version is for, by its scope and its levels on its first day; None is everybody."""
    terms, inside = terms_of(row), None
    if row.scope_kind == "region":
        inside = set(parties.in_regions([row.scope_key]))
    elif row.scope_kind == "party":
        inside = set(parties.ids_by_code([row.scope_key]).values())
    if terms.levels:
        everybody = inside if inside is not None else set(parties.all_ids().values())
        held = parties.levels_at(row.effective_from, everybody)
        inside = {pk for pk in everybody if held.get(pk, "") in terms.levels}
    return inside


@query(needs="pricing.replay", roles=("admin", "director", "planner"), name="pricing.replay")
def replay_view(actor: Actor, *, promotion_id: int, start: date, last: date) -> list[Replayed]:
    """What a version of a promotion would have cost from a day to a last day, by distributor in scope."""
    return replayed(actor, visible_row(actor, promotion_id), start, last + timedelta(days=1))
