"""What the automatic check of a claim finds: named facts, with figures. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from gongying.engines import likeness
from gongying.engines.money import exponent

from .policies import ClaimType

CODES: dict[str, Any] = {
    "missing": _("A proof is missing"),
    "time": _("Taken outside the activity"),
    "no_time": _("The photo has no time"),
    "far": _("Taken somewhere else"),
    "no_place": _("The photo has no place"),
    "twin_file": _("The same file was used before"),
    "twin_image": _("The same picture was used before"),
    "invoice_used": _("The invoice was used before"),
    "over_invoice": _("More than the invoice"),
    "no_invoice": _("No invoice number"),
    "outside": _("Invoice outside the activity"),
    "late": _("Claimed too late"),
    "over_most": _("Above the highest amount"),
    "rejected_before": _("Claims of his were rejected before"),
}


@dataclass(frozen=True)
class Term:
    """What a claim is held against: the activity [start, end), its place, the last day to claim."""

    start: date
    end: date
    submit_by: date
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True)
class LineFacts:
    """One cost, with the claim (id) in which its invoice number was used before."""

    line: int
    invoice: str
    invoice_on: date | None
    invoice_minor: int | None
    amount_minor: int
    used_in: int | None = None


@dataclass(frozen=True)
class ProofFacts:
    """One proof; `same` and `alike` are (claim, proof, differing bits) of the nearest one that was used before."""

    proof: int
    kind: str
    picture: bool
    taken_at: datetime | None = None
    latitude: float | None = None
    longitude: float | None = None
    same: tuple[int, int] | None = None
    alike: tuple[int, int, int] | None = None


@dataclass(frozen=True)
class Checked:
    """A finding: its code, what it is about, what it is held against, and its figures."""

    code: str
    line: int | None = None
    proof: int | None = None
    other: int | None = None
    other_proof: int | None = None
    facts: dict[str, Any] = field(default_factory=dict)


def check(
    kind: ClaimType,
    term: Term,
    lines: Sequence[LineFacts],
    proofs: Sequence[ProofFacts],
    *,
    on: date,
    claimed_minor: int,
    currency: str,
    rejected: int = 0,
) -> list[Checked]:
    """Everything an attentive person would see: each a named fact with its figures. `rejected` is how many claims of the
    distributor were rejected in the year before."""
    found = [*_proofs(kind, term, proofs), *_lines(kind, term, lines)]
    have = [each.kind for each in proofs]
    for wanted in kind.proofs:
        least = max(1, kind.photos) if wanted == "photo" else 1
        if have.count(wanted) < least:
            found.append(Checked("missing", facts={"kind": wanted, "have": have.count(wanted), "wanted": least}))
    if on > term.submit_by:
        days = (on - term.submit_by).days
        found.append(Checked("late", facts={"day": term.submit_by.isoformat(), "days": days}))
    most = None if kind.most is None else int(kind.most.scaleb(exponent(currency)))
    if most is not None and claimed_minor > most:
        found.append(Checked("over_most", facts={"amount_minor": claimed_minor, "most_minor": most}))
    if rejected:
        found.append(Checked("rejected_before", facts={"count": rejected}))
    return found


def away(term: Term, proof: ProofFacts) -> int | None:
    """How far a photo was taken from the agreed place, in metres."""
    if term.latitude is None or term.longitude is None or proof.latitude is None or proof.longitude is None:
        return None
    return likeness.metres(term.latitude, term.longitude, proof.latitude, proof.longitude)


def _proofs(kind: ClaimType, term: Term, proofs: Sequence[ProofFacts]) -> list[Checked]:
    found = []
    first, last = term.start - timedelta(days=kind.before_days), term.end + timedelta(days=kind.after_days)
    for each in proofs:
        if each.same is not None:
            found.append(Checked("twin_file", None, each.proof, *each.same))
        elif each.alike is not None:
            claim, proof, bits = each.alike
            found.append(Checked("twin_image", None, each.proof, claim, proof, {"bits": bits}))
        if each.kind != "photo" or not each.picture:
            continue
        if each.taken_at is None:
            found.append(Checked("no_time", proof=each.proof))
        elif not first <= each.taken_at.date() < last:
            span = {"first": first.isoformat(), "last": (last - timedelta(days=1)).isoformat()}
            when = {"taken": each.taken_at.isoformat(" ", "minutes")}
            found.append(Checked("time", proof=each.proof, facts=when | span))
        metres = away(term, each)
        if kind.most_m and term.latitude is not None:
            if metres is None:
                found.append(Checked("no_place", proof=each.proof))
            elif metres > kind.most_m:
                found.append(Checked("far", proof=each.proof, facts={"metres": metres, "most": kind.most_m}))
    return found


def _lines(kind: ClaimType, term: Term, lines: Sequence[LineFacts]) -> list[Checked]:
    found, seen = [], dict[str, int]()
    first, last = term.start - timedelta(days=kind.before_days), term.submit_by
    for each in lines:
        if not each.invoice:
            if "invoice" in kind.proofs:
                found.append(Checked("no_invoice", each.line))
            continue
        if each.used_in is not None or each.invoice in seen:
            found.append(Checked("invoice_used", each.line, other=each.used_in, facts={"invoice": each.invoice}))
        seen[each.invoice] = each.line
        if each.invoice_minor is not None and each.amount_minor > each.invoice_minor:
            over = {"amount_minor": each.amount_minor, "invoice_minor": each.invoice_minor}
            found.append(Checked("over_invoice", each.line, facts=over))
        if each.invoice_on is not None and not first <= each.invoice_on <= last:
            span = {"day": each.invoice_on.isoformat(), "first": first.isoformat(), "last": last.isoformat()}
            found.append(Checked("outside", each.line, facts=span))
    return found


TEXTS: dict[str, Any] = {
    "missing": _("%(kind)s: %(have)s of %(wanted)s."),
    "time": _("Taken %(taken)s; the activity allows %(first)s to %(last)s."),
    "no_time": _("The file says nothing of when it was taken: it was edited or sent through a messenger."),
    "far": _("%(metres)s m from the agreed place; %(most)s m are allowed."),
    "no_place": _("The file says nothing of where it was taken."),
    "twin_file": _("Byte for byte the same file."),
    "twin_image": _("Differs in %(bits)s of 64 bits from an earlier picture."),
    "invoice_used": _("Invoice %(invoice)s is on another line or claim already."),
    "over_invoice": _("%(amount)s claimed of an invoice of %(invoice)s."),
    "no_invoice": _("A cost of this type names its invoice."),
    "outside": _("Dated %(day)s; %(first)s to %(last)s is allowed."),
    "late": _("The last day was %(day)s, %(days)s days ago."),
    "over_most": _("%(amount)s; at most %(most)s of this type."),
    "rejected_before": _("%(count)s claims were rejected in the year before."),
}
KINDS: dict[str, Any] = {
    "photo": _("Photo"),
    "invoice": _("Invoice"),
    "agreement": _("Agreement"),
    "list": _("List of attendance or goods"),
}


def said(code: str, facts: Mapping[str, Any], currency: str) -> str:
    """A finding in words with its figures in major units."""
    shown: dict[str, Any] = dict(facts)
    for name, value in facts.items():
        if name.endswith("_minor"):
            places = exponent(currency)
            shown[name.removesuffix("_minor")] = f"{Decimal(value).scaleb(-places):,.{places}f} {currency}"
    if "kind" in shown:
        shown["kind"] = KINDS.get(shown["kind"], shown["kind"])
    return str(TEXTS[code] % shown)
