"""`gongying figure METRIC --by … --from … --to … --format csv`."""

import json
from datetime import datetime

import click
from rich.console import Console
from rich.table import Table

from gongying.core.actor import SYSTEM
from gongying.core.documents.sheet import csv_text
from gongying.core.refusal import Refused

from .queries import figures

DAY = click.DateTime(["%Y-%m-%d"])


@click.command()
@click.argument("metric", type=click.Choice(sorted(figures.METRICS)))
@click.option("--by", default="", help="Grain, such as party,month.")
@click.option("--from", "start", type=DAY, required=True, help="First business date.")
@click.option("--to", "end", type=DAY, required=True, help="Last business date.")
@click.option("--where", multiple=True, help="Filter, such as region=HD or category=AF,BL.")
@click.option("--format", "shape", type=click.Choice(["table", "csv", "json"]), default="table")
def figure(metric: str, by: str, start: datetime, end: datetime, where: tuple[str, ...], shape: str) -> None:
    """Print a figure: one row for each grain. Money is in minor units, a ratio is a fraction, undefined is empty."""
    given = {name.strip(): value.strip() for name, _mark, value in (each.partition("=") for each in where)}
    grain = [each.strip() for each in by.split(",") if each.strip()]
    try:
        found = figures.figure(
            SYSTEM.through("cli"), metric=metric, by=grain, start=start.date(), last=end.date(), where=given
        )
    except Refused as no:
        raise click.ClickException(str(no)) from no
    if shape == "csv":
        click.echo(csv_text(found.columns, found.rows), nl=False)
    elif shape == "json":
        click.echo(
            json.dumps(
                {
                    "metric": metric,
                    "unit": found.unit,
                    "formula": found.formula,
                    "at": found.at,
                    "columns": found.columns,
                    "rows": found.rows,
                },
                ensure_ascii=False,
                default=str,
                indent=1,
            )
        )
    else:
        table = Table(*found.columns, title=f"{metric} ({found.unit})", caption=f"{found.formula} · {found.at}")
        for row in found.rows:
            table.add_row(*("" if cell is None else str(cell) for cell in row))
        Console().print(table)


commands = [figure]
