"""What the policies of accrual, tax and watching say on a day."""

from collections.abc import Sequence
from datetime import date
from typing import Any, TypeVar

from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel

from gongying.core.calendar import Period
from gongying.core.policies import read as policies
from gongying.core.policies.kinds import Finding, Kind, guard
from gongying.engines.accrual import Month

from ..rules.accrual import ACCRUAL, VAT, WATCH, Accrual, Vat, Watch

P = TypeVar("P", bound=BaseModel)


@guard(ACCRUAL.code)
def must_keep_its_method(row: Any) -> list[Finding]:
    """One method is kept throughout a contract (IFRS 15.54): another one in the middle of a year is said."""
    before = policies.candidates(ACCRUAL.code, ACCRUAL.key, row.effective_from)
    if not before or (row.effective_from.month, row.effective_from.day) == (1, 1):
        return []
    old, new = policies.parsed(before[0]), policies.parsed(row)
    assert isinstance(old, Accrual)
    assert isinstance(new, Accrual)
    keys = {"", *old.programmes, *new.programmes}
    if all(old.method_of(key) == new.method_of(key) for key in keys):
        return []
    text = _("The method changes in the middle of a year: one method is kept throughout a contract.")
    return [Finding("warning", "method", text, "method")]


def holding(kind: Kind, default: type[P], on: date, party_id: int | None = None) -> tuple[P, str]:
    """What the policy of a kind says on a day, and the version as text ("" is the house's own)."""
    found = policies.candidates(kind.code, kind.key, on, party_id)
    if not found:
        return default(), ""
    document = policies.parsed(found[0])
    assert isinstance(document, default)
    return document, f"{kind.code} v{found[0].version} {found[0].hash[:12]}"


def accrual(on: date) -> tuple[Accrual, str]:
    """How rebates are accrued on a day."""
    return holding(ACCRUAL, Accrual, on)


def vat(on: date) -> tuple[Vat, str]:
    """How the tax of a rebate is reckoned on a day."""
    return holding(VAT, Vat, on)


def watching(on: date, party_id: int | None = None) -> Watch:
    """What the watch list goes by on a day, for a distributor."""
    return holding(WATCH, Watch, on, party_id)[0]


def months_over(months: Sequence[Period], weights: Sequence[int], cut: date) -> list[Month]:
    """Months of a period (as spans of days) with what of them lies before a day."""
    return [
        Month(weight, (each.end - each.start).days, max(0, min((cut - each.start).days, (each.end - each.start).days)))
        for each, weight in zip(months, weights, strict=True)
    ]  # fmt: skip
