"""The derivation of a statement in words: every step says its formula, the numbers in it, and what came out."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from gongying.books.parties import read as parties
from gongying.core import calendar
from gongying.core.actor import Actor
from gongying.core.policies import read as policies
from gongying.core.policies.models import PolicyVersion
from gongying.core.refusal import Missing
from gongying.core.scope import one
from gongying.core.ui.templatetags.ui import money, num

from ..models import Run, Statement
from ..rules import PROGRAMME, Programme, told_gates
from .calculation import counted_in
from .steps import Said, adjustment_told, ladder_told
from .wording import base_text, measure_text

EVENTS = {
    "ordered": (_("Order lines"), _("what was ordered in the period and counts")),
    "delivered": (_("Delivered lines"), _("what was delivered in the period and counts")),
    "invoiced": (_("Invoice lines"), _("what was invoiced in the period and counts")),
    "paid": (_("Paid lines"), _("what was paid in the period and counts")),
    "sold_through": (_("Lines sold on"), _("what was sold on to outlets in the period and counts")),
    "sold_out": (_("Lines sold out"), _("what outlets sold in the period and counts")),
}
SUMS = {
    "value": _("sum of net amounts = gross − discount"),
    "gross": _("sum of gross amounts"),
    "quantity": _("sum of quantities"),
    "weight": _("sum of quantity × weight of a piece"),
    "volume": _("sum of quantity × volume of a piece"),
    "points": _("sum of quantity × points of a piece"),
}


def document_of(row: Statement) -> Programme:
    """The programme a statement was derived by, in the version its run names."""
    return document_of_run(row.run)


def document_of_run(run: Run) -> Programme:
    """The programme a run settled, in the version it names."""
    return document_of_version(policies.version(run.version_id))


def programmes(actor: Actor) -> QuerySet[PolicyVersion]:
    """Versions of programmes somebody may read, newest first: the whole network's people all, others those that are meant for
    everybody, or for a distributor of theirs."""
    rows: QuerySet[PolicyVersion] = policies.versions(PROGRAMME.code)
    if actor.parties is None:
        return rows
    wanted = {row.pk: document_of_version(row).parties for row in rows}
    known = parties.ids_by_code({code for codes in wanted.values() for code in codes})
    hidden = [
        pk for pk, codes in wanted.items() if codes and not actor.parties & {known.get(code) for code in codes}
    ]
    return rows.exclude(pk__in=hidden)


def programme_of(actor: Actor, version_id: int) -> PolicyVersion:
    """One of them, or Missing."""
    found: PolicyVersion = one(programmes(actor), pk=version_id)
    return found


def document_of_version(row: PolicyVersion) -> Programme:
    """The programme of a version, or Missing."""
    document = policies.parsed(row)
    if not isinstance(document, Programme):
        raise Missing("no such programme")
    return document


def span_of(run: Run) -> calendar.Period:
    """The days whose lines a run counted: its period, up to the end of the version it names."""
    return counted_in(calendar.period(run.period), policies.version(run.version_id).effective_to)


def told(row: Statement, document: Programme, earlier: Sequence[Statement]) -> list[Said]:
    """A statement step by step: lines, base, tier, rate, adjustments, entitled, settled before, due, paid. Periods that are
    calculated by themselves follow each other."""
    parts: list[dict[str, Any]] = json.loads(row.derivation)
    return [*_base(row, document), *_steps(row, document, parts), *_due(row, document, earlier), _paid(row)]


def shut(row: Statement) -> list[tuple[str, str, str]]:
    """The gates that did not hold for a statement, each once, as (code, of, value)."""
    todo, found = list(json.loads(row.derivation)), dict[tuple[str, str, str], None]()
    while todo:
        part = todo.pop(0)
        todo += part["children"] if part["code"] == "period" else []
        found |= dict.fromkeys(told_gates(part["inputs"]["gates"])) if part["code"] == "gate" else {}
    return list(found)


def _steps(row: Statement, document: Programme, parts: list[dict[str, Any]]) -> Iterator[Said]:
    for part in parts:
        if part["code"] == "period":
            title = say("Calculated for %(period)s") % {"period": part["inputs"]["period"]}
            base, amount = base_text(document, int(part["inputs"]["base"])), money(part["amount"], row.currency)
            yield Said("period", title, say("each period by itself, claimed together"), base, amount)
            yield from _steps(row, document, part["children"])
        else:
            yield from _step(row, document, part)


def _step(row: Statement, document: Programme, part: dict[str, Any]) -> Iterator[Said]:
    if part["code"] == "outside":
        yield _outside(row)
    elif part["code"] == "no_reference":
        yield _no_reference(row, document)
    elif part["code"] == "ladder":
        yield from ladder_told(row, document, part)
    else:
        yield adjustment_told(row.currency, part)


def _base(row: Statement, document: Programme) -> Iterator[Said]:
    span = span_of(row.run)
    scope = [*document.categories, *document.products]
    reading = say("%(start)s to %(end)s, %(scope)s, as known at line %(mark)s") % {
        "start": span.start,
        "end": span.last_day,
        "scope": " ".join(scope) or say("all products"),
        "mark": num(row.run.watermark),
    }
    if document.without:
        reading += "; " + say("without %(products)s") % {"products": " ".join(document.without)}
    if document.new_months:
        reading += "; " + say("only products first sold in the last %(count)s months") % {
            "count": document.new_months
        }
    count = say("%(count)s lines") % {"count": num(row.lines)}
    title, formula = EVENTS[document.event]
    yield Said("lines", str(title), str(formula), reading, count)
    note = say("Tax and freight never count; returns count as negative.")
    if document.returns == "restate":
        note += " " + say("A return counts in the period of the sale it takes back.")
    yield Said("base", say("Base"), str(SUMS[document.basis]), note, base_text(document, row.base))


def _outside(row: Statement) -> Said:
    formula = say("no line of this distributor is left in the scope of the programme")
    reading = say("Neither tier, fixed amount nor guarantee: what was settled is taken back.")
    return Said("outside", say("Outside the programme"), formula, reading, money(0, row.currency))


def _no_reference(row: Statement, document: Programme) -> Said:
    reading = say("There is no target, or nothing to compare with: a share of nothing has no meaning.")
    return Said(
        "no_reference", say("Nothing to measure against"), measure_text(document), reading, money(0, row.currency)
    )


def _due(row: Statement, document: Programme, earlier: Sequence[Statement]) -> Iterator[Said]:
    entitled, before = money(row.entitled_minor, row.currency), money(row.settled_minor, row.currency)
    text = say("for the whole period so far")
    yield Said("entitled", say("Entitled"), say("amount by the ladder + adjustments"), text, entitled)
    runs = [(each.run.number, money(each.due_minor, each.currency)) for each in earlier]
    none = "" if runs else say("This is the first settlement of the period.")
    yield Said(
        "settled", say("Settled before"), say("sum of the earlier statements of the period"), none, before, runs
    )
    due = money(row.due_minor, row.currency)
    reading = f"{entitled} − {before} = {due}"
    if row.due_minor < 0:
        reading += "; " + say("taken back, because lines were returned or corrected")
    yield Said("due", say("Due"), say("entitled − settled before"), reading, due)


def _paid(row: Statement) -> Said:
    formula = say("double entry: rebate expense to the rebate account")
    if row.run.state == "posted":
        text = say("%(document)s on %(day)s") % {"document": row.run.number, "day": row.run.business_date}
        return Said(
            "paid", say("Credited to the rebate account"), formula, text, money(row.due_minor, row.currency)
        )
    waiting = row.run.state == "pending"
    text = say("held until a second person approves") if waiting else say("the run was turned down")
    return Said("paid", say("Credited to the rebate account"), formula, text, money(0, row.currency))
