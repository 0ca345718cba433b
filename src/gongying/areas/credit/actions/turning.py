"""Announce how turnover moves limits, and say when an announced revision begins."""

from collections import defaultdict
from datetime import date
from decimal import Decimal

from django.utils import timezone

from gongying.core import turns
from gongying.core.actor import Actor
from gongying.core.doors import action
from gongying.core.journal import book
from gongying.core.notices import bell
from gongying.engines import turnover

from .. import facts, queries
from ..models import Revision
from ..rules import Standing

BINDERS = ("admin", "director", "finance")


@action(needs="credit.bind", roles=BINDERS)
def bind(actor: Actor) -> int:
    """Announce to every distributor in scope with a limit or an account what the newest period that is over makes of his limit, by
    the policy `credit.turnover` that held when the period began; he is told, with the figure and the day from which it holds.
    What was announced once stays. Orders that were accepted stay too, whatever the new limit is. Returns how many."""
    today = timezone.localdate()
    turns.take("credit.bind")
    held = defaultdict[int, list[Standing]](list)
    for row in queries.standings(actor, on=today):
        held[row.party_id].append(row)
    drawn = queries.to_announce(actor, today, held)
    for each in drawn:
        _announce(actor, each, held[each.party.pk], today)
    if drawn:
        bell.tell(
            role="finance", link="/credit/turnover/", title=f"{len(drawn)} 家经销商的信用额度按周转调整，已提前通知",
            title_en=f"Limits of {len(drawn)} distributors were bound to turnover and announced",
        )  # fmt: skip
    return len(drawn)


def _announce(actor: Actor, each: queries.Drawn, held: list[Standing], on: date) -> None:
    tight = any(
        turnover.bound(row.agreed_minor, each.factor) < min(row.limit_minor, row.owed_minor + row.held_minor)
        for row in held
    )
    row = Revision.objects.create(
        party=each.party, period=each.span.code, version_id=each.version_id, policy_hash=each.hash, figure=queries.FIGURE,
        days=None if each.days is None else each.days.quantize(turnover.PLACES), before=each.before, factor=each.factor, tight=tight,
        announced_on=on, valid_from=each.valid_from, valid_to=each.valid_to, made_by=actor.name,
    )  # fmt: skip
    book.record(
        actor,
        facts.LimitRevised(
            row.pk, row.party_id, row.period, str(row.factor), row.valid_from.isoformat(), row.policy_hash
        ),
    )
    _tell(row, each)


def _tell(row: Revision, each: queries.Drawn) -> None:
    known = "未申报" if each.days is None else f"{each.days:.1f} 天"
    known_en = "not known" if each.days is None else f"{each.days:.1f}"
    more = "；已接受的订单不受影响，新订单按新额度评估" if row.tight else ""
    more_en = "; accepted orders stay, new ones are judged by the new limit" if row.tight else ""
    bell.tell(
        party_id=row.party_id, link=f"/credit/distributors/{row.party_id}/#turnover",
        level="warning" if row.factor < row.before else "good" if row.factor > row.before else "info",
        title=f"自 {row.valid_from} 起信用额度 × {_plain(row.factor)}", title_en=f"From {row.valid_from} on your limit is × {_plain(row.factor)}",
        body=f"{row.period} 库存周转天数：{known}{more}", body_en=f"Days of inventory of {row.period}: {known_en}{more_en}",
    )  # fmt: skip


def _plain(factor: Decimal) -> str:
    return f"{factor.normalize():f}"


@action(needs="credit.bind", roles=BINDERS, exposed=False)
def begin(actor: Actor) -> int:
    """Say of every announced revision whose first day has come that it holds now: held orders are judged anew. Returns how many."""
    today = timezone.localdate()
    rows = queries.due_to_begin(actor, today)
    for row in rows:
        row.began_on = today
        row.save(update_fields=["began_on"])
        book.record(actor, facts.RevisionBegan(row.pk, row.party_id, str(row.factor)))
    return len(rows)
