"""What approvals announces."""

from dataclasses import dataclass

from gongying.core.journal.fact import Fact


@dataclass(frozen=True)
class AuthorityDelegated(Fact):
    """Somebody lets another decide in his stead; users by number, `verb` "" is all."""

    name = "approvals.authority_delegated"
    delegation: int
    giver: int
    receiver: int
    verb: str
    since: str
    until: str


@dataclass(frozen=True)
class DelegationEnded(Fact):
    """A delegation was taken back before its last day."""

    name = "approvals.delegation_ended"
    delegation: int
