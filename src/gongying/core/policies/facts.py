"""What policies announce."""

from dataclasses import dataclass

from gongying.core.journal.fact import Fact


@dataclass(frozen=True)
class PolicyPublished(Fact):
    """A version came into force; `hash` covers its parameters."""

    name = "policies.policy_published"
    version_id: int
    kind: str
    key: str
    scope: str
    hash: str
    effective_from: str


@dataclass(frozen=True)
class PolicyWithdrawn(Fact):
    """A published version no longer holds from now on."""

    name = "policies.policy_withdrawn"
    version_id: int
    kind: str
    key: str
    hash: str
