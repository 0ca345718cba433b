"""`gongying import FILE --kind sell_in`: the same verbs as the page."""

from pathlib import Path

import click
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from gongying.core.actor import SYSTEM
from gongying.core.files import shelf
from gongying.core.refusal import Refused

from . import actions, queries
from .rules import KINDS


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--kind", required=True, type=click.Choice(sorted(KINDS)))
@click.option("--source", default="file", help="Whose numbering the documents carry.")
@click.option("--errors", type=click.Path(path_type=Path), help="Where to write the rows that were not taken.")
def import_file(file: Path, kind: str, source: str, errors: Path | None) -> None:
    """Load an .xlsx or .csv file."""
    actor = SYSTEM.through("cli")
    try:
        with file.open("rb") as stream:
            chunks = iter(lambda: stream.read(1 << 20), b"")
            stored = shelf.store(actor, name=file.name, chunks=chunks, purpose="import")
        batch_id = actions.receive(actor, kind=kind, file_id=stored.pk, source=source, background=False)
        with Progress(SpinnerColumn(), TextColumn("{task.completed:,.0f}"), TimeElapsedColumn()) as bar:
            task = bar.add_task(file.name, total=None)
            batch = actions.work_off(actor, batch_id, lambda done: bar.update(task, completed=done))
    except Refused as no:
        raise click.ClickException(str(no)) from no
    click.echo(
        f"created {batch.created}, corrected {batch.corrected}, unchanged {batch.unchanged}, failed {batch.failed}"
    )
    if errors and batch.failed:
        errors.write_bytes(queries.error_file(actor, batch_id))


commands = [import_file]
