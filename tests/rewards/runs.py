"""What a test of rewards does again and again: draft, publish, settle and approve, look at what was paid."""

from datetime import date

from gongying.areas.rewards import actions
from gongying.areas.rewards.models import Statement
from gongying.books.money import read as money
from gongying.core.actor import SYSTEM, Actor
from gongying.core.policies import actions as policies

FINANCE = Actor("finance", role="finance", may=frozenset({"*"}), parties=None)
FLAT = [{"start": "0", "rate": "0.01"}]


def paid(period="2026", key="annual"):
    """Settle and approve; what it came to in minor units."""
    done = actions.settle(SYSTEM, programme=key, period=period)
    if done.run_id:
        actions.approve(FINANCE, run_id=done.run_id)
    return done.due_minor


def balance(network, code="D1", currency="CNY"):
    return money.balance(SYSTEM, kind="rebate", holder_id=network.ids[code], currency=currency)


def newest(network, code="D1"):
    return Statement.objects.unscoped("test").filter(party_id=network.ids[code]).latest("id")


def draft(key="annual", since=date(2026, 1, 1), until=None, document=None, **more):
    """A quarterly 1 % of everything, unless told otherwise; `document` is for the words that are ours here too."""
    return policies.draft(
        SYSTEM,
        kind="rewards.programme",
        key=key,
        title="返利",
        document={"method": "slab", "period": "quarter", "tiers": FLAT} | more | (document or {}),
        effective_from=since,
        effective_to=until,
    )


def publish(period="2026", **more):
    version = draft(**more)
    actions.replay(SYSTEM, version_id=version, period=period)
    policies.publish(SYSTEM, version_id=version)
    return version
