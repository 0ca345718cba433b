"""Lists of certificates, the kinds that hold, what expires and what is missing."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet

from gongying.books.parties import read as parties
from gongying.core.actor import Actor
from gongying.core.files.models import StoredFile
from gongying.core.policies import read as policies
from gongying.core.refusal import Missing
from gongying.core.scope import one
from gongying.core.words import pick

from ..models import Certificate, Reminder
from ..rules import KINDS, CertificateKind, CertificateKinds, stands

SOON = 60  # days ahead in which a certificate counts as expiring
MOST = 5000  # distributors that are looked at for what is missing


def kinds_on(on: date) -> CertificateKinds:
    """The kinds that hold on a day; without a published version there is none."""
    rows = policies.candidates(KINDS.code, KINDS.key, on)
    if not rows:
        return CertificateKinds.model_construct(kinds=[])
    document = policies.parsed(rows[0])
    assert isinstance(document, CertificateKinds)
    return document


def names(on: date) -> dict[str, str]:
    """The names of the kinds of a day in the reader's language, by code."""
    return {each.code: pick(each.name, each.name_en) for each in kinds_on(on).kinds}


def named(code: str, on: date) -> str:
    """The name of a kind, its code where no version of the day knows it."""
    return names(on).get(code, code)


def certificates(actor: Actor) -> QuerySet[Certificate]:
    """Every certificate in scope, the newest first."""
    rows: QuerySet[Certificate] = Certificate.objects.for_actor(actor).select_related("party__region")
    return rows.order_by("-id")


def certificate(actor: Actor, certificate_id: int) -> Certificate:
    """One certificate in scope, or Missing."""
    found: Certificate = one(certificates(actor), pk=certificate_id)
    return found


def file_of(actor: Actor, certificate_id: int) -> StoredFile:
    """The copy that came with a certificate in scope, or Missing."""
    row = certificate(actor, certificate_id)
    if row.file is None:
        raise Missing("no copy came with it")
    return row.file


def state_of(row: Certificate, on: date) -> str:
    """What a certificate is on a day, in one word."""
    return stands(row.state, row.valid_from, row.valid_to, row.withdrawn_on, on, SOON)


def expiring(rows: Any, on: date, days: int) -> Any:
    """Of these the accepted ones whose last day is not over and at most so many days away."""
    return rows.filter(
        state="accepted", valid_from__lte=on, valid_to__gte=on, valid_to__lte=on + timedelta(days=days)
    )


def of_state(rows: Any, word: str, on: date) -> Any:
    """Of these those that are that word on a day."""
    good = rows.filter(state="accepted", valid_from__lte=on)
    soon = on + timedelta(days=SOON)
    chosen = {
        "to come": lambda: rows.filter(state="accepted", valid_from__gt=on),
        "expired": lambda: good.filter(valid_to__lt=on),
        "expiring": lambda: good.filter(valid_to__gte=on, valid_to__lte=soon),
        "valid": lambda: good.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=soon)),
    }
    return chosen[word]() if word in chosen else rows.filter(state=word)


def counts(actor: Actor, on: date) -> dict[str, int]:
    """How many certificates in scope wait, are valid, expire soon, have expired; in one question."""
    soon, began = on + timedelta(days=SOON), Q(state="accepted", valid_from__lte=on)
    found: dict[str, int] = Certificate.objects.for_actor(actor).aggregate(
        submitted=Count("pk", filter=Q(state="submitted")),
        valid=Count("pk", filter=began & (Q(valid_to__isnull=True) | Q(valid_to__gt=soon))),
        expiring=Count("pk", filter=began & Q(valid_to__gte=on, valid_to__lte=soon)),
        expired=Count("pk", filter=began & Q(valid_to__lt=on)),
    )
    return found


@dataclass(frozen=True)
class Missed:
    """A distributor that needs a kind of certificates and holds none that is good today; `ended` is the last day of the newest."""

    party: Any
    kind: CertificateKind
    ended: date | None


def needs_of(kind: CertificateKind, on: date) -> set[int] | None:
    """Who needs a kind on a day; None is everybody."""
    if kind.needed == "everybody":
        return None
    if kind.needed == "regions":
        return set(parties.in_regions(kind.whom))
    if kind.needed == "parties":
        return set(parties.ids_by_code(kind.whom).values())
    if kind.needed == "levels":
        levels = parties.levels_at(on, parties.all_ids().values())
        return {party for party, level in levels.items() if level in kind.whom}
    return set()


def missing(actor: Actor, on: date) -> list[Missed]:
    """Who in scope lacks a certificate he needs on a day, by kind and code; at most 5,000 distributors are looked at."""
    document = kinds_on(on)
    wanted = [(kind, needs_of(kind, on)) for kind in document.kinds if kind.needed != "nobody"]
    if not wanted:
        return []
    everybody = list(parties.parties(actor)[:MOST])
    good, ended = set[tuple[str, int]](), dict[tuple[str, int], date]()
    rows = Certificate.objects.for_actor(actor).filter(state="accepted", valid_from__lte=on).order_by("valid_to")
    for code, party, until in rows.values_list("kind", "party_id", "valid_to"):
        if until is None or until >= on:
            good.add((code, party))
        else:
            ended[code, party] = until
    return [
        Missed(party, kind, ended.get((kind.code, party.pk)))
        for kind, whom in wanted
        for party in everybody
        if (whom is None or party.pk in whom) and (kind.code, party.pk) not in good
    ]


def to_remind(actor: Actor, on: date) -> Iterator[tuple[Certificate, CertificateKind, list[int]]]:
    """The accepted certificates in scope that expire within the longest reminder of their kind and that no later one of the same
    kind and holder follows, each with its kind and the steps that were sent."""
    document = kinds_on(on)
    kinds = {each.code: each for each in document.kinds if each.reminders}
    if not kinds:
        return
    far = on + timedelta(days=max(max(each.reminders) for each in kinds.values()))
    rows = Certificate.objects.for_actor(actor).filter(state="accepted", kind__in=kinds)
    due = list(rows.filter(valid_to__gte=on, valid_to__lte=far).order_by("valid_to", "id"))
    latest = dict[tuple[int, str, str], date | None]()
    held = rows.filter(party_id__in={row.party_id for row in due})
    for party, kind, holder, until in held.values_list("party_id", "kind", "holder", "valid_to"):
        key = (party, kind, holder)
        known = latest.get(key, date.min)
        latest[key] = None if known is None or until is None else max(known, until)
    sent = dict[int, list[int]]()
    told = Reminder.objects.for_actor(actor).filter(certificate__in=[row.pk for row in due])
    for pk, days in told.values_list("certificate_id", "days"):
        sent.setdefault(pk, []).append(days)
    for row in due:
        if latest[row.party_id, row.kind, row.holder] == row.valid_to:
            yield row, kinds[row.kind], sent.get(row.pk, [])
