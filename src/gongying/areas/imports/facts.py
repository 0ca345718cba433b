"""What imports announce."""

from dataclasses import dataclass

from gongying.core.journal.fact import Fact


@dataclass(frozen=True)
class BatchFinished(Fact):
    """A file was worked off to its end."""

    name = "imports.batch_finished"
    batch: int
    kind: str
    sha256: str
    created: int
    corrected: int
    unchanged: int
    failed: int


@dataclass(frozen=True)
class BatchUndone(Fact):
    """A file's lines were reversed."""

    name = "imports.batch_undone"
    batch: int
    reversed: int
