"""The authority matrix: a policy of rules, and which of them lets a role decide. Pure."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ConfigDict, Field, model_validator

from gongying.core.doors import ROLES
from gongying.core.policies.kinds import Finding, Kind, register
from gongying.engines.money import exponent

KIND, KEY = "approvals.matrix", "authority"
# Verbs whose decisions have an amount; whoever owns one enters it with its words.
DECISIONS: dict[str, object] = {}


class Rule(BaseModel):
    """`role` may decide `verb` ("*": any) up to `limit` major units of `currency` (None: without a limit), in `regions` (empty:
    everywhere), over product `groups` (empty: all), on days from `since` to `until`."""

    model_config = ConfigDict(extra="forbid")
    verb: str = Field(min_length=1, max_length=60)
    role: str
    limit: Decimal | None = Field(default=None, ge=0)
    currency: str = Field(default="CNY", pattern="^[A-Z]{3}$")
    regions: list[str] = Field(default=[], max_length=200)
    groups: list[str] = Field(default=[], max_length=200)
    since: date | None = None
    until: date | None = None

    @model_validator(mode="after")
    def _sensible(self) -> "Rule":
        if self.role not in ROLES:
            raise ValueError(f"there is no role {self.role}")
        if self.since and self.until and self.until < self.since:
            raise ValueError("until is before since")
        return self

    @property
    def limit_minor(self) -> int | None:
        """The limit in minor units."""
        return None if self.limit is None else int(self.limit.scaleb(exponent(self.currency)))


class Matrix(BaseModel):
    """All rules; the verbs that none of them names are decided by permission alone."""

    model_config = ConfigDict(extra="forbid")
    rules: list[Rule] = Field(max_length=500)


def lint(matrix: Matrix) -> list[Finding]:
    """An error: a verb somebody decides only up to a limit and nobody without one (such a thing could wait for ever). Warns of
    a rule that another makes superfluous."""
    found = []
    for verb in sorted({rule.verb for rule in matrix.rules}):
        same = [rule for rule in matrix.rules if rule.verb in (verb, "*")]
        if not any(r.limit is None and not r.regions and not r.groups and not r.until for r in same):
            said = _("Nobody decides %(verb)s without a limit: a large one would wait for ever.") % {"verb": verb}
            found.append(Finding("error", "top", said, verb))
    for place, rule in enumerate(matrix.rules):
        wider = [
            r for n, r in enumerate(matrix.rules) if n != place and _covers(r, rule) and (n < place or r != rule)
        ]
        if wider:
            said = _("Rule %(place)s says nothing that another does not say.") % {"place": place + 1}
            found.append(Finding("warning", "idle", said, str(place + 1)))
    return found


def _covers(wide: Rule, narrow: Rule) -> bool:
    """Whether whatever the narrow rule allows, the wide one allows too."""
    same = wide.role == narrow.role and wide.verb in (narrow.verb, "*") and wide.currency == narrow.currency
    amount = wide.limit is None or (narrow.limit is not None and narrow.limit <= wide.limit)
    where = (not wide.regions or (narrow.regions and set(narrow.regions) <= set(wide.regions))) and (
        not wide.groups or (narrow.groups and set(narrow.groups) <= set(wide.groups))
    )
    when = (wide.since is None or (narrow.since is not None and narrow.since >= wide.since)) and (
        wide.until is None or (narrow.until is not None and narrow.until <= wide.until)
    )
    return bool(same and amount and where and when)


def applying(matrix: Matrix, verb: str, on: date) -> list[Rule]:
    """The rules of a verb that hold on a day."""
    return [
        rule
        for rule in matrix.rules
        if rule.verb in (verb, "*")
        and (rule.since is None or rule.since <= on)
        and (rule.until is None or on <= rule.until)
    ]


def allows(
    rules: Iterable[Rule],
    role: str,
    amount_minor: int,
    currency: str,
    regions: Collection[str],
    groups: Collection[str],
) -> Rule | None:
    """The widest rule that lets a role decide over an amount; None when none does. A limit in another currency says nothing."""
    fitting = [
        rule
        for rule in rules
        if rule.role == role
        and (rule.limit is None or (rule.currency == currency and amount_minor <= (rule.limit_minor or 0)))
        and (not rule.regions or set(rule.regions) & set(regions))
        and (not rule.groups or (groups and set(groups) <= set(rule.groups)))
    ]
    return max(fitting, key=lambda r: (r.limit is None, r.limit or 0), default=None)


def reach(rules: Sequence[Rule], role: str, currency: str) -> Rule | None:
    """The widest rule of a role in a currency, whatever the region."""
    mine = [rule for rule in rules if rule.role == role and (rule.limit is None or rule.currency == currency)]
    return max(mine, key=lambda r: (r.limit is None, r.limit or 0), default=None)


MATRIX = register(Kind(KIND, _("Authority matrix"), Matrix, lint, scopes=("network",), key=KEY))
