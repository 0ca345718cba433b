"""`gongying settle PROGRAMME --period 2026Q3 [--dry-run] [--format csv]`."""

from datetime import datetime
from typing import Any

import click
from django.conf import settings
from django.utils import translation

from gongying.core.actor import SYSTEM
from gongying.core.documents.sheet import csv_text
from gongying.core.refusal import Missing, Refused

from . import actions, queries

FIELDS = ("code", "name", "currency", "base", "lines", "tier", "entitled_minor", "settled_minor", "due_minor")


@click.command("settle")
@click.argument("programme")
@click.option("--period", required=True, help="2026, 2026H1, 2026Q3 or 2026-07")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="Date of an interim run; today if not given.")
@click.option("--dry-run", is_flag=True, help="Print what would be settled; write nothing.")
@click.option("--format", "shape", type=click.Choice(["csv", "table"]), default="table")
def settle(programme: str, period: str, as_of: datetime | None, dry_run: bool, shape: str) -> None:
    """Settle a rebate programme for a period."""
    with translation.override(settings.LANGUAGE_CODE):
        try:
            rows = queries.preview(SYSTEM.through("cli"), programme=programme, period=period)
            cells = [[getattr(row, name) for name in FIELDS] for row in rows]
            click.echo(csv_text(FIELDS, cells) if shape == "csv" else _table(cells), nl=False)
            if not dry_run:
                done = actions.settle(
                    SYSTEM.through("cli"), programme=programme, period=period, as_of=as_of.date() if as_of else None
                )
                click.echo(f"{done.number or '-'} {done.statements} {done.due_minor}", err=True)
        except (Refused, Missing) as no:
            raise click.ClickException(str(no)) from no


def _table(cells: list[list[Any]]) -> str:
    return "".join("\t".join(str(cell) for cell in row) + "\n" for row in (list(FIELDS), *cells))


commands = [settle]
