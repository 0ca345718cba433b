"""Take up what was posted: every document on a distributor's accounts becomes one line of our ledger, once."""

from collections import defaultdict
from datetime import date, timedelta

from django.utils import timezone

from gongying.core import turns

from ..models import Feed, LedgerLine, Leg
from ..queries import pools
from ..queries.pools import Posted

AT_ONCE = 500
SAFE = timedelta(hours=1)  # longer than any transaction lives: what is older than that is all to be seen


def alone(party_id: int) -> None:
    """Go on alone with the ledger of a distributor until this transaction ends."""
    turns.take(f"reconciliation/{party_id}")


def collect(party_id: int, since: date) -> int:
    """Take up what is new on a distributor's accounts; `since` is the first day of the first lines, where nothing was ever
    taken up. Returns how many lines are new. Call `alone` first."""
    known = pools.feeds(party_id)
    since = min((feed.since for feed in known.values()), default=since)
    begun = set(known)
    fresh: dict[tuple[pools.Account, date, str], list[Posted]] = defaultdict(list)
    before: list[Posted] = []
    safe = timezone.now() - SAFE
    for each in pools.new_legs(party_id):
        if each.account not in known:
            account, currency = each.account
            known[each.account] = Feed(party_id=party_id, account=account, currency=currency, since=since)
        feed = known[each.account]
        if each.account not in begun and each.day < feed.since:
            feed.before_minor += each.amount_minor
            before.append(each)
        else:
            fresh[each.account, each.day, each.number].append(each)
        if each.at < safe:
            feed.upto = max(feed.upto, each.transfer_id)
    for feed in known.values():
        feed.save()
    _keep(party_id, list(fresh.values()), before)
    return len(fresh)


def _keep(party_id: int, documents: list[list[Posted]], before: list[Posted]) -> None:
    """A line for each document, and the name of every transfer that was taken up."""
    rows = LedgerLine.objects.bulk_create([_entry(party_id, held) for held in documents], batch_size=AT_ONCE)
    legs = [_leg(party_id, each, None) for each in before]
    for entry, held in zip(rows, documents, strict=True):
        legs += [_leg(party_id, each, entry) for each in held]
    Leg.objects.bulk_create(legs, batch_size=AT_ONCE)


def _leg(party_id: int, each: Posted, entry: LedgerLine | None) -> Leg:
    return Leg(party_id=party_id, account=each.account[0], transfer_id=each.transfer_id, entry=entry)


def _entry(party_id: int, held: list[Posted]) -> LedgerLine:
    """The transfers of one document on one account and day as one line."""
    largest = max(held, key=lambda each: abs(each.amount_minor))
    account, currency = largest.account
    return LedgerLine(
        party_id=party_id,
        side="ours",
        account=account,
        currency=currency,
        day=largest.day,
        number=largest.number,
        kind=largest.kind,
        amount_minor=sum(each.amount_minor for each in held),
        transfer_id=held[-1].transfer_id,
    )
