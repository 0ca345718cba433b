"""Set the house up to trade: warehouses and addresses, terms, promotions, prices by quantity, credit."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date

from gongying.areas.billing import actions as billing
from gongying.areas.credit import actions as credit
from gongying.core.actor import SYSTEM, Actor
from gongying.core.policies import actions as policies

from .. import actions
from . import ground, terms
from .documents import Paper
from .paper import Sale
from .story import Story

LOADER = SYSTEM.through("cli")
Who = Callable[[str], Actor]


def enact(who: Who, each: terms.Drafted, *, publish: bool = True) -> int:
    """The planner drafts a policy, the director lets it hold. Returns the version's id."""
    version = policies.draft(
        who("planner"), kind=each.kind, key=each.key, title=each.title, title_en=each.title_en,
        document=each.document, effective_from=each.since, effective_to=each.until,
    )  # fmt: skip
    if publish:
        policies.publish(who("director"), version_id=version)
    return version


def set_up(story: Story, ids: dict[str, int], goods: Sequence[int], who: Who, since: date) -> dict[str, int]:
    """Everything that holds from the first order on. Returns the sites by code."""
    sites = actions.enter_sites(LOADER, rows=list(ground.sites(story, ids)))
    for each in (*terms.standing(story, since), *terms.seasons(story, since)):
        enact(who, each)
    actions.enter_prices(LOADER, rows=list(terms.volume_rows(story, goods, since)))
    return sites


def grant(story: Story, ids: dict[str, int], who: Who, carried: Sequence[Paper], since: date) -> None:
    """Credit that finance proposes and the director approves."""
    for party, each in terms.credits(story, carried).items():
        made = credit.set_limit(
            who("finance"), party_id=ids[party], currency="CNY", amount_minor=each.limit, valid_from=since,
            reason="年度授信：按上年进货额与账期核定", terms_days=each.days,
        )  # fmt: skip
        credit.approve(who("director"), grant_id=made, answer="同意")


def take_over(story: Story, who: Who, carried: Sequence[Paper], since: date) -> int:
    """What was delivered before the first order and is not due yet: taken over as opening balances. Returns how many documents."""
    days = {party: each.days for party, each in terms.credits(story, carried).items()}
    rows = list(_openings(story.sales, days, since))
    if rows:
        billing.open_balances(who("finance"), rows=rows)
    return len(rows)


def _openings(sales: Iterable[Sale], days: dict[str, int], since: date) -> Iterable[billing.OpeningIn]:
    """One row a document that falls due after the day, with tax and freight."""
    sums: dict[tuple[str, str, date], int] = {}
    for sale in sales:
        first = sale.level == "sell_in" and sale.kind == "sale" and sale.revision == 1
        if first and sale.party in days and 0 < (since - sale.day).days < days[sale.party]:
            key = (sale.party, sale.document, sale.day)
            sums[key] = sums.get(key, 0) + sale.net + sale.tax + sale.freight
    for (party, document, day), amount in sorted(sums.items()):
        due = date.fromordinal(day.toordinal() + days[party])
        yield billing.OpeningIn(party, "CNY", document, day, due, amount)
