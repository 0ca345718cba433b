"""`gongying demo [load]`: load the demonstration and print its log-ins. `gongying demo logins` prints them again."""

from datetime import datetime, timedelta

import click
from django.utils import timezone
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from gongying.core.journal import book
from gongying.core.refusal import Refused

from .seeds.load import Loader, is_loaded
from .seeds.logins import Login, logins
from .seeds.network import seats
from .seeds.story import REVENUE, SEED, write


@click.group("demo", invoke_without_command=True)
@click.pass_context
def demo(context: click.Context) -> None:
    """The living demonstration year of an invented brand; alone it loads."""
    if context.invoked_subcommand is None:
        context.invoke(load)


@demo.command("load")
@click.option("--end", type=click.DateTime(["%Y-%m-%d"]), help="Last day of the story; yesterday if not given.")
@click.option("--small", is_flag=True, help="Eleven distributors, half a year.")
def load(end: datetime | None = None, small: bool = False) -> None:
    """Load the story through the verbs of everybody; a second time it is already there."""
    people = logins(seats(SEED, REVENUE, small=small), SEED)
    console = Console(stderr=True)
    if is_loaded(people):
        console.print("the demonstration is already here")
    else:
        last = end.date() if end else timezone.localdate() - timedelta(days=1)
        columns = (TextColumn("{task.description:<9}"), BarColumn(), TextColumn("{task.completed:,.0f}"))
        with Progress(*columns, TimeElapsedColumn(), console=console) as bar:
            task = bar.add_task("story", total=None)
            try:
                Loader(
                    write(last, small=small),
                    lambda what, done, of: bar.update(task, description=what, completed=done, total=of),
                ).everything()
            except Refused as no:
                raise click.ClickException(f"{no.message} {no.remedy}") from no
            bar.update(task, description="seal", total=None)
            while book.seal():
                pass
            book.deliver()
    _print(people)


@demo.command("logins")
def show_logins() -> None:
    """Print a log-in for each role."""
    _print(logins(seats(SEED, REVENUE), SEED))


def _print(people: list[Login]) -> None:
    for person in people:
        if person.headline:
            click.echo(f"  {person.role:<9} {person.login:<24} {person.password}")


commands = [demo]
