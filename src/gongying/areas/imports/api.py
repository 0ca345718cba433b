"""`gongying import FILE --kind sell_in`: the same verbs as the page."""

from pathlib import Path

import click
from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from gongying.core.actor import SYSTEM, Actor
from gongying.core.files import shelf
from gongying.core.refusal import Refused

from . import actions, queries
from .rules import KINDS


@click.command("import")
@click.argument("file", type=click.Path(exists=True, path_type=Path))
@click.option("--kind", type=click.Choice(sorted(KINDS)))
@click.option("--profile", help="Read a folder by a profile: adventureworks, or the path of your own TOML file.")
@click.option("--source", default="file", help="Whose numbering the documents carry.")
@click.option("--errors", type=click.Path(path_type=Path), help="Where to write the rows that were not taken.")
def import_file(file: Path, kind: str | None, profile: str | None, source: str, errors: Path | None) -> None:
    """Load an .xlsx or .csv file, or a folder of files by a profile."""
    actor = SYSTEM.through("cli")
    try:
        if profile:
            return _by_profile(actor, profile, file)
        if kind is None or file.is_dir():
            raise click.ClickException("give --kind with a file, or --profile with a folder")
        with file.open("rb") as stream:
            chunks = iter(lambda: stream.read(1 << 20), b"")
            stored = shelf.store(actor, name=file.name, chunks=chunks, purpose="import")
        batch_id = actions.receive(actor, kind=kind, file_id=stored.pk, source=source, background=False)
        with Progress(SpinnerColumn(), TextColumn("{task.completed:,.0f}"), TimeElapsedColumn()) as bar:
            task = bar.add_task(file.name, total=None)
            batch = actions.work_off(
                actor, batch_id, lambda done, total: bar.update(task, completed=done, total=total)
            )
    except Refused as no:
        raise click.ClickException(str(no)) from no
    click.echo(
        f"created {batch.created}, corrected {batch.corrected}, unchanged {batch.unchanged}, failed {batch.failed}"
    )
    if errors and batch.failed:
        errors.write_bytes(queries.error_file(actor, batch_id))


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


commands = [import_file]
