"""Which promotions and terms hold for a party on a day."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from gongying.books.parties import read as parties
from gongying.core.actor import Actor
from gongying.core.policies import read as policies
from gongying.core.policies.models import PolicyVersion
from gongying.core.words import pick
from gongying.engines.promotions import Progress, Promotion

from .book import Scopes, scopes_for
from .documents import PROMOTION, TERMS, PromotionTerms, Terms, built, parsed
from .used import Counted, progress_of


@dataclass(frozen=True, slots=True)
class Running:
    """A promotion that runs for a party: its terms, and what it used before."""

    row: PolicyVersion
    terms: PromotionTerms
    progress: Progress

    @property
    def title(self) -> str:
        """In the reader's language."""
        return pick(self.row.title, self.row.title_en)

    @property
    def left_units(self) -> int | None:
        """Free base units that cap and budget leave to this party; None is no limit."""
        return _left(
            self.terms.cap_units, self.progress.own_units, self.terms.budget_units, self.progress.all_units
        )


def _left(cap: int | None, own: int, budget: int | None, everybody: int) -> int | None:
    left = [limit - used for limit, used in ((cap, own), (budget, everybody)) if limit is not None]
    return max(0, min(left)) if left else None


def in_force(scopes: Scopes, on: date) -> tuple[list[PolicyVersion], list[PolicyVersion]]:
    """The promotions and the level discounts that hold in the scopes of a party, in one question.

    Of a promotion the most specific scope holds; of the level discounts all are given, the most specific first.
    """
    rows = sorted(policies.held((PROMOTION.code, TERMS.code), on), key=lambda row: row.version)
    best: dict[tuple[str, str], PolicyVersion] = {}
    terms: dict[int, PolicyVersion] = {}
    for row in rows:  # ordered by version: the highest of a scope stays
        place = scopes.get((row.scope_kind, row.scope_key))
        if place is None:
            continue
        if row.kind == TERMS.code:
            terms[place] = row
            continue
        known = best.get((row.kind, row.key))
        if known is None or place <= scopes[known.scope_kind, known.scope_key]:
            best[row.kind, row.key] = row
    return [best[key] for key in sorted(best)], [terms[place] for place in sorted(terms)]


def fitting(rows: Sequence[PolicyVersion], level: str, currency: str) -> list[tuple[PolicyVersion, Promotion]]:
    """The promotions for a level in a currency, as the engine takes them."""
    found = []
    for row in rows:
        terms: PromotionTerms = parsed(row)
        if (not terms.levels or level in terms.levels) and terms.currency in ("", currency):
            found.append((row, built(row, currency)))
    return found


def level_in(scopes: Scopes) -> str:
    """The level among the scopes of a party; "" when it has none."""
    return next((key for kind, key in scopes if kind == "level"), "")


def counted_from(row: PolicyVersion) -> Counted:
    """Under which code and scope, and since when, the uses of a promotion count."""
    terms: PromotionTerms = parsed(row)
    return row.key, scope_of(row), terms.counted_from or row.effective_from


def older(rows: Iterable[PolicyVersion]) -> dict[Counted, bool]:
    """Of promotions the later versions: uses of an earlier one may count for them; and whether they have a budget."""
    found = {}
    for row in rows:
        terms: PromotionTerms = parsed(row)
        if row.version > 1 and row.pk:
            found[counted_from(row)] = terms.budget_units is not None or terms.budget_value is not None
    return found


def scope_of(row: PolicyVersion) -> str:
    """The scope of a version as one word."""
    return f"{row.scope_kind}:{row.scope_key}"


def discount_of(
    terms: Sequence[PolicyVersion], level: str, product: str, group: str
) -> tuple[PolicyVersion, Terms] | None:
    """The version whose row holds for a product at a level: the most specific scope that has one."""
    for row in terms:
        document: Terms = parsed(row)
        if document.row_for(level, product, group) is not None:
            return row, document
    return None


def running(actor: Actor, party_id: int, on: date, currency: str = "") -> list[Running]:
    """The promotions that run for a party in scope on a day, with what it used of them before."""
    party = parties.party(actor, party_id)
    scopes = scopes_for(party_id, on)
    rows, _terms = in_force(scopes, on)
    fit = fitting(rows, level_in(scopes), currency or party.currency)
    before = progress_of(party_id, [counted_from(row) for row, _deal in fit], older(row for row, _deal in fit))
    return [Running(row, parsed(row), before[counted_from(row)]) for row, _deal in fit]


def promotion_rows(on: date) -> list[PolicyVersion]:
    """Every published promotion that holds on a day or will, in every scope; ordered by version."""
    rows = PolicyVersion.objects.filter(kind=PROMOTION.code, status="published")
    return list(rows.filter(Q(effective_to__isnull=True) | Q(effective_to__gt=on)).order_by("key", "version"))
