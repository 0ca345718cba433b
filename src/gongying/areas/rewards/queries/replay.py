"""A programme on the company's own history: what it would have paid, against what was in force."""

from collections import Counter
from collections.abc import Container, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from gongying.books.goods import read as goods
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
from .calculation import amount_of, eligible, other_periods, selection_of


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
    natural = calendar.NATURAL[document.period]
    return natural(natural(on).start - timedelta(days=1)).code


def earned(each: Sequence[tuple[Programme, calendar.Period]]) -> Counter[int]:
    """What documents pay in their periods by everything on record, together, by party, in minor units."""
    found: Counter[int] = Counter()
    bases = metrics.bases([selection_of(document, span, None) for document, span in each])
    for (document, _span), held in zip(each, bases, strict=True):
        inside, terms = eligible(document), document.terms()
        for base in held:
            if inside is None or base.party_id in inside:
                found[base.party_id] += derive(amount_of(document, base), terms).entitled
    return found


def replayed(actor: Actor, row: PolicyVersion, period: str) -> list[Replayed]:
    """Before and after for every distributor in scope; before is 0 where no version was in force.

    A longer period is settled in the programme's own periods, each by what was in force on its last day. Raises Refused
    for a period that is not made up of them.
    """
    document = _programme(row)
    whole = calendar.period(period)
    spans = calendar.parts(whole, document.period)
    if not spans:
        raise other_periods(document, whole)
    after = earned([(document, span) for span in spans])
    before = earned([known for span in spans if (known := _before(row, span)) is not None])
    people = {p.pk: p for p in parties.parties(actor)}
    return [
        Replayed(
            pk, people[pk].code, pick(people[pk].name, people[pk].name_en), before.get(pk, 0), after.get(pk, 0)
        )
        for pk in sorted(before.keys() | after.keys())
        if pk in people and (before.get(pk, 0) or after.get(pk, 0))
    ]


def _before(row: PolicyVersion, span: calendar.Period) -> tuple[Programme, calendar.Period] | None:
    """What another version of the programme pays in a period of the same kind, None where none was in force."""
    others = policies.in_force(PROGRAMME.code, span.last_day, row.key).exclude(pk=row.pk)
    newest = others.filter(scope_kind="network").last()
    return None if newest is None else (_programme(newest), span)


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


@guard(PROGRAMME.code)
def must_name_what_exists(row: PolicyVersion) -> list[Finding]:
    """A code nobody bears pays nobody, and nobody would notice."""
    document = _programme(row)
    products = [*document.products, *document.without]
    kinds: list[tuple[str, Sequence[str], Container[str], Any]] = [
        ("categories", document.categories, {each.code for each in goods.categories()}, _("There is no product group %(code)s.")),
        ("products", products, goods.ids_by_code(products), _("There is no product %(code)s.")),
        ("regions", document.regions, parties.all_region_codes(), _("There is no region %(code)s.")),
        ("parties", document.parties, parties.ids_by_code(document.parties), _("There is no distributor %(code)s.")),
    ]  # fmt: skip
    return [
        Finding("error", "unknown", text % {"code": code}, field)
        for field, codes, known, text in kinds
        for code in codes
        if code not in known
    ]


@guard(PROGRAMME.code)
def must_keep_its_currency(row: PolicyVersion) -> list[Finding]:
    """What was settled under one version counts under the next, so both must pay in the same money."""
    last = policies.versions(row.kind, row.key).exclude(status="draft").first()
    if last is None or _programme(last).currency == _programme(row).currency:
        return []
    text = _("This programme has paid in %(currency)s: start another programme for another currency.")
    return [Finding("error", "currency", text % {"currency": _programme(last).currency}, "currency")]
