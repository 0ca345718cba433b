"""What a draft of a programme must hold beside the linter: against what exists, what else is in force, and the history."""

from collections.abc import Container, Iterator, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.books.goods import read as goods
from gongying.books.metrics import read as metrics
from gongying.books.parties import read as parties
from gongying.core import calendar
from gongying.core.policies import read as policies
from gongying.core.policies.kinds import Finding, guard
from gongying.core.policies.models import PolicyVersion
from gongying.engines.money import exponent
from gongying.engines.rebates import major
from gongying.engines.stacking import circle

from ..rules import GATES, PROGRAMME, Gate, Programme
from .reading import document_of_version
from .replay import calculated, held_in, is_replayed, paid_by

PERIODS_BACK = 4  # of its own kind: what the history is asked about reach and budget
OUT_OF_REACH = Decimal("1.5")  # times the largest base that anybody ever had
STRESS = Decimal("1.2")  # of the dearest period: what a good year would cost


@guard(PROGRAMME.code)
def must_be_replayed(row: PolicyVersion) -> list[Finding]:
    """A programme is published only after its very text was replayed on the company's own history."""
    if is_replayed(row):
        return []
    return [Finding("error", "not_replayed", _("Replay this draft on your own history before you publish it."))]


@guard(PROGRAMME.code)
def must_name_what_exists(row: PolicyVersion) -> list[Finding]:
    """A code nobody bears pays nobody, and nobody would notice."""
    document = document_of_version(row)
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
    if last is None or document_of_version(last).currency == document_of_version(row).currency:
        return []
    text = _("This programme has paid in %(currency)s: start another programme for another currency.")
    return [Finding("error", "currency", text % {"currency": document_of_version(last).currency}, "currency")]


@guard(PROGRAMME.code)
def must_stack_without_circles(row: PolicyVersion) -> list[Finding]:
    """What it is net of must exist, be settled by the same or shorter periods in the same money, and never lead back."""
    document, found = document_of_version(row), list[Finding]()
    text: Any
    others = {
        each.key: held
        for each in policies.in_force(PROGRAMME.code, row.effective_from).filter(scope_kind="network")
        if each.key != row.key and isinstance(held := policies.parsed(each), Programme)
    }
    for key in document.net_of:
        other = others.get(key)
        if other is None:
            found.append(
                Finding("error", "unknown", _("There is no programme %(code)s in force.") % {"code": key}, "net_of")
            )
        elif other.currency != document.currency:
            found.append(
                Finding("error", "currency", _("%(code)s pays in another currency.") % {"code": key}, "net_of")
            )
        elif not calendar.parts(calendar.KINDS[document.calculated_by](row.effective_from), other.period):
            text = _("%(code)s is settled by longer periods: nothing is known of it when this one is calculated.")
            found.append(Finding("error", "period", text % {"code": key}, "net_of"))
    graph = {key: each.net_of for key, each in others.items()} | {row.key: document.net_of}
    round_trip = circle({key: [one for one in above if one in graph] for key, above in graph.items()})
    if round_trip:
        text = _("These programmes are net of each other in a circle: %(keys)s.") % {"keys": " → ".join(round_trip)}
        found.append(Finding("error", "circle", text, "net_of"))
    return found


@guard(PROGRAMME.code)
def must_ask_what_is_known(row: PolicyVersion) -> list[Finding]:
    """A gate or a figure that nobody knows would pay nobody."""
    document = document_of_version(row)
    found = [
        Finding("error", "unknown", _("There is no gate %(code)s.") % {"code": gate.gate}, "gates")
        for gate in document.gates
        if gate.gate not in GATES
    ]
    found += [finding for gate in document.gates if gate.gate in GATES for finding in _of_gate(gate)]
    metric = metrics.METRICS.get(document.figure)
    if document.figure and (metric is None or "party" not in metric.by):
        found.append(
            Finding("error", "unknown", _("There is no figure %(code)s.") % {"code": document.figure}, "figure")
        )
    return found


def _of_gate(gate: Gate) -> Iterator[Finding]:
    """A gate with a limit wants one; one that is asked of something names what there is, and any other names nothing."""
    kind, said = GATES[gate.gate], {"gate": GATES[gate.gate].label, "code": gate.of}
    if kind.unit and gate.limit is None:
        yield Finding("error", "limit", _("Say the limit of “%(gate)s”.") % said, "gates")
    known = kind.names() if kind.names is not None else {}
    if kind.names is not None and not gate.of:
        yield Finding("error", "of", _("Say of what “%(gate)s” is asked.") % said, "gates")
    elif gate.of and gate.of not in known:
        yield Finding(
            "error", "of", _("“%(gate)s” is not asked of %(code)s: there is no such thing.") % said, "gates"
        )


@guard(PROGRAMME.code)
def must_be_within_reach_and_budget(row: PolicyVersion) -> list[Finding]:
    """Tiers far above everything anybody ever reached, and a budget that a good period would break."""
    document = document_of_version(row)
    spans = _last_spans(document)
    each = held_in([(document, span) for span in spans])
    found, terms = [], document.terms()
    if document.measure == "base":
        bases = [base for _doc, held in each for known in held.values() for base in calculated(known)]
        largest = major(max(bases, default=0), terms)
        for step in document.tiers if bases else []:
            if step.start > largest * OUT_OF_REACH:
                said = {"start": f"{step.start:,f}", "largest": f"{largest:,.0f}"}
                text = _(
                    "Nobody came near %(start)s in the last %(count)s periods: the largest base was %(largest)s."
                )
                found.append(Finding("warning", "reach", text % (said | {"count": len(spans)}), "tiers"))
                break
    if document.budget is not None:
        dearest = max((sum(paid_by([one]).values()) for one in each), default=0)
        cost = Decimal(dearest).scaleb(-exponent(document.currency)) * STRESS
        if cost > document.budget:
            said = {"cost": f"{cost:,.0f}", "budget": f"{document.budget:,.0f}"}
            text = _(
                "A period a fifth better than the best of the last would cost %(cost)s, the budget is %(budget)s."
            )
            found.append(Finding("warning", "budget", text % said, "budget"))
    return found


def _last_spans(document: Programme) -> list[calendar.Period]:
    """The last complete periods of a programme's kind."""
    found: list[calendar.Period] = []
    span = calendar.KINDS[document.period](timezone.localdate())
    for _number in range(PERIODS_BACK):
        span = calendar.KINDS[document.period](span.start - timedelta(days=1))
        found.append(span)
    return found[::-1]
