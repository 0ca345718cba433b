"""`gongying reconcile [--due] [--draw 2026-10] [--send]`: the day's work, for a timer of the machine."""

import click
from django.conf import settings
from django.utils import timezone, translation

from gongying.core.actor import SYSTEM
from gongying.core.refusal import Refused

from . import actions, queries

AT_ONCE = 50


@click.command("reconcile")
@click.option("--draw", "month", help="Draw this month (2026-10) first, for everybody who has no statement of it.")
@click.option("--due", is_flag=True, help="Draw the last month for whom the day that his policy names has come.")
@click.option("--send", is_flag=True, help="Send what was drawn and not sent.")
def reconcile(month: str | None, due: bool, send: bool) -> None:
    """Match both ledgers of every distributor, remind and escalate; with --due, --draw and --send also draw and send."""
    actor = SYSTEM.through("cli")
    with translation.override(settings.LANGUAGE_CODE):
        try:
            waiting = queries.not_drawn(actor, month) if month else []
            if due and not month:
                month, waiting = queries.due_to_draw(actor, timezone.localdate())
            if month:
                made = [len(actions.draw(actor, month=month, party_ids=part).soa_ids) for part in _parts(waiting)]
                click.echo(f"drawn {sum(made)}")
            if send:
                ready = list(
                    queries.statements(actor).filter(state="prepared").order_by("id").values_list("pk", flat=True)
                )
                click.echo(f"sent {sum(actions.send(actor, soa_ids=part) for part in _parts(ready))}")
            ids = sorted(set(queries.statements(actor).order_by().values_list("party_id", flat=True)))
            done = [actions.tick(actor, party_ids=part) for part in _parts(ids)]
        except Refused as no:
            raise click.ClickException(str(no)) from no
    told = {
        name: sum(getattr(each, name) for each in done) for name in ("closed", "reminded", "escalated", "tacit")
    }
    click.echo(" ".join(f"{name} {count}" for name, count in told.items()))


def _parts(ids: list[int]) -> list[list[int]]:
    return [ids[at : at + AT_ONCE] for at in range(0, len(ids), AT_ONCE)]


commands = [reconcile]
