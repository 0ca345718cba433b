"""Who is asking, on whose behalf, and through which door."""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Actor:
    """One caller. Pages, API, jobs and the command line all build an Actor and call the same verbs.

    `parties` is the scope: ``None`` is the whole network, a set is exactly those organisations' data
    (an empty set sees none). `may` holds permissions such as ``rewards.settle``; ``*`` is all of them.
    `via` names the door: web, api, job, cli or flow. `must` is the address of what is demanded of him before anything
    else (a second factor, say); until then he holds next to no permission.

    >>> Actor("li", may=frozenset({"rewards.view"}), parties=frozenset({7})).sees(8)
    False
    """

    name: str
    user_id: int | None = None
    role: str = ""
    may: frozenset[str] = frozenset()
    parties: frozenset[int] | None = frozenset()
    via: str = "web"
    language: str = "zh-hans"
    must: str = ""

    def can(self, needs: str) -> bool:
        """Whether this actor holds the permission `needs`."""
        return needs in self.may or "*" in self.may

    def sees(self, party_id: int | None) -> bool:
        """Whether data of this organisation is in scope; data of nobody belongs to the whole network."""
        return self.parties is None or party_id in self.parties

    @property
    def whole_network(self) -> bool:
        """True when the scope is not narrowed to some organisations."""
        return self.parties is None

    def through(self, via: str) -> "Actor":
        """The same actor coming through another door."""
        return replace(self, via=via)


SYSTEM = Actor("system", role="system", may=frozenset({"*"}), parties=None, via="job")
