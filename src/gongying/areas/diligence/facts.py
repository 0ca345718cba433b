"""What due diligence announces. Numbers, codes and hashes; what papers say stays in the file."""

from dataclasses import dataclass

from gongying.core.journal.fact import Fact


@dataclass(frozen=True)
class FileOpened(Fact):
    """A company is examined; `subject` is the application it came by."""

    name = "diligence.file_opened"
    file: int
    number: str
    subject: str


@dataclass(frozen=True)
class PaperChecked(Fact):
    """A paper was verified or refused; `digest` is the hash of the file."""

    name = "diligence.paper_checked"
    file: int
    paper: int
    kind: str
    verdict: str
    digest: str


@dataclass(frozen=True)
class SnapshotTaken(Fact):
    """What a registry says was kept with its hash; `changed` are the fields that differ from the snapshot before."""

    name = "diligence.snapshot_taken"
    file: int
    check: str
    provider: str
    digest: str
    changed: list[str]


@dataclass(frozen=True)
class MemoProposed(Fact):
    """A decision was proposed; `digest` covers every figure it rests on."""

    name = "diligence.memo_proposed"
    memo: int
    number: str
    file: int
    verdict: str
    digest: str


@dataclass(frozen=True)
class MemoDecided(Fact):
    """A second person approved a memo or gave it back."""

    name = "diligence.memo_decided"
    memo: int
    number: str
    file: int
    subject: str
    verdict: str
    approved: bool
    deposit_minor: int
    limit_minor: int
    currency: str
