"""Standing agreements of supply: draw up, let run, end."""

from datetime import date
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.books.goods import read as goods
from gongying.books.parties import read as parties
from gongying.core import calendar
from gongying.core.actor import Actor
from gongying.core.doors import action
from gongying.core.journal import book
from gongying.core.numbers.series import next_number
from gongying.core.people.access import same
from gongying.core.refusal import Refused
from gongying.core.scope import one
from gongying.engines.money import split

from .. import facts
from ..models import Agreement, AgreementMonth

LONGEST = 60  # months
LARGEST = 10**12


@action(needs="supply.draft_agreement", roles=("admin", "director", "planner"))
def draft_agreement(
    actor: Actor,
    *,
    party_id: int,
    product_id: int,
    quantity: int,
    start: str,
    months: int,
    plan: list[int] | None = None,
    unit_value: Decimal = Decimal(0),
    tolerance: Decimal = Decimal(0),
    penalty: Decimal = Decimal(0),
    note: str = "",
) -> int:
    """Draw up that a distributor gets so many base units of a product over so many months from `start` (2026-07) on.

    `plan` is base units by month and sums to the quantity; without one they are spread evenly. `tolerance` and `penalty` are
    fractions. Returns the number in the database.
    """
    party = parties.party(actor, party_id)
    if goods.products().filter(pk=product_id).first() is None:
        raise Refused(_("There is no such product."), code="product", field="product_id")
    first = calendar.period(start)
    if len(first.months()) != 1:
        raise Refused(_("It begins with a month, such as 2027-01."), field="start")
    if not 1 <= months <= LONGEST:
        raise Refused(_("It runs between 1 and %(most)s months.") % {"most": LONGEST}, field="months")
    if not 1 <= quantity <= LARGEST:
        raise Refused(_("An agreement is over at least one unit."), field="quantity")
    if not (0 <= tolerance < 1 and 0 <= penalty <= 1 and 0 <= unit_value < LARGEST):
        raise Refused(_("Tolerance and penalty are fractions between 0 and 1."), field="penalty")
    parts = split(quantity, [1] * months) if plan is None else plan
    if len(parts) != months or min(parts) < 0 or sum(parts) != quantity:
        raise Refused(_("The plan has one number a month, and they sum to the quantity."), field="plan")
    days = [first.start]
    while len(days) <= months:
        days.append(calendar.period(f"{days[-1]:%Y-%m}").end)
    made = Agreement.objects.create(
        number=next_number("GH", on=timezone.localdate()), party=party, product_id=product_id, quantity=quantity,
        start=days[0], end=days[-1], currency=party.currency, unit_value=unit_value, tolerance=tolerance, penalty=penalty,
        note=note.strip()[:400], created_by=actor.name,
    )  # fmt: skip
    AgreementMonth.objects.bulk_create(
        AgreementMonth(agreement=made, month=day, planned=part) for day, part in zip(days, parts, strict=False)
    )
    return int(made.pk)


def _held(actor: Actor, agreement_id: int, *states: str) -> Agreement:
    row: Agreement = one(Agreement.objects.for_actor(actor).select_for_update(), pk=agreement_id)
    if row.state not in states:
        raise Refused(_("This step is over or not yet due for this agreement."), code="state")
    return row


@action(needs="supply.start_agreement", roles=("admin", "director"))
def start_agreement(actor: Actor, *, agreement_id: int) -> None:
    """Let an agreement run; whoever drew it up cannot."""
    row = _held(actor, agreement_id, "draft")
    if same(actor, row.created_by):
        raise Refused(_("Somebody else must consent to what you drew up."), code="four_eyes")
    row.state, row.decided_by, row.decided_at = "running", actor.name, timezone.now()
    row.save(update_fields=["state", "decided_by", "decided_at"])
    told = (row.pk, row.number, row.party_id, row.product_id, row.quantity)
    book.record(actor, facts.AgreementStarted(*told, row.start.isoformat(), row.end.isoformat()))


@action(needs="supply.start_agreement", roles=("admin", "director"))
def end_agreement(actor: Actor, *, agreement_id: int, on: date | None = None) -> None:
    """End an agreement before its time, or lay a draft aside; what was delivered stays."""
    row = _held(actor, agreement_id, "draft", "running")
    day = on or timezone.localdate()
    row.state, row.decided_by, row.decided_at = "ended", actor.name, timezone.now()
    row.end = max(min(row.end, day), calendar.period(f"{row.start:%Y-%m}").end)
    row.save(update_fields=["state", "decided_by", "decided_at", "end"])
