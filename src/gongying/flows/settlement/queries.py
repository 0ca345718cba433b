"""The entries of settlements and accruals as they stand in the journal of a month, and the facts that other areas know and
programmes may ask for as gates."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from gongying.areas.billing import queries as billing
from gongying.areas.channel import queries as channel
from gongying.areas.rewards import rules
from gongying.areas.rewards.queries import accruals
from gongying.books.money import read as money
from gongying.core.actor import SYSTEM, Actor
from gongying.engines.money import exponent


def rebate_journal(actor: Actor, month: str) -> billing.Journalled:
    """The vouchers of settlements and accruals of a month, cut out of its journal: under the numbers they have there, with its
    mapping and in its form, so that nothing is booked twice under another number. Raises Refused where an account has no
    mapping, and for what is no month."""
    whole = billing.journal(actor, month)
    papers = accruals.documents_of(whole.month)
    rows = [row for row in whole.rows if row.document in papers]
    return billing.Journalled(whole.month, rows, whole.closed, whole.policy)


def _overdue(whom: Sequence[int], on: date, limit: Decimal | None, currency: str) -> dict[int, rules.Answer]:
    """What is past its due day may not exceed the limit."""
    late, places = money.overdue(whom, on, currency), exponent(currency)
    found = {}
    for party in whom:
        owed = Decimal(late.get(party, (0, 0))[0]).scaleb(-places)
        found[party] = rules.Answer(owed <= (limit or 0), f"{owed:,f}")
    return found


def _days_late(whom: Sequence[int], on: date, limit: Decimal | None, currency: str) -> dict[int, rules.Answer]:
    """The oldest unpaid document may not be late by more days than the limit."""
    late = money.overdue(whom, on, currency)
    days = {party: late.get(party, (0, 0))[1] for party in whom}
    return {party: rules.Answer(count <= (limit or 0), str(count)) for party, count in days.items()}


def _trusted(whom: Sequence[int], on: date, limit: Decimal | None, currency: str) -> dict[int, rules.Answer]:
    """Stock and sales data delivered with at least this score of trust (0 to 100), by the newest grade kept on that day."""
    scores = channel.scores(SYSTEM, on, whom)
    return {
        party: rules.Answer(
            party in scores and scores[party] >= (limit or 0), f"{scores[party]:f}" if party in scores else "-"
        )
        for party in whom
    }


rules.enter(rules.GateKind("overdue_below", _("Nothing overdue beyond"), _overdue, "money"))
rules.enter(rules.GateKind("days_late_below", _("No invoice late by more days than"), _days_late, "number"))
rules.enter(
    rules.GateKind("data_trusted", _("Stock and sales data with a trust score of at least"), _trusted, "number")
)
