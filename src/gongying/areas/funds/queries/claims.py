"""Commitments and claims in scope, what was used before, what grows old."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet

from gongying.core.actor import Actor
from gongying.core.doors import HQ, PORTAL, query
from gongying.core.scope import one
from gongying.engines import funding, likeness

from ..models import Appeal, Claim, ClaimLine, Commitment, Finding, Proof
from ..rules import said
from . import terms

MOST_COMPARED = 200_000  # pictures, the newest first
YEAR = timedelta(days=365)


def commitments(actor: Actor) -> QuerySet[Commitment]:
    """Commitments in scope, the newest first."""
    rows: QuerySet[Commitment] = Commitment.objects.for_actor(actor)
    return rows.select_related("party", "budget", "account").order_by("-id")


def commitment(actor: Actor, commitment_id: int) -> Commitment:
    """One commitment in scope, or Missing."""
    return one(commitments(actor), pk=commitment_id)


def claims(actor: Actor) -> QuerySet[Claim]:
    """Claims in scope, the newest first, with how many findings each has."""
    rows: QuerySet[Claim] = Claim.objects.for_actor(actor)
    rows = rows.select_related("party", "commitment__budget").annotate(found=Count("findings"))
    return rows.order_by("-id")


def claim(actor: Actor, claim_id: int) -> Claim:
    """One claim in scope, or Missing."""
    return one(claims(actor), pk=claim_id)


def appeals(actor: Actor) -> QuerySet[Appeal]:
    """Appeals in scope, the oldest due first."""
    rows: QuerySet[Appeal] = Appeal.objects.for_actor(actor)
    return rows.select_related("claim__party").order_by("due_on", "id")


def appeal(actor: Actor, appeal_id: int) -> Appeal:
    """One appeal in scope, or Missing."""
    return one(appeals(actor), pk=appeal_id)


def free(row: Commitment) -> int:
    """What of a commitment may still be claimed, in minor units."""
    return int(row.account.balance_minor - row.account.held_minor) if row.account is not None else 0


def borne(row: Commitment) -> int:
    """What of the activity's cost was claimed before and not turned down."""
    mine = Claim.objects.unscoped("costs of one commitment").filter(commitment=row)
    total = 0
    for each in mine.exclude(state__in=("rejected", "withdrawn")):
        total += each.cost_minor if each.approved_minor is None else _accepted(each)
    return total


def _accepted(row: Claim) -> int:
    lines = ClaimLine.objects.unscoped("costs of one commitment").filter(claim=row)
    return sum(line.approved_minor or 0 for line in lines)


def rejected_before(party_id: int, on: date) -> int:
    """How many claims of a distributor were rejected in the year before a day."""
    rows = Claim.objects.unscoped("risk of a claim").filter(party_id=party_id, state="rejected")
    return int(rows.filter(decided_on__gt=on - YEAR, decided_on__lte=on).count())


def _others(claim: Claim) -> Q:
    """Claims whose papers count as used: not withdrawn, not an earlier, rejected one of the same activity."""
    again = Q(claim__state="rejected", claim__commitment=claim.commitment_id)
    return ~Q(claim=claim.pk) & ~Q(claim__state="withdrawn") & ~again


def invoices_used(claim: Claim, numbers: Iterable[str]) -> dict[str, int]:
    """Of invoice numbers those on another claim, whoever made it: number and claim."""
    wanted = [number for number in numbers if number]
    rows = ClaimLine.objects.unscoped("an invoice is used once in the whole network").filter(
        _others(claim), invoice__in=wanted
    )
    return dict(rows.order_by("-id").values_list("invoice", "claim_id"))


def twins(
    claim: Claim, proofs: Collection[Proof], since: date, bits: int
) -> tuple[dict[int, tuple[int, int]], dict[int, tuple[int, int, int]]]:
    """Files and pictures that were used before, whoever used them, by proof: (claim, proof) of the same bytes; (claim, proof,
    differing bits) of the nearest picture."""
    before = Proof.objects.unscoped("a picture is used once in the whole network").filter(_others(claim))
    shas = [each.sha256 for each in proofs]
    held = {
        sha: (other, pk)
        for sha, other, pk in before.filter(sha256__in=shas).order_by("-id").values_list("sha256", "claim_id", "pk")
    }
    same = {each.pk: held[each.sha256] for each in proofs if each.sha256 in held}
    wanted = [each for each in proofs if each.likeness and each.pk not in same]
    alike: dict[int, tuple[int, int, int]] = {}
    if wanted:
        rows = before.exclude(likeness="").filter(made_on__gte=since).order_by("-id")
        known = list(rows.values_list("pk", "claim_id", "likeness")[:MOST_COMPARED])
        hashes = [(pk, int(text, 16)) for pk, _claim, text in known]
        owner = {pk: other for pk, other, _text in known}
        for each in wanted:
            near = likeness.nearest(int(each.likeness, 16), hashes, bits)
            if near:
                alike[each.pk] = (owner[near[0][0]], *near[0])
    return same, alike


@dataclass(frozen=True)
class Found:
    """A finding for people: its name, words, what it is about; `other` is the earlier claim where the reader may open it."""

    row: Finding
    words: str
    other: Claim | None
    other_proof: Proof | None


def findings(actor: Actor, row: Claim) -> list[Found]:
    """The findings of a claim; another distributor's claim is named only to whoever may see it."""
    mine = list(row.findings.for_actor(actor).order_by("-points", "id"))
    ids = {each.other_id for each in mine if each.other_id}
    others = {each.pk: each for each in Claim.objects.for_actor(actor).filter(pk__in=ids).select_related("party")}
    seen = {each.other_proof_id for each in mine if each.other_proof_id}
    proofs = {each.pk: each for each in Proof.objects.for_actor(actor).filter(pk__in=seen)}
    return [
        Found(
            each,
            said(each.code, json.loads(each.facts), row.currency),
            others.get(each.other_id or 0),
            proofs.get(each.other_proof_id or 0),
        )
        for each in mine
    ]


def proof(actor: Actor, proof_id: int) -> Proof:
    """One proof in scope, or Missing."""
    rows: QuerySet[Proof] = Proof.objects.for_actor(actor)
    return one(rows.select_related("file", "claim"), pk=proof_id)


@dataclass(frozen=True)
class ClaimView:
    """A claim in numbers, for programs."""

    id: int
    number: str
    party_id: int
    commitment: str
    currency: str
    cost_minor: int
    claimed_minor: int
    approved_minor: int | None
    paid_minor: int
    state: str
    score: int
    sampled: bool
    findings: list[str]


@query(needs="funds.view", roles=(*HQ, *PORTAL), name="funds.claim")
def claim_view(actor: Actor, *, claim_id: int) -> ClaimView:
    """A claim in scope with the codes of its findings."""
    row = claim(actor, claim_id)
    codes = list(row.findings.for_actor(actor).order_by("id").values_list("code", flat=True))
    return ClaimView(
        row.pk, row.number, row.party_id, row.commitment.number, row.currency, row.cost_minor, row.claimed_minor,
        row.approved_minor, row.paid_minor, row.state, row.score, row.sampled, codes,
    )  # fmt: skip


@dataclass(frozen=True)
class Aged:
    """Open commitments or claims of a currency by age: how many and how much (minor units) in each bucket."""

    what: str  # commitments | claims
    currency: str
    counts: tuple[int, ...]
    amounts: tuple[int, ...]

    @property
    def total(self) -> int:
        """All of it."""
        return sum(self.amounts)


@query(needs="funds.view_funds", roles=HQ)
def ageing(actor: Actor, *, on: date) -> list[Aged]:
    """What is committed and not claimed by the days since the approval, what is claimed and not paid by the days since it was
    handed in. Buckets are those of the policy."""
    bounds = terms.types(on)[0].ages
    counts: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0] * (len(bounds) + 1))
    sums: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0] * (len(bounds) + 1))
    for what, code, days, amount in _open(actor, on):
        place = funding.bucket(days, bounds)
        counts[what, code][place] += 1
        sums[what, code][place] += amount
    return [Aged(*key, tuple(counts[key]), tuple(sums[key])) for key in sorted(counts)]


def _open(actor: Actor, on: date) -> Iterable[tuple[str, str, int, int]]:
    for row in commitments(actor).filter(state="approved", decided_at__isnull=False):
        left = free(row)
        if left > 0:
            yield "commitments", row.currency, age(row, on), left
    for each in claims(actor).filter(state__in=("submitted", "approved")):
        due = each.claimed_minor if each.approved_minor is None else each.approved_minor - each.paid_minor
        yield "claims", each.currency, age(each, on), due


def age(row: Commitment | Claim, on: date) -> int:
    """How many days something is open on a day: a commitment since it was asked for, a claim since it was handed in."""
    return max(0, (on - row.made_on).days)


def waiting(actor: Actor) -> dict[str, Any]:
    """How many wait at the desk, by what."""
    return {
        "requests": commitments(actor).filter(state="requested").exclude(made_by=actor.name).count(),
        "sampled": claims(actor).filter(state="submitted", sampled=True).count(),
        "light": claims(actor).filter(state="submitted", sampled=False).count(),
        "unpaid": claims(actor).filter(state="approved").count(),
        "appeals": appeals(actor).filter(state="open").count(),
    }
