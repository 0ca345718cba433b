"""`gongying import FILE --kind sell_in` and `gongying template KIND`: the same verbs as the page."""

from pathlib import Path
from typing import Any

import click
from django.conf import settings
from django.utils import translation
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from gongying.core.actor import SYSTEM, Actor
from gongying.core.files import shelf
from gongying.core.refusal import Refused

from . import actions, queries
from .rules import KINDS

SHOWN = 20
LANGUAGE = click.Choice([code for code, _name in settings.LANGUAGES])


@click.command("import")
@click.argument("file", type=click.Path(exists=True, path_type=Path))
@click.option("--kind", type=click.Choice(sorted(KINDS)))
@click.option("--profile", help="Read a folder by a profile: adventureworks, or the path of your own TOML file.")
@click.option("--source", default="file", help="Whose numbering the documents carry.")
@click.option(
    "--map", "pairs", multiple=True, metavar="FIELD=HEADER", help="Read a field from a column; repeat it."
)
@click.option("--dry-run", is_flag=True, help="Check every row and post nothing.")
@click.option(
    "--errors",
    type=click.Path(path_type=Path),
    help="Where to write the rows that were not taken; beside the file if not given.",
)
@click.option("--language", type=LANGUAGE, default="zh-hans", help="Of what is said about faults.")
def import_file(
    file: Path,
    kind: str | None,
    profile: str | None,
    source: str,
    pairs: tuple[str, ...],
    dry_run: bool,
    errors: Path | None,
    language: str,
) -> None:
    """Load an .xlsx or .csv file, or a folder of files by a profile.

    A file whose import was cut off goes on where it was.
    """
    with translation.override(language):
        _import(SYSTEM.through("cli"), file, kind, profile, source, pairs, dry_run, errors)


def _import(
    actor: Actor,
    file: Path,
    kind: str | None,
    profile: str | None,
    source: str,
    pairs: tuple[str, ...],
    dry_run: bool,
    errors: Path | None,
) -> None:
    try:
        if profile:
            return _by_profile(actor, profile, file)
        if kind is None or file.is_dir():
            raise click.ClickException("give --kind with a file, or --profile with a folder")
        chosen = _pairs(kind, pairs) or _kept(actor, kind, file)
        if dry_run:
            return _dry_run(actor, kind, file, chosen)
        _load(actor, kind, file, source, chosen, errors)
    except Refused as no:
        raise click.ClickException(str(no)) from no


def _pairs(kind: str, pairs: tuple[str, ...]) -> dict[str, str]:
    """`--map quantity=件数` as a choice of columns."""
    names = [field.name for field in KINDS[kind]]
    chosen = {}
    for pair in pairs:
        name, sign, title = pair.partition("=")
        if not sign or name not in names:
            raise click.ClickException(f"--map {pair}: write FIELD=HEADER; the fields are {', '.join(names)}")
        chosen[name] = title
    return chosen


def _kept(actor: Actor, kind: str, file: Path) -> dict[str, str]:
    """The columns that were chosen the last time, where this file has them."""
    kept = queries.layout(actor, kind)
    if not kept:
        return {}
    seen = queries.look(actor, kind, file, file.name, kept=kept, most=1)
    return {
        field.name: seen.header[seen.places[field.name]] for field in KINDS[kind] if field.name in seen.places
    } | {field.name: "" for field in KINDS[kind] if field.name not in seen.places and not field.required}


def _load(actor: Actor, kind: str, file: Path, source: str, chosen: dict[str, str], errors: Path | None) -> None:
    with file.open("rb") as stream:
        chunks = iter(lambda: stream.read(1 << 20), b"")
        stored = shelf.store(actor, name=file.name, chunks=chunks, purpose="import")
    left = queries.unfinished(actor, kind=kind, sha256=stored.sha256, source=source, columns=chosen)
    if left:
        click.echo(f"going on after row {left.checkpoint}")
        batch_id = left.pk
    else:
        batch_id = actions.receive(
            actor, kind=kind, file_id=stored.pk, source=source, background=False, columns=chosen
        )
    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    ) as bar:
        task = bar.add_task(file.name, total=None)
        batch = actions.work_off(actor, batch_id, lambda done, total: bar.update(task, completed=done, total=total))
    click.echo(
        f"created {batch.created}, corrected {batch.corrected}, unchanged {batch.unchanged}, failed {batch.failed}"
    )
    if batch.failed:
        for error in batch.errors.order_by("row")[:SHOWN]:
            _say(error.row, error.field, error.message, error.remedy, error.words)
        name, data = queries.error_file(actor, batch_id)
        place = errors or file.with_name(name)
        place.write_bytes(data)
        click.echo(f"the rows that were not taken: {place}")


def _say(row: int, field: str, message: str, remedy: str, words: dict[str, Any]) -> None:
    click.echo(f"row {row}: {field}: {queries.told(message, words)} {queries.told(remedy, words)}")


def _dry_run(actor: Actor, kind: str, file: Path, chosen: dict[str, str]) -> None:
    """Say which column is what, how many rows are good, and what is wrong with the first of the others."""
    seen = queries.look(actor, kind, file, file.name, chosen=chosen or None)
    for field in KINDS[kind]:
        title = seen.header[seen.places[field.name]] if field.name in seen.places else "-"
        click.echo(f"{field.name:<18} {title}")
    if seen.doubled:
        raise click.ClickException("these headers stand more than once: " + ", ".join(seen.doubled))
    if seen.lacking:
        raise click.ClickException("no column for " + ", ".join(field.name for field in seen.lacking))
    if seen.sheets[1:]:
        click.echo(f"read from sheet {seen.sheets[0]}, not from {', '.join(seen.sheets[1:])}")
    for fault in seen.failures[:SHOWN]:
        _say(*fault)
    if seen.bad > SHOWN:
        click.echo(f"and {seen.bad - SHOWN:,} more")
    click.echo(f"good {seen.good}, bad {seen.bad}, nothing posted")


def _by_profile(actor: Actor, profile: str, folder: Path) -> None:
    """Show each step with its number of rows while it runs."""
    with Progress(
        SpinnerColumn(), TextColumn("{task.description} {task.completed:,.0f}"), TimeElapsedColumn()
    ) as bar:
        tasks: dict[str, TaskID] = {}

        def report(what: str, rows: int) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(what, total=None)
            bar.update(tasks[what], completed=rows)

        counts = actions.load(actor, profile, folder, report)
    for what, rows in counts.items():
        click.echo(f"{what}: {rows:,}")


@click.command("template")
@click.argument("kind", type=click.Choice(sorted(KINDS)))
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--language", type=LANGUAGE, default="zh-hans", help="Of the headers.")
def template_file(kind: str, file: Path, language: str) -> None:
    """Write an empty form of a kind to FILE, an .xlsx or .csv."""
    if file.suffix.lower() not in (".xlsx", ".csv"):
        raise click.ClickException("give the file the ending .xlsx or .csv")
    with translation.override(language):
        file.write_bytes(queries.template(kind, as_csv=file.suffix.lower() == ".csv"))


commands = [import_file, template_file]
