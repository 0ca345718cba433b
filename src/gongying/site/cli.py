"""The command line: `gongying init`, `serve`, `verify`, `do`, and what the areas add."""

import json
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

import click
import django

signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C while all this is read needs no explanation
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gongying.site.settings")
django.setup()

from django.core.management import call_command, execute_from_command_line  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from pydantic_core import to_json  # noqa: E402

from gongying.books.lake import post as lake  # noqa: E402
from gongying.books.money import read as money  # noqa: E402
from gongying.books.stock import read as stock  # noqa: E402
from gongying.books.trade import read as trade  # noqa: E402
from gongying.core import doors, soundness  # noqa: E402
from gongying.core.actor import SYSTEM  # noqa: E402
from gongying.core.journal import book, proof  # noqa: E402
from gongying.core.journal import witness as heads  # noqa: E402
from gongying.core.people.access import sync_roles  # noqa: E402
from gongying.core.refusal import Refused  # noqa: E402
from gongying.core.words import compile as words  # noqa: E402

from . import rooms  # noqa: E402
from . import serve as serving  # noqa: E402
from .map import api_reference, house_map  # noqa: E402

signal.signal(signal.SIGINT, signal.default_int_handler)


@click.group()
def main() -> None:
    """Gongying (共赢): a distributor management system."""


@main.command(context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def manage(arguments: tuple[str, ...]) -> None:
    """Run a Django management command."""
    execute_from_command_line(["gongying", *arguments])


@main.command()
def init() -> None:
    """Bring the database up to date; safe to repeat."""
    words.compile_all(rooms.ROOT)
    call_command("migrate", verbosity=0)
    book.try_again()  # what a listener stumbled over may be mended in this version
    if book.begins():
        heads.put_by()
    click.echo(f"ready; {sync_roles()} role permissions added")


@main.command()
@click.option(
    "--witness",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A copy of the file of heads, kept elsewhere; without it the one in the data folder.",
)
def verify(witness: Path | None) -> None:
    """Recompute the seal of every fact and what rests on it; names what does not hold (exit 1).

    After the facts: every sales line against the fact that told it, every balance against its postings and movements,
    the lake against the books.
    """
    while book.seal():
        pass
    report = book.verify(witness)
    if not report.whole:
        named = f"entry {report.broken_id} ({report.broken_name}) " if report.broken_id else ""
        click.echo(f"BROKEN at position {report.broken}: {named}{proof.WORDS[report.what]}", err=True)
        sys.exit(1)
    click.echo(f"whole: {report.sealed} facts, head {report.head}")
    stopped = [f"{name} has stopped at {why}" for name, why in book.stopped()]
    faults = [*stopped, *trade.check(), *money.check(), *stock.check(), *lake.check()]
    for fault in faults:
        click.echo(f"BROKEN: {fault}", err=True)
    if faults:
        sys.exit(1)
    click.echo("books: sales lines as they were told, balances as they were posted, the lake whole")


@contextmanager
def _one_moment() -> Iterator[None]:
    """Read everything as it stood at one moment, whoever writes meanwhile, and keep nobody from writing."""
    if connection.in_atomic_block:
        yield
        return
    if connection.vendor == "postgresql":
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
        return
    with connection.cursor() as cursor:
        cursor.execute("BEGIN DEFERRED")  # Django's own would wait for the turn to write
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ROLLBACK")


BESIDE = ("journal.chain", "lake.whole")  # look at files beside the database too, which go on meanwhile


def _tell(name: str) -> bool:
    """Ask one question and say what it finds. Whether it holds."""
    asked = soundness.SOUND[name]
    found = list(islice(asked.ask(), soundness.MOST))
    click.echo(f"{'BROKEN' if found else 'ok'}  {asked.name}: {asked.words}")
    for fault in found:
        click.echo(f"    {fault}", err=True)
    return not found


@main.command()
def fsck() -> None:
    """Ask everything that must be true of this database, at any time, also while others write: all is read as of one moment.
    Names what does not hold (exit 1).
    """
    held = [_tell(name) for name in sorted(soundness.SOUND) if name in BESIDE]
    with _one_moment():
        held += [_tell(name) for name in sorted(soundness.SOUND) if name not in BESIDE]
    if not all(held):
        sys.exit(1)
    click.echo(f"sound: {len(soundness.SOUND)} questions, nothing found")


@main.command("do")
@click.argument("verb")
@click.argument("inputs", default="{}")
def do_verb(verb: str, inputs: str) -> None:
    """Call a verb or noun by name with JSON inputs."""
    if verb not in doors.ACTIONS and verb not in doors.QUERIES:
        raise click.ClickException(f"there is no {verb}")
    try:
        answer = doors.call(verb, SYSTEM.through("cli"), json.loads(inputs))
    except Refused as no:
        raise click.ClickException(str(no)) from no
    click.echo(to_json(answer, indent=2, fallback=str).decode())


@main.command("map")
def print_map() -> None:
    """Print docs/map.md: every verb, noun, fact and listener."""
    click.echo(house_map(), nl=False)


@main.command("api")
def print_api() -> None:
    """Print docs/api.md: every operation of the HTTP API."""
    click.echo(api_reference(), nl=False)


@main.command()
@click.option("--every", default=1.0, help="Seconds between rounds.")
def clock(every: float) -> None:
    """Seal and deliver facts, pick up what a crash left, begin the work of the day, keep the lake near the books."""
    serving.clock(every)


@main.command()
@click.option("--host", default="127.0.0.1")
@click.option("--port", default=8000)
def serve(host: str, port: int) -> None:
    """Web and background work from one command; Ctrl-C stops it all."""
    serving.run(host, port)


for _app in rooms.apps():
    for _command in getattr(rooms.load(_app, "api"), "commands", []):
        main.add_command(_command)

if __name__ == "__main__":
    main()
