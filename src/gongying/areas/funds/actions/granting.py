"""Put money into budgets: by hand, by the policy of a fund, for one distributor."""

from datetime import date
from typing import Any

from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from gongying.books.money import post as ledger
from gongying.books.parties import read as parties
from gongying.books.plans import read as plans
from gongying.books.trade import read as trade
from gongying.core import calendar
from gongying.core.actor import Actor
from gongying.core.doors import action
from gongying.core.journal import book
from gongying.core.notices import bell
from gongying.core.refusal import Refused
from gongying.engines import funding

from .. import facts, queries
from ..models import Budget, Grant

GRANTERS = ("admin", "director", "finance")
LARGEST = 10**15  # minor units: beyond that it is a slip of the pen
MOST = 5000  # distributors that accrue in one go


@action(needs="funds.grant", roles=GRANTERS)
def grant(
    actor: Actor, *, fund: str, party_id: int, amount_minor: int, currency: str, source: str, reason: str, on: date
) -> int:
    """Give a distributor money of his own in a fund (minor units), for activities that are claimed as any: earmarked, and not
    paid out otherwise. `source` says where it comes from (a code such as `over_target`). Returns the number of the grant."""
    held = queries.fund(fund, on)
    if not held.fund.personal:
        raise Refused(
            _("This fund is everybody's: nobody has money of his own in it."),
            code="common",
            field="fund",
            remedy=_("Choose a fund of which every distributor has his own budget."),
        )
    party = parties.party(actor, party_id)
    made = _put(actor, held, held.period(on), party_id, amount_minor, currency, source, reason, on)
    bell.tell(
        party_id=party.pk,
        title=f"您获得一笔市场费用额度：{held.title}",
        title_en=f"Money was granted to you: {held.title_en or held.title}",
        body=reason.strip()[:200],
        body_en=reason.strip()[:200],
        link="/funds/mine/",
    )
    return made


@action(needs="funds.budget", roles=GRANTERS)
def budget(actor: Actor, *, fund: str, on: date, reason: str, amount_minor: int = 0) -> int:
    """Put money (minor units) into the budget that everybody shares, for the period of a day; 0 is what the policy says and was
    not put in yet. Returns the number of the grant."""
    held = queries.fund(fund, on)
    if held.fund.personal:
        raise Refused(
            _("Every distributor has a budget of his own in this fund."),
            code="own",
            field="fund",
            remedy=_("Grant it to a distributor, or let it accrue."),
        )
    period, amount = held.period(on), amount_minor
    if not amount:
        _turn(held, period, None)
        given = Grant.objects.unscoped("what was put in").filter(
            budget__fund=held.key, budget__period=period, budget__party__isnull=True, source="policy"
        )
        amount = held.fund.minor(held.fund.budget) - (given.aggregate(total=Sum("amount_minor"))["total"] or 0)
        if amount <= 0:
            raise Refused(_("What the policy says was put in already."), code="nothing")
    source = "policy" if not amount_minor else "by hand"
    return _put(actor, held, period, None, amount, held.fund.currency, source, reason, on)


@action(needs="funds.budget", roles=GRANTERS)
def accrue(actor: Actor, *, fund: str, on: date) -> int:
    """Let a fund accrue what its policy says up to a day: a share of net sell-in, or of what is above the target, of the period
    of the day. What was accrued before is taken off, so that doing it again gives nothing twice. Returns how many budgets got
    something."""
    held = queries.fund(fund, on)
    if held.fund.source not in ("sell_in", "over_target"):
        raise Refused(_("This fund does not accrue."), code="source", field="fund")
    span = calendar.period(held.period(on))
    bases = _bases(actor, held, span, on)
    if not held.fund.personal:
        bases = {None: sum(bases.values())}
    given = _accrued(held, span.code)
    count = 0
    for party, base in sorted(bases.items(), key=lambda each: each[0] or 0):
        due = funding.accrual(base, held.fund.rate, given.get(party, 0)).due_minor
        if due:
            reason = f"{span.code} ≤ {on.isoformat()}"
            _put(actor, held, span.code, party, due, held.fund.currency, held.fund.source, reason, on)
            count += 1
    return count


def _bases(actor: Actor, held: queries.Held, span: calendar.Period, on: date) -> dict[int | None, int]:
    """The base of every distributor the fund is for: net sell-in of the period so far, or what of it is above the target."""
    until = min(span.end, on + (date.resolution))
    rows = trade.lines(actor, level="sell_in", start=span.start, end=until, currency=held.fund.currency)
    net = {each.party_id: each.net_minor for each in trade.bases(rows)[:MOST]}
    found: dict[int | None, int] = {
        party: n for party, n in net.items() if n > 0 and queries.open_to(held, party, on)
    }
    if held.fund.source == "sell_in":
        return found
    aims: dict[int, int] = {}
    for row in plans.targets(actor, start=span.start, end=span.end):
        if row.party_id in net and row.amount_minor:
            aims[row.party_id] = aims.get(row.party_id, 0) + row.amount_minor
    return {party: base - aims[party] for party, base in found.items() if party in aims and base > aims[party]}


def _accrued(held: queries.Held, period: str) -> dict[int | None, int]:
    rows = Grant.objects.unscoped("what was accrued before").filter(
        budget__fund=held.key, budget__period=period, source=held.fund.source
    )
    grouped = rows.order_by().values_list("budget__party_id").annotate(total=Sum("amount_minor"))
    return dict(grouped)


def _turn(held: queries.Held, period: str, party_id: int | None) -> Budget:
    """The budget of a period, opened when it is new, locked until this transaction ends."""
    wanted: dict[str, Any] = {
        "fund": held.key,
        "period": period,
        "currency": held.fund.currency,
        "party_id": party_id,
    }
    rows = Budget.objects.unscoped("a budget is posted")
    Budget.objects.bulk_create([Budget(**wanted)], ignore_conflicts=True)
    found: Budget = rows.select_for_update().get(**wanted)
    return found


def _put(
    actor: Actor,
    held: queries.Held,
    period: str,
    party_id: int | None,
    amount_minor: int,
    currency: str,
    source: str,
    reason: str,
    on: date,
) -> int:
    if currency != held.fund.currency:
        raise Refused(
            _("This fund is kept in %(currency)s.") % {"currency": held.fund.currency},
            code="currency",
            field="currency",
        )
    if not 0 < amount_minor <= LARGEST:
        raise Refused(_("Write the amount as a number, such as 125000."), field="amount")
    if not reason.strip():
        raise Refused(_("Say why."), code="reason", field="reason")
    row = _turn(held, period, party_id)
    theirs = ledger.open_accounts(
        actor, kind="fund", currency=currency, holders=[party_id], floor_minor=0, purse=f"B{row.pk}"
    )[party_id]
    house = ledger.open_accounts(actor, kind="fund_source", currency=currency, holders=[None])[None]
    if row.account_id is None:
        row.account = theirs
        row.save(update_fields=["account"])
    made = Grant.objects.create(
        budget=row,
        amount_minor=amount_minor,
        source=source.strip()[:40],
        reason=reason.strip()[:200],
        business_date=on,
        made_by=actor.name,
    )
    wanted = ledger.Wanted(f"funds/grant/{made.pk}", house, theirs, amount_minor)
    ledger.pay(actor, [wanted], document=f"{held.key[:30]} {period}", on=on)
    book.record(actor, facts.BudgetGranted(made.pk, held.key, party_id, currency, amount_minor, made.source))
    return int(made.pk)
