"""Credits by formula: price protection, ship and debit. One person draws them, another approves."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.books.money import post as ledger
from gongying.books.parties import read as parties
from gongying.core.actor import Actor
from gongying.core.approvals import read as approvals
from gongying.core.doors import action
from gongying.core.journal import book
from gongying.core.notices import bell
from gongying.core.numbers.series import next_number
from gongying.core.posting import digest_of
from gongying.core.refusal import Refused
from gongying.core.scope import one

from .. import facts, queries
from ..models import Budget, DebitAgreement, Relief, ReliefLine
from .committing import of_budget

DRAWERS = ("admin", "director", "finance", "planner")
DECIDERS = ("admin", "director")
ASKERS = ("admin", "director", "regional", "owner", "clerk")
MOST_PRODUCTS, MOST_LINES = 50, 20_000


@action(needs="funds.protect", roles=DRAWERS)
def protect(
    actor: Actor,
    *,
    fund: str,
    title: str,
    on: date,
    product_ids: list[int],
    window_days: int | None = None,
    cap: int | None = None,
) -> int:
    """Draw the price protection of products whose price falls on a day, for every distributor in scope, from a fund: eligible lots
    at the fall of the price. It is held on the budget until somebody else decides. Returns its id."""
    held = queries.fund(fund, on)
    if held.fund.personal:
        raise Refused(_("Every distributor has a budget of his own in this fund."), code="own", field="fund")
    if not title.strip():
        raise Refused(_("Give it a title."), field="title")
    if not product_ids or len(product_ids) > MOST_PRODUCTS:
        raise Refused(_("Choose 1 to %(most)s products.") % {"most": MOST_PRODUCTS}, field="products")
    if on > timezone.localdate():
        raise Refused(_("Draw it when the day of the change has come: stock is counted on its eve."), field="on")
    found = queries.preview(
        actor, on=on, product_ids=product_ids, currency=held.fund.currency, window_days=window_days, cap=cap
    )
    if len(found.lots) > MOST_LINES:
        raise Refused(_("These are too many lots for one go: choose fewer products."), field="products")
    again = ReliefLine.objects.unscoped("a fall is credited once").filter(
        relief__kind="protection", relief__on=on, product__in=product_ids
    )
    if again.exclude(relief__state="rejected").exists():
        raise Refused(_("The fall of one of these prices was drawn already."), code="twice", field="products")
    kept = {"window_days": found.window_days, "cap": found.cap}
    lines = [
        ReliefLine(
            party_id=x.party_id, product_id=x.product_id, lot=x.of.lot, day=x.of.on, on_hand=x.of.on_hand,
            units=x.of.units, gap=x.fall.gap, amount_minor=x.of.amount_minor, why=x.of.why,
        )
        for x in found.lots
    ]  # fmt: skip
    row = Relief(kind="protection", title=title.strip()[:120], on=on, currency=held.fund.currency)
    return _draw(actor, row, queries.budget_of(held, 0, on), kept, lines)


@action(needs="funds.request", roles=ASKERS)
def ask_debit(
    actor: Actor,
    *,
    party_id: int,
    product_id: int,
    customer: str,
    fund: str,
    acquisition: Decimal,
    agreed: Decimal,
    units: int,
    start: date,
    end: date,
    reason: str,
) -> int:
    """Ask for a ship-and-debit agreement: at most so many base units that are sold to a named end customer at `agreed` instead of
    what they cost, `acquisition` (major units a base unit). Returns its id."""
    parties.party(actor, party_id)
    held = queries.fund(fund, start)
    if not queries.open_to(held, party_id, start):
        raise Refused(_("This fund is not for this distributor."), code="not_for", field="fund")
    if not customer.strip() or not reason.strip():
        raise Refused(_("Say who buys, and why."), field="customer" if not customer.strip() else "reason")
    if not 0 <= agreed < acquisition <= 10**9:
        raise Refused(_("The agreed price must be below what it cost."), field="agreed")
    if not 0 < units <= 10**7:
        raise Refused(_("Write the quantity as a whole number."), field="units")
    if end <= start:
        raise Refused(_("It must end after it begins."), code="days", field="end")
    row = DebitAgreement.objects.create(
        number=next_number("SD", on=timezone.localdate()),
        party_id=party_id,
        product_id=product_id,
        customer=customer.strip()[:80],
        fund=fund,
        currency=held.fund.currency,
        acquisition=acquisition,
        agreed=agreed,
        units=units,
        start=start,
        end=end,
        reason=reason.strip()[:400],
        made_by=actor.name,
    )
    return int(row.pk)


@action(needs="funds.settle", roles=DECIDERS)
def decide_debit(actor: Actor, *, agreement_id: int, verdict: str, answer: str = "") -> None:
    """Approve or reject a ship-and-debit agreement somebody else asked for; what it costs at most must be within one's
    authority."""
    rows = DebitAgreement.objects.for_actor(actor).select_for_update()
    row: DebitAgreement = one(rows, pk=agreement_id)
    if row.state != "requested":
        raise Refused(_("This request was decided already."), code="state")
    if verdict not in ("approved", "rejected"):
        raise Refused(_("Choose one of the list."), code="choice", field="verdict")
    if verdict == "rejected" and not answer.strip():
        raise Refused(_("Say why."), code="reason", field="answer")
    held = queries.fund(row.fund, row.start)
    most = held.fund.minor(((row.acquisition - row.agreed) * row.units).quantize(Decimal(1)))
    _authority(actor, most, row.currency, row.party_id, row.made_by)
    row.state, row.decided_by, row.decided_at = verdict, actor.name, timezone.now()
    row.answer = answer.strip()[:400]
    row.save(update_fields=["state", "decided_by", "decided_at", "answer"])
    if verdict == "approved":
        book.record(actor, facts.DebitAgreed(row.pk, row.number, row.party_id, row.product_id))


@action(needs="funds.request", roles=ASKERS)
def claim_debit(actor: Actor, *, agreement_id: int, start: date, end: date) -> int:
    """Claim the sales of an agreement on days from `start` to before `end` that were not claimed yet; the inventory pool limits how
    many can have been sold. It is held on the budget until somebody decides. Returns the id of the relief."""
    rows = DebitAgreement.objects.for_actor(actor).select_for_update()
    row: DebitAgreement = one(rows, pk=agreement_id)
    if row.state != "approved":
        raise Refused(_("Only what was approved can be claimed."), code="state")
    if end <= start:
        raise Refused(_("It must end after it begins."), code="days", field="end")
    found = queries.debit_preview(actor, row, start, end)
    gap = row.acquisition - row.agreed
    lines = [
        ReliefLine(
            party_id=row.party_id, product_id=row.product_id, document=x.document, day=x.on, on_hand=x.units,
            units=x.paid_units, gap=gap, amount_minor=x.amount_minor, why="" if x.paid_units == x.units else "capped",
        )
        for x in found.lines
    ]  # fmt: skip
    pool = {
        "opening": found.pool.opening,
        "sell_in": found.pool.sell_in,
        "others": found.pool.others,
        "room": found.room,
    }
    made = Relief(
        kind="debit", party_id=row.party_id, agreement=row, title=f"{row.number} {row.customer}"[:120],
        on=found.end, start=found.start, currency=row.currency,
    )  # fmt: skip
    held = queries.fund(row.fund, found.start)
    return _draw(actor, made, queries.budget_of(held, row.party_id, found.start), pool, lines)


def _draw(
    actor: Actor, row: Relief, budget: Budget | None, terms: Mapping[str, object], lines: Sequence[ReliefLine]
) -> int:
    """Keep what was reckoned and hold it on the budget."""
    sums: dict[int, int] = defaultdict(int)
    for line in lines:
        sums[line.party_id] += line.amount_minor
    wanted = {party: amount for party, amount in sums.items() if amount > 0}
    if not wanted:
        raise Refused(_("There is nothing to credit."), code="nothing")
    if budget is None or budget.account is None:
        raise Refused(_("There is no budget for this period yet."), code="budget", field="fund")
    today = timezone.localdate()
    row.number, row.budget, row.made_by = next_number("JB", on=today), budget, actor.name
    row.terms, row.amount_minor = json.dumps(terms), sum(wanted.values())
    theirs = ledger.open_accounts(actor, kind="rebate", currency=row.currency, holders=sorted(wanted))
    legs = [
        ledger.Wanted(f"funds/{row.number}/{party}", budget.account, theirs[party], amount)
        for party, amount in sorted(wanted.items())
    ]
    held = of_budget(actor, legs, document=row.number, on=today, field="fund")
    row.transfers = json.dumps(sorted(held.values()))
    row.save()
    for line in lines:
        line.relief = row
    ReliefLine.objects.bulk_create(list(lines), batch_size=500)
    return int(row.pk)


@action(needs="funds.settle", roles=DECIDERS)
def settle_relief(actor: Actor, *, relief_id: int, verdict: str, answer: str = "") -> int:
    """Approve credits by formula that somebody else drew (they are posted to the rebate accounts at once), or reject them with a
    word why. Returns the amount that was posted, in minor units."""
    rows = Relief.objects.for_actor(actor).select_for_update(of=("self",))
    row: Relief = one(rows, pk=relief_id)
    if row.state != "proposed":
        raise Refused(_("This was already decided."), code="decided")
    if verdict not in ("approved", "rejected"):
        raise Refused(_("Choose one of the list."), code="choice", field="verdict")
    if verdict == "rejected" and not answer.strip():
        raise Refused(_("Say why."), code="reason", field="answer")
    _authority(actor, row.amount_minor, row.currency, row.party_id, row.made_by)
    transfers = json.loads(row.transfers)
    row.state, row.decided_by, row.decided_on = verdict, actor.name, timezone.localdate()
    row.answer = answer.strip()[:400]
    row.save(update_fields=["state", "decided_by", "decided_on", "answer"])
    if verdict == "rejected":
        ledger.void_pending(actor, transfers)
        return 0
    ledger.post_pending(actor, transfers)
    lines = ReliefLine.objects.unscoped("posting the whole relief").filter(relief=row).order_by("id")
    said = lines.values_list("party_id", "product_id", "lot", "document", "units", "amount_minor")
    whom = sorted({party for party, *_rest, amount in said if amount})
    told = (row.pk, row.number, row.kind, row.currency, row.amount_minor, len(whom), digest_of(said))
    book.record(actor, facts.ReliefSettled(*told))
    for party in whom:
        _tell(row, party)
    return int(row.amount_minor)


def _tell(row: Relief, party_id: int) -> None:
    bell.tell(
        party_id=party_id,
        title=f"{row.title}：补差已入账",
        title_en=f"{row.title}: the difference was credited",
        link="/funds/mine/",
        level="good",
    )


def _authority(actor: Actor, amount: int, currency: str, party_id: int | None, made_by: str) -> None:
    verdict = approvals.may(
        actor,
        "funds.settle",
        amount_minor=amount,
        currency=currency,
        on=timezone.localdate(),
        party_id=party_id,
        made_by=(made_by,),
    )
    if not verdict.allowed:
        raise Refused(verdict.why, code="authority", remedy=_("Leave it to somebody who may."))
