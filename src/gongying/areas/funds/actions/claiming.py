"""Hand a claim in: its costs, its proofs, the automatic check, and whether somebody has to look at it."""

import json
import secrets
import unicodedata
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.books.money import post as ledger
from gongying.core.actor import Actor
from gongying.core.doors import action
from gongying.core.files import pictures, shelf
from gongying.core.files.models import StoredFile
from gongying.core.journal import book
from gongying.core.numbers.series import next_number
from gongying.core.posting import digest_of
from gongying.core.refusal import Refused
from gongying.core.scope import one
from gongying.engines import funding

from .. import facts, queries
from ..models import Claim, ClaimLine, Commitment, Finding, Proof, Step
from ..rules import PROOFS, ClaimTypes, LineFacts, ProofFacts, Term, away, check

CLAIMERS = ("admin", "regional", "owner", "clerk")
MOST_LINES, MOST_PROOFS = 50, 30
PICTURES = ("image/jpeg", "image/png", "image/webp")
LARGEST = 10**13  # minor units


class LineIn(NamedTuple):
    """A cost: what for, how much (minor units), and its invoice."""

    text: str
    amount_minor: int
    invoice: str = ""
    invoice_on: date | None = None
    invoice_minor: int | None = None


class ProofIn(NamedTuple):
    """A file that was uploaded, and what it shows: photo, invoice, agreement or list."""

    file_id: int
    kind: str = "photo"


@action(needs="funds.claim", roles=CLAIMERS)
def submit(actor: Actor, *, commitment_id: int, costs: list[LineIn], proofs: list[ProofIn], note: str = "") -> int:
    """Claim costs of an activity with their proofs. The fund's part is held on the commitment, everything is checked at once,
    and the risk decides whether a person looks at it. Returns the claim's id."""
    rows = Commitment.objects.for_actor(actor).select_for_update(of=("self",))
    row: Commitment = one(rows.select_related("account", "party"), pk=commitment_id)
    today = timezone.localdate()
    if row.state != "approved" or row.account is None:
        raise Refused(_("Only what was approved can be claimed."), code="state")
    row.account.refresh_from_db()  # whoever held the row before has changed it
    if today < row.start:
        raise Refused(_("The activity has not begun yet."), code="early")
    _sensible(costs, proofs)
    cost = sum(line.amount_minor for line in costs)
    shared, derivation = part_of(actor, row, cost)
    types, version = queries.types(today)
    if shared <= 0:
        raise Refused(_("The fund bears nothing more of this."), code="share", field="amount")
    made = Claim.objects.create(
        number=next_number("HX", on=today), party=row.party, commitment=row, currency=row.currency, cost_minor=cost,
        claimed_minor=shared, derivation=json.dumps(derivation), version_id=version, made_by=actor.name,
        made_on=today, note=note.strip()[:400],
    )  # fmt: skip
    made.transfer_id = hold(actor, made, row, shared, today)
    kept = _keep(actor, made, costs, proofs, today)
    found = _check(made, row, types, *kept, today)
    _judge(made, types, found)
    Step.objects.create(claim=made, what="submitted", amount_minor=shared, text=made.note, by=actor.name)
    digest = digest_of([*(tuple(line) for line in costs), *((p.sha256, p.kind) for p in kept[1])])
    codes = sorted({each.code for each in found})
    told = (
        made.pk,
        made.number,
        row.pk,
        row.party_id,
        made.currency,
        shared,
        codes,
        made.score,
        made.sampled,
        digest,
    )
    book.record(actor, facts.ClaimSubmitted(*told))
    return int(made.pk)


def hold(actor: Actor, made: Claim, row: Commitment, amount: int, on: date) -> int:
    """Hold an amount of the commitment for the distributor. Refused when other claims have used it up."""
    assert row.account is not None
    theirs = ledger.open_accounts(actor, kind="rebate", currency=row.currency, holders=[row.party_id])[row.party_id]
    key = f"funds/{made.number}/{made.holds}"
    try:
        return ledger.reserve(
            actor, [ledger.Wanted(key, row.account, theirs, amount)], document=made.number, on=on
        )[key]
    except Refused as no:
        if no.code != "floor":
            raise
        raise Refused(
            _("The commitment does not have this much any more."),
            code="used_up",
            field="amount",
            remedy=_("Claim what is left of it."),
        ) from no


def part_of(actor: Actor, row: Commitment, cost: int) -> tuple[int, dict[str, object]]:
    """The fund's part of a cost after what was claimed before, at most what is left; and how it comes about."""
    held, left, before = queries.version(row.version_id), queries.free(row), queries.borne(row)
    if held.fund.step_by == "goal":
        sold = queries.sold(row)
        attained, share = funding.goal_share(sold, row.goal_minor, held.fund.ladder)
        part = int(cost * share)
        why: dict[str, object] = {
            "sold": sold,
            "goal": row.goal_minor,
            "attained": f"{attained:.4f}",
            "share": str(share),
        }
    else:
        shared = funding.cofund(cost, held.fund.ladder, held.fund.method, before)
        part = shared.house_minor
        why = {"parts": [asdict(each) | {"share": str(each.share)} for each in shared.parts], "before": before}
    return min(part, left), {"cost": cost, "part": part, "left": left} | why


def _sensible(lines: Sequence[LineIn], proofs: Sequence[ProofIn]) -> None:
    if not lines or len(lines) > MOST_LINES:
        raise Refused(_("A claim has 1 to %(most)s costs.") % {"most": MOST_LINES}, field="costs")
    if len(proofs) > MOST_PROOFS:
        raise Refused(_("A claim has at most %(most)s proofs.") % {"most": MOST_PROOFS}, field="proofs")
    for line in lines:
        if not line.text.strip():
            raise Refused(_("Say what each cost was for."), field="text")
        if not 0 < line.amount_minor <= LARGEST:
            raise Refused(_("Write the amount as a number, such as 125000."), field="amount")
    if len({each.file_id for each in proofs}) < len(proofs):
        raise Refused(_("One file stands twice among the proofs."), field="proofs")
    if {each.kind for each in proofs} - set(PROOFS):
        raise Refused(_("Proofs are photo, invoice, agreement or list."), field="proofs")


def invoice_number(text: str) -> str:
    """An invoice number as numbers are compared: capitals and digits only.

    >>> invoice_number("no. 2443-0091 a")
    'NO24430091A'
    """
    wide = unicodedata.normalize("NFKC", text).upper()
    return "".join(mark for mark in wide if mark.isalnum())[:40]


def _keep(
    actor: Actor, made: Claim, lines: Sequence[LineIn], proofs: Sequence[ProofIn], today: date
) -> tuple[list[ClaimLine], list[Proof]]:
    kept = [
        ClaimLine.objects.create(
            claim=made,
            text=line.text.strip()[:120],
            invoice=invoice_number(line.invoice),
            invoice_on=line.invoice_on,
            invoice_minor=line.invoice_minor,
            amount_minor=line.amount_minor,
        )
        for line in lines
    ]
    return kept, [_proof(made, shelf.find(actor, each.file_id), each.kind, today) for each in proofs]


def _proof(made: Claim, file: StoredFile, kind: str, today: date) -> Proof:
    """A proof with what its picture says of itself."""
    row = Proof(claim=made, file=file, kind=kind, sha256=file.sha256, made_on=today)
    if file.content_type in PICTURES:
        shown = pictures.look(shelf.path_of(file).read_bytes())
        row.likeness = "" if shown.likeness is None else f"{shown.likeness:016x}"
        row.taken_at = timezone.make_aware(shown.taken_at) if shown.taken_at else None
        if shown.latitude is not None and shown.longitude is not None:
            row.latitude, row.longitude = Decimal(str(shown.latitude)), Decimal(str(shown.longitude))
    row.save()
    return row


def _check(
    made: Claim,
    row: Commitment,
    types: ClaimTypes,
    lines: Sequence[ClaimLine],
    proofs: Sequence[Proof],
    today: date,
) -> list[Finding]:
    kind = types.type_of(row.type_code)
    if kind is None:
        raise Refused(_("There is no type %(code)s any more.") % {"code": row.type_code}, code="type")
    used = queries.invoices_used(made, [line.invoice for line in lines])
    since = today - timedelta(days=31 * types.months)
    same, alike = queries.twins(made, proofs, since, types.alike_bits)
    place = [float(x) if x is not None else None for x in (row.latitude, row.longitude)]
    term = Term(row.start, row.end, row.submit_by, *place)
    told = [
        ProofFacts(
            p.pk, p.kind, p.file.content_type in PICTURES,
            timezone.localtime(p.taken_at).replace(tzinfo=None) if p.taken_at else None,
            float(p.latitude) if p.latitude is not None else None,
            float(p.longitude) if p.longitude is not None else None,
            same.get(p.pk), alike.get(p.pk),
        )
        for p in proofs
    ]  # fmt: skip
    for proof, fact in zip(proofs, told, strict=True):
        proof.away_m = away(term, fact)
        if proof.away_m is not None:
            proof.save(update_fields=["away_m"])
    costs = [
        LineFacts(x.pk, x.invoice, x.invoice_on, x.invoice_minor, x.amount_minor, used.get(x.invoice))
        for x in lines
    ]
    found = check(
        kind, term, costs, told, on=today, claimed_minor=made.claimed_minor, currency=made.currency,
        rejected=queries.rejected_before(made.party_id, today),
    )  # fmt: skip
    weights = types.weights()
    return [
        Finding.objects.create(
            claim=made, line_id=each.line, proof_id=each.proof, other_id=each.other, other_proof_id=each.other_proof,
            code=each.code, facts=json.dumps(each.facts), points=weights.get(each.code, 0),
        )
        for each in found
    ]  # fmt: skip


def _judge(made: Claim, types: ClaimTypes, found: Sequence[Finding]) -> None:
    """The risk of a claim, and whether it is drawn to be looked at."""
    bands = [(band.level, band.score) for band in types.bands]
    judged = funding.risk([each.code for each in found], types.weights(), bands)
    made.rate = next(band.rate for band in reversed(types.bands) if judged.score >= band.score)
    made.draw = secrets.randbelow(10_000)
    made.sampled = made.draw < made.rate * 10_000
    made.score, made.risk = judged.score, judged.level
    made.save()
