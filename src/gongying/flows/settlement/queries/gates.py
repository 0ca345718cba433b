"""The facts that other areas know and programmes may ask for as gates, as of the last day of a period."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.areas.certificates import queries as certificates
from gongying.areas.channel import queries as channel
from gongying.areas.diversion import queries as diversion
from gongying.areas.rewards import rules
from gongying.books.money import read as money
from gongying.books.parties import read as parties
from gongying.core.actor import SYSTEM, Actor
from gongying.core.ui import links
from gongying.engines.money import exponent


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


def _certificate_held(whom: Sequence[int], on: date, of: str) -> dict[int, rules.Answer]:
    """A certificate of the kind that is good on the day; else the last day of the newest, "-" for who never had one."""
    good, ended = certificates.held_on(SYSTEM, whom, of, on), certificates.last_day_of(SYSTEM, whom, of, on)
    found = {}
    for party in whom:
        said = "" if party in good else ended[party].isoformat() if party in ended else "-"
        found[party] = rules.Answer(party in good, said)
    return found


def _kinds() -> Mapping[str, str]:
    return certificates.names(timezone.localdate())


def _certificates_of(actor: Actor, party_id: int, of: str, _value: str) -> str:
    """Head office looks at the distributor's certificates of the kind, the distributor at his own."""
    if actor.can("certificates.desk"):
        return f"{links.to('certificates_of', '')}?kind={of}&q={parties.party(actor, party_id).code}"
    return links.to("my_certificates", "") if actor.can("certificates.mine") else ""


def _no_open_case(whom: Sequence[int], on: date, _limit: Decimal | None, _currency: str) -> dict[int, rules.Answer]:
    """No diversion case was open on the evening of the day; else the number of the oldest."""
    cases = diversion.open_on(SYSTEM, whom, on)
    return {party: rules.Answer(party not in cases, cases.get(party, "")) for party in whom}


def _case(actor: Actor, party_id: int, _of: str, number: str) -> str:
    """The case itself, for whoever may read it."""
    if not actor.can("diversion.view"):
        return ""
    row = diversion.cases(actor).filter(party_id=party_id, number=number).first()
    return links.to("diversion", row.pk) if row is not None else ""


rules.enter(rules.GateKind("overdue_below", _("Nothing overdue beyond"), _overdue, "money"))
rules.enter(rules.GateKind("days_late_below", _("No invoice late by more days than"), _days_late, "number"))
rules.enter(
    rules.GateKind("data_trusted", _("Stock and sales data with a trust score of at least"), _trusted, "number")
)
rules.enter(
    rules.GateKind(
        "certificate_held",
        _("Good certificate held"),
        ask_of=_certificate_held,
        names=_kinds,
        home=_certificates_of,
    )
)
rules.enter(rules.GateKind("no_open_diversion_case", _("No diversion case open"), _no_open_case, home=_case))
