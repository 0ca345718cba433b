"""Use points for a reward, and what becomes of it."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.books.parties import read as parties
from gongying.core import turns
from gongying.core.actor import Actor
from gongying.core.doors import action
from gongying.core.journal import book
from gongying.core.numbers.series import next_number
from gongying.core.refusal import Refused
from gongying.core.scope import one

from .. import facts, queries
from ..models import Redemption, Voucher
from ..rules import Reward
from . import lots

MOST = 1000  # of one reward at once
LONGEST = 300


@dataclass(frozen=True)
class Redeemed:
    """A redemption that was ordered, and the points that are left."""

    id: int
    number: str
    points: int
    left: int


@action(needs="points.redeem", roles=("admin", "planner", "owner"))
def redeem(actor: Actor, *, party_id: int, reward: str, quantity: int = 1) -> Redeemed:
    """Use points for a reward of the catalogue: the points leave at once, first-to-expire first; what is redeemed is created
    right after. Refused beyond the points that are there, the stock of the reward, the distributor's limit, and the budget."""
    party, today = parties.party(actor, party_id), timezone.localdate()
    offered = queries.catalogue_on(today)
    found = offered.document.reward(reward) if offered is not None else None
    if offered is None or found is None or not found.offered(today):
        raise Refused(_("The catalogue has no such reward today."), code="unknown", field="reward")
    if not 1 <= quantity <= MOST:
        raise Refused(_("One reward is had 1 to 1,000 times at once."), code="quantity", field="quantity")
    turns.take("points.redeem")  # stock and budget are everybody's: one after the other
    lots.turn([party.pk])
    _there(found, party.pk, quantity)
    cost = queries.cost_of(found, offered.document.currency) * quantity
    _affordable(cost, today)
    points = found.points * quantity
    parts = lots.burnt_from(party.pk, points)
    number = next_number("JFD", on=today)
    lots.take(
        actor, party.pk, parts, key=f"points/{number}", kind="burn", document=number, on=today, target=lots.BURNT
    )
    row = Redemption.objects.create(
        number=number,
        party=party,
        version_id=offered.version_id,
        reward=found.code,
        name=found.name,
        name_en=found.name_en,
        kind=found.kind,
        target=found.target,
        quantity=quantity,
        points=points,
        cost_minor=cost,
        currency=offered.document.currency,
        on=today,
        ordered_by=actor.name,
    )
    _tell(actor, row, found)
    return Redeemed(row.pk, number, points, queries.balances([party.pk]).get(party.pk, 0))


def _there(reward: Reward, party_id: int, quantity: int) -> None:
    left = None if reward.stock is None else reward.stock - queries.taken(reward.code)
    if left is not None and left < quantity:
        raise Refused(
            _("Of this reward %(left)s are left.") % {"left": max(0, left)}, code="stock", field="quantity",
            remedy=_("Choose another reward."),
        )  # fmt: skip
    mine = None if reward.per_party is None else reward.per_party - queries.taken(reward.code, party_id)
    if mine is not None and mine < quantity:
        raise Refused(
            _("A distributor may have this reward %(most)s times.") % {"most": reward.per_party},
            code="limit",
            field="quantity",
        )


def _affordable(cost: int, today: date) -> None:
    """The budget guard: what rewards cost in a period stays within what the programme allows."""
    found = queries.budget(queries.programme_on(today).document, today)
    if found is not None and cost > found.left_minor:
        raise Refused(
            _("The budget for rewards of %(period)s is used up.") % {"period": found.period},
            code="budget",
            field="reward",
            remedy=_("Your points stay. Choose something that costs less, or wait for the next period."),
        )


def _tell(actor: Actor, row: Redemption, reward: Reward) -> None:
    units = row.quantity * (reward.units if reward.kind == "goods" else 1)
    fact = facts.Redeemed(
        row.pk, row.number, row.party_id, row.kind, row.target, units, row.cost_minor, row.currency, row.name,
        row.on.isoformat(),
    )  # fmt: skip
    book.record(actor, fact)


@action(needs="points.fulfil", roles=("admin", "planner"))
def fulfil(
    actor: Actor, *, redemption_id: int, result: str = "hand", ref: str = "", result_id: int | None = None
) -> None:
    """Say that what was redeemed is there: a grant, an order, a voucher, or given by hand (then `ref` says what)."""
    row = _open(actor, redemption_id)
    if result not in ("hand", "grant", "order", "voucher") or (result == "hand" and not ref.strip()):
        raise Refused(_("Say what was given: its number, or in words."), code="ref", field="ref")
    row.state, row.result, row.result_id, row.ref = "fulfilled", result, result_id, ref.strip()[:60]
    row.fulfilled_by, row.fulfilled_at, row.problem = actor.name, timezone.now(), ""
    row.save()
    book.record(actor, facts.RedemptionFulfilled(row.pk, row.number, row.party_id, result, row.ref))


@action(needs="points.keep", roles=("admin",), exposed=False)
def hold_up(actor: Actor, *, redemption_id: int, problem: str) -> None:
    """Write down why nothing came of a redemption yet; a person fulfils it or calls it off."""
    row = _open(actor, redemption_id)
    row.problem = problem.strip()[:LONGEST]
    row.save(update_fields=["problem"])


@action(needs="points.keep", roles=("admin",), exposed=False)
def issue(actor: Actor, *, redemption_id: int, on: date) -> str:
    """Issue the voucher of a redemption and with that fulfil it. Returns its number."""
    row = _open(actor, redemption_id)
    days = queries.catalogue_of(row.version_id).voucher_days
    made = Voucher.objects.create(
        redemption=row, number=next_number("JFV", on=on), valid_until=on + timedelta(days=days)
    )
    fulfil(actor, redemption_id=row.pk, result="voucher", ref=made.number, result_id=made.pk)
    return str(made.number)


@action(needs="points.honour", roles=("admin", "director", "regional", "planner"))
def use(actor: Actor, *, voucher_id: int, note: str = "", on: date | None = None) -> None:
    """Honour a voucher: it was used today (or on a day before). Refused once it was, and after its last day."""
    row: Voucher = one(Voucher.objects.for_actor(actor).select_for_update(), pk=voucher_id)
    today = timezone.localdate()
    day = on or today
    state = queries.voucher_state(row, day)
    if state != "issued":
        said = {"honoured": _("This voucher was used already."), "expired": _("This voucher has expired.")}
        raise Refused(said.get(state, _("This voucher was called off.")), code=state)
    if day > today or day < timezone.localtime(row.issued_at).date():
        raise Refused(_("A voucher is used between the day of its issue and today."), code="day", field="on")
    row.state, row.used_on, row.used_by, row.note = "honoured", day, actor.name, note.strip()[:200]
    row.save(update_fields=["state", "used_on", "used_by", "note"])


@action(needs="points.cancel", roles=("admin", "planner", "owner"))
def cancel(actor: Actor, *, redemption_id: int, reason: str) -> int:
    """Call a redemption off while nothing came of it, or its voucher is not used: the points go back into the lots they came
    from, with the last days these had. Returns how many."""
    row = queries.redemption_row(actor, redemption_id, locked=True)
    if not reason.strip():
        raise Refused(_("Say why."), code="reason", field="reason")
    voucher = Voucher.objects.for_actor(actor).select_for_update().filter(redemption=row).first()
    unused = row.state == "fulfilled" and voucher is not None and voucher.state == "issued"
    if row.state != "ordered" and not unused:
        raise Refused(
            _("This redemption cannot be called off: what it brought is there already.")
            if row.state == "fulfilled"
            else _("This redemption was called off already."),
            code="state",
        )
    lots.turn([row.party_id])
    today = timezone.localdate()
    points = lots.put_back(actor, row.party_id, key=f"points/{row.number}/back", document=row.number, on=today)
    if voucher is not None:
        voucher.state = "void"
        voucher.save(update_fields=["state"])
    row.state, row.cancelled_by, row.cancelled_at = "cancelled", actor.name, timezone.now()
    row.reason, row.problem = reason.strip()[:LONGEST], ""
    row.save()
    book.record(actor, facts.RedemptionCancelled(row.pk, row.number, row.party_id, points))
    return points


def _open(actor: Actor, redemption_id: int) -> Redemption:
    row = queries.redemption_row(actor, redemption_id, locked=True)
    if row.state != "ordered":
        raise Refused(_("This redemption was already decided."), code="decided")
    return row
