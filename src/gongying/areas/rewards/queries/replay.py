"""A programme on the company's own history: what it would have paid, against what was in force."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from gongying.books.metrics import read as metrics
from gongying.books.parties import read as parties
from gongying.core import calendar
from gongying.core.actor import Actor
from gongying.core.policies import read as policies
from gongying.core.policies.kinds import Finding, guard
from gongying.core.policies.models import PolicyVersion
from gongying.core.refusal import Missing
from gongying.core.words import pick
from gongying.engines.rebates import derive

from ..models import Replay
from ..rules import PROGRAMME, Programme
from .calculation import eligible, selection_of


@dataclass(frozen=True)
class Replayed:
    """What one distributor would have earned in the period, in minor units."""

    party_id: int
    code: str
    name: str
    before_minor: int
    after_minor: int

    @property
    def change_minor(self) -> int:
        """Gain or loss."""
        return self.after_minor - self.before_minor


def programme_row(version_id: int) -> PolicyVersion:
    """A version of a rebate programme, or Missing."""
    row = policies.version(version_id)
    if row.kind != PROGRAMME.code:
        raise Missing("no such programme")
    return row


def last_period(document: Programme, on: date) -> str:
    """The last complete natural period of the programme's kind before a day."""
    kinds = {"month": calendar.month_of, "quarter": calendar.quarter_of, "year": calendar.year_of}
    return kinds[document.period](kinds[document.period](on).start - timedelta(days=1)).code


def earned(document: Programme, span: calendar.Period) -> dict[int, int]:
    """What a document pays in a period by everything on record, by party, in minor units."""
    (held,) = metrics.bases([selection_of(document, span, None)])
    inside, terms = eligible(document), document.terms()
    counted = {b.party_id: b.net_minor if document.basis == "value" else b.quantity for b in held}
    return {pk: derive(base, terms).entitled for pk, base in counted.items() if inside is None or pk in inside}


def replayed(actor: Actor, row: PolicyVersion, period: str) -> list[Replayed]:
    """Before and after for every distributor in scope; before is 0 where no version was in force."""
    span = calendar.period(period)
    after_of, before_of = _programme(row), None
    others = policies.in_force(PROGRAMME.code, span.last_day, row.key).exclude(pk=row.pk)
    for other in others:  # the newest version stays
        before_of = _programme(other)
    after = earned(after_of, span)
    before = earned(before_of, span) if before_of is not None else {}
    known = {p.pk: p for p in parties.parties(actor)}
    return [
        Replayed(pk, known[pk].code, pick(known[pk].name, known[pk].name_en), before.get(pk, 0), after.get(pk, 0))
        for pk in sorted(before.keys() | after.keys())
        if pk in known and (before.get(pk, 0) or after.get(pk, 0))
    ]


def _programme(row: PolicyVersion) -> Programme:
    document = policies.parsed(row)
    if not isinstance(document, Programme):
        raise Missing("no such programme")
    return document


def replays(row: PolicyVersion) -> QuerySet[Replay]:
    """The replays that were kept of a version as it reads now."""
    return Replay.objects.filter(version_id=row.pk, hash=row.hash).order_by("-id")


def is_replayed(row: PolicyVersion) -> bool:
    """Whether this very text was replayed."""
    return replays(row).exists()


@guard(PROGRAMME.code)
def must_be_replayed(row: PolicyVersion) -> list[Finding]:
    """A programme is published only after its very text was replayed on the company's own history."""
    if is_replayed(row):
        return []
    return [Finding("error", "not_replayed", _("Replay this draft on your own history before you publish it."))]
