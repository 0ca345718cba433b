"""`gongying demo`: load the demonstration and print its log-ins."""

from datetime import date, datetime

import click
from django.utils import timezone
from rich.console import Console

from gongying.books.parties import read as parties_read
from gongying.core.actor import SYSTEM
from gongying.core.journal import book

from . import actions
from .seeds import story

ROLES = ("admin", "director", "regional", "finance", "planner", "auditor", "owner", "clerk")


@click.command("demo")
@click.option("--end", type=click.DateTime(["%Y-%m-%d"]), help="Last day of the story (yesterday).")
@click.option("--small", is_flag=True, help="Eleven distributors, six months.")
def demo(end: datetime | None, small: bool) -> None:
    """Load the living year of an invented brand; a second time it is already there."""
    last: date = end.date() if end else actions.yesterday(timezone.localdate())
    console = Console(stderr=True)
    if not parties_read.parties(SYSTEM).exists():
        with console.status("story") as status:
            actions.everything(story.write(last, small=small), status.update)
            while book.seal():
                status.update("seal")
            book.deliver()
    click.echo("http://127.0.0.1:8000")
    for role in ROLES:
        click.echo(f"  {role:<9} {role}@gongying.demo  {actions.PASSWORD}")


commands = [demo]
