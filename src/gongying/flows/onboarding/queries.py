"""An application with its file and its memo, for the page that joins them."""

from dataclasses import dataclass

from gongying.areas.diligence import queries as diligence
from gongying.areas.recruiting import queries as recruiting
from gongying.core.actor import Actor
from gongying.core.doors import HQ, query


@dataclass(frozen=True)
class Joined:
    """Where an application stands, its file and the memo that was approved (0 and "" where there is none)."""

    application: int
    number: str
    state: str
    company: str
    uscc: str
    region: str
    channel: str
    category: str
    exclusive: bool
    file: int
    file_number: str
    memo: int
    memo_number: str
    verdict: str
    deposit_minor: int
    limit_minor: int
    currency: str
    conditions: str
    told: str


@query(needs="onboarding.view", roles=HQ)
def joined(actor: Actor, *, application_id: int) -> Joined:
    """One application in scope, with what came of it."""
    row = recruiting.for_flow(actor, application_id)
    held = diligence.by_subject(actor, row.number)
    memo = diligence.approved(held) if held else None
    return Joined(
        row.id, row.number, row.state, row.company, row.uscc, row.region, row.channel, row.category, row.exclusive,
        held.pk if held else 0, held.number if held else "", memo.pk if memo else 0, memo.number if memo else "",
        memo.verdict if memo else "", memo.deposit_minor if memo else 0, memo.limit_minor if memo else 0,
        memo.currency if memo else "CNY", memo.conditions if memo else "", memo.told if memo else "",
    )  # fmt: skip
