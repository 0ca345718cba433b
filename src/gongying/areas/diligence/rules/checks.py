"""What registries are asked, by whichever provider, and what changed since they were asked before.

A provider is anything that answers by credit code: nothing here knows a company that sells such answers. Without one the house's
people look the company up on the official pages and keep a picture of what they saw; both ways leave the same snapshot.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class CheckKind:
    """One check: its words, where people look it up, and the fields of its answer (code, words). A field counted in `bad` speaks
    against the company when it is more than nothing; `status` is fine when it is one of `fine`."""

    code: str
    label: Any
    where: Any
    fields: tuple[tuple[str, Any], ...]
    bad: tuple[str, ...] = ()
    look: tuple[str, ...] = ()
    fine: tuple[str, ...] = ()


CHECKS: dict[str, CheckKind] = {
    each.code: each
    for each in (
        CheckKind(
            "status", _("Registration"), _("National Enterprise Credit Information Publicity System"),
            (("status", _("status")), ("name", _("name")), ("capital", _("registered capital")), ("scope", _("business scope"))),
            fine=("存续", "在业", "开业", "active"),
        ),
        CheckKind(
            "abnormal", _("Abnormal operations"), _("National Enterprise Credit Information Publicity System"),
            (("entries", _("entries")), ("reason", _("reason"))), bad=("entries",),
        ),
        CheckKind(
            "dishonest", _("Judgment defaulters"), _("China Execution Information Disclosure"),
            (("entries", _("entries")), ("amount", _("amount"))), bad=("entries",),
        ),
        CheckKind(
            "litigation", _("Lawsuits"), _("China Judgments Online"),
            (("as_defendant", _("as defendant")), ("as_plaintiff", _("as plaintiff")), ("amount", _("amount"))),
            look=("as_defendant",),
        ),
        CheckKind(
            "penalty", _("Administrative penalties"), _("Credit China"), (("entries", _("entries")), ("reason", _("reason"))),
            look=("entries",),
        ),
        CheckKind(
            "market", _("Activity in the market"), _("a provider of company data"),
            (("staff", _("insured staff")), ("tenders", _("tenders won")), ("changes", _("changes of shareholders"))),
        ),
    )
}  # fmt: skip
NEEDED = ("status", "abnormal", "dishonest", "litigation", "penalty")  # before anybody is accepted
VERDICTS: dict[str, Any] = {
    "clear": _("nothing against it"),
    "look": _("look twice"),
    "bad": _("speaks against it"),
}
MOST_FIELDS, LONGEST = 20, 300


class Provider(Protocol):
    """Somebody who answers checks by credit code, at a price a call (minor units)."""

    code: str
    label: Any
    checks: tuple[str, ...]
    cost_minor: int

    def ask(self, check: str, uscc: str, company: str) -> Mapping[str, str]:
        """The answer, by field. Raises OSError where the provider cannot be reached."""


providers: dict[str, Provider] = {}


def register_provider(provider: Provider) -> Provider:
    """Enter a provider: an installation does so for the service it has a contract with."""
    providers[provider.code] = provider
    return provider


def verdict_of(check: str, result: Mapping[str, str]) -> str:
    """What an answer says: clear, look, bad. A number that cannot be read is looked at.

    >>> verdict_of("dishonest", {"entries": "0"}), verdict_of("dishonest", {"entries": "2"}), verdict_of("status", {"status": "注销"})
    ('clear', 'bad', 'bad')
    """
    kind = CHECKS[check]
    if kind.fine:
        status = result.get("status", "")
        return "clear" if any(word in status for word in kind.fine) else "bad" if status else "look"
    for names, verdict in ((kind.bad, "bad"), (kind.look, "look")):
        for name in names:
            text = result.get(name, "").strip() or "0"
            if not text.isdecimal():
                return "look"
            if int(text):
                return verdict
    return "clear"


def changes(before: Mapping[str, str] | None, after: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """What differs between two answers: (field, before, after). The first answer changes nothing.

    >>> changes({"status": "存续", "name": "甲"}, {"status": "注销", "name": "甲"})
    [('status', '存续', '注销')]
    """
    if before is None:
        return []
    names = dict.fromkeys([*before, *after])
    return [(n, before.get(n, ""), after.get(n, "")) for n in names if before.get(n, "") != after.get(n, "")]
