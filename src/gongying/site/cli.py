"""The command line: `gongying init`, `serve`, `verify`, `do`, and what the areas add."""

import json
import os
import signal
import subprocess
import sys
import time

import click
import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gongying.site.settings")
django.setup()

from django.core.management import call_command, execute_from_command_line  # noqa: E402
from pydantic_core import to_json  # noqa: E402

from gongying.books.lake import post as lake  # noqa: E402
from gongying.core import doors  # noqa: E402
from gongying.core.actor import SYSTEM  # noqa: E402
from gongying.core.jobs import queue  # noqa: E402
from gongying.core.journal import book  # noqa: E402
from gongying.core.people.access import sync_roles  # noqa: E402
from gongying.core.refusal import Refused  # noqa: E402
from gongying.core.words import compile as words  # noqa: E402

from . import rooms  # noqa: E402
from .map import api_reference, house_map  # noqa: E402


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
    click.echo(f"ready; {sync_roles()} role permissions added")


@main.command()
def verify() -> None:
    """Recompute the seal of every fact; names the first that does not hold (exit 1)."""
    while book.seal():
        pass
    report = book.verify()
    if report.whole:
        click.echo(f"whole: {report.sealed} facts, head {report.head}")
        return
    click.echo(f"BROKEN at position {report.broken}: entry {report.broken_id} ({report.broken_name})", err=True)
    sys.exit(1)


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
    """Seal and deliver facts, pick up what a crash left, and keep the lake near the books."""
    while True:
        book.seal()
        book.deliver()
        queue.revive()
        lake.refresh()
        time.sleep(every)


@main.command()
@click.option("--host", default="127.0.0.1")
@click.option("--port", default=8000)
def serve(host: str, port: int) -> None:
    """Web and background work from one command; Ctrl-C stops it all."""
    me = [sys.executable, "-m", "gongying.site.cli"]
    web = [sys.executable, "-m", "granian", "gongying.site.wsgi:application", "--interface", "wsgi"]
    web += ["--host", host, "--port", str(port), "--workers", "1", "--blocking-threads", "8", "--no-access-log"]
    commands = [web, [*me, "manage", "db_worker", "--interval", "1"], [*me, "clock"]]
    running = [subprocess.Popen(command) for command in commands]  # noqa: S603 - our own commands
    try:
        while all(each.poll() is None for each in running):
            time.sleep(0.5)
    except KeyboardInterrupt:
        pass
    finally:
        for each in running:
            if each.poll() is None:
                each.send_signal(signal.SIGINT)
        for each in running:
            try:
                each.wait(timeout=10)
            except subprocess.TimeoutExpired:
                each.kill()


for _app in rooms.apps():
    for _command in getattr(rooms.load(_app, "api"), "commands", []):
        main.add_command(_command)

if __name__ == "__main__":
    main()
