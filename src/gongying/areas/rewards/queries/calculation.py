"""What a programme owes for a period: the settlement kernel fed from the lake."""

from dataclasses import dataclass

from django.db.models import Sum

from gongying.books.metrics import read as metrics
from gongying.books.parties import read as parties
from gongying.books.trade import read as trade
from gongying.core import calendar
from gongying.core.actor import Actor
from gongying.core.doors import HQ, query
from gongying.core.policies import read as policies
from gongying.core.refusal import Missing
from gongying.core.words import pick
from gongying.engines.rebates import Derivation, derive

from ..models import Statement
from ..rules import PROGRAMME, Programme


@dataclass(frozen=True)
class Due:
    """One line of a settlement: base (minor units or pieces), entitlement, settled before, due."""

    party_id: int
    code: str
    name: str
    currency: str
    base: int
    lines: int
    tier: int | None
    entitled_minor: int
    settled_minor: int
    due_minor: int


@dataclass(frozen=True)
class Calculation:
    """What a run would settle now: the policy it used, the watermark, and every derivation."""

    version_id: int
    policy_hash: str
    watermark: int
    currency: str
    rows: list[tuple[int, int, int, Derivation]]  # party, base, number of lines, derivation


def calculate(programme: str, period: str, up_to: int | None = None) -> Calculation:
    """due = F(cumulative facts, policy version) - settled, for every distributor of the programme."""
    span = calendar.period(period)
    policy = policies.value(PROGRAMME.code, programme, span.last_day)
    document = policy.document
    if not isinstance(document, Programme):
        raise Missing(programme)
    watermark = trade.watermark() if up_to is None else up_to
    (held,) = metrics.bases([selection_of(document, span, watermark)])
    inside = eligible(document)
    found = {base.party_id: base for base in held if inside is None or base.party_id in inside}
    before = settled_before(programme, period)
    terms, rows = document.terms(), []
    for party_id in sorted(found.keys() | before.keys()):
        base = found.get(party_id)
        counted = 0 if base is None else base.net_minor if document.basis == "value" else base.quantity
        derivation = derive(counted, terms, before.get(party_id, 0))
        rows.append((party_id, counted, base.lines if base else 0, derivation))
    return Calculation(policy.version_id, policy.hash, watermark, document.currency, rows)


def eligible(document: Programme) -> set[int] | None:
    """The distributors a programme names; None when it is for everybody in its regions."""
    return set(parties.ids_by_code(document.parties).values()) if document.parties else None


def selection_of(document: Programme, span: calendar.Period, watermark: int | None) -> metrics.Selection:
    """The lines a programme pays on in a period, as known at a watermark."""
    return metrics.Selection(
        span.start,
        span.end,
        document.currency,
        categories=tuple(document.categories),
        products=tuple(document.products),
        without=tuple(document.without),
        places=tuple(document.regions),
        up_to=watermark,
    )


def settled_before(programme: str, period: str) -> dict[int, int]:
    """What earlier runs that stand have settled, by party."""
    rows = Statement.objects.unscoped("settlement").filter(
        run__programme=programme, run__period=period, run__state="posted"
    )
    return dict(rows.values_list("party_id").annotate(total=Sum("due_minor")))


@query(needs="rewards.preview", roles=HQ)
def preview(actor: Actor, *, programme: str, period: str) -> list[Due]:
    """What settling a programme for a period would pay now; nothing is written."""
    known = {p.pk: p for p in parties.parties(actor)}
    found = calculate(programme, period)
    return [
        Due(
            pk,
            known[pk].code,
            pick(known[pk].name, known[pk].name_en),
            found.currency,
            base,
            count,
            d.tier,
            d.entitled,
            d.settled,
            d.due,
        )
        for pk, base, count, d in found.rows
        if pk in known
    ]
