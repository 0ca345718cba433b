"""What must hold of accruals at any time."""

from collections import defaultdict
from collections.abc import Iterator

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from gongying.books.money import read as money
from gongying.core.actor import SYSTEM
from gongying.core.soundness import sound

from .estimating import latest, posted

LIABILITIES = ("refund_liability", "contract_liability")


@sound("rewards.accruals", _("accrued rebates: opening + accrued + used + released = closing, from line to line"))
def accruals_follow() -> Iterator[tuple[str, str, int, str, int, int]]:
    """Lines that do not add up or do not begin where the one before ended: (programme, period, party, run, expected, found)."""
    ends: dict[tuple[str, str, int], int] = defaultdict(int)
    names = ("programme", "period", "party_id", "run__number", "opening_minor", "closing_minor")
    rows = posted().annotate(said=F("opening_minor") + F("accrued_minor") + F("used_minor") + F("released_minor"))
    for programme, period, party, number, opening, closing, said in rows.order_by("id").values_list(*names, "said"):
        key = (programme, period, party)
        if opening != ends[key]:
            yield *key, number, ends[key], opening
        if closing != said:
            yield *key, number, said, closing
        ends[key] = closing


@sound("rewards.liabilities", _("the liability accounts of rebates are what stands of accruals"))
def liabilities_match() -> Iterator[tuple[str, int, str, int, int]]:
    """Distributors whose liability account is not the sum of what stands: (kind, party, currency, standing, balance)."""
    sums: dict[tuple[str, int, str], int] = defaultdict(int)
    for row in latest().values():
        sums[row.liability, row.party_id, row.currency] += row.closing_minor
    held: dict[tuple[str, int, str], int] = {}
    for kind in LIABILITIES:
        for account in money.accounts(SYSTEM, kind=kind):
            held[kind, account.holder_id or 0, account.currency] = account.balance_minor
    for key in sorted({*sums, *held}):
        if sums.get(key, 0) != held.get(key, 0):
            yield *key, sums.get(key, 0), held.get(key, 0)
