"""The only readers of points, in the actor's scope."""

from . import guards as guards
from . import sound as sound
from .awarding import (
    Calculation,
    Proposed,
    Row,
    award_row,
    awards,
    calculate,
    earning_row,
    earnings,
    preview,
    proposed,
)
from .clearing import (
    Compared,
    Threatened,
    adjustments,
    clearing_row,
    clearings,
    clears_from,
    compared,
    due_days,
    exempted,
    losses,
    threatened,
)
from .desk import Waiting, mine, waiting
from .policies import InForce, Offered, catalogue_of, catalogue_on, named, programme_of, programme_on
from .shop import (
    Budget,
    Shelf,
    budget,
    catalogue,
    cost_of,
    parts_of,
    redemption_row,
    redemptions,
    taken,
    voucher_of,
    voucher_state,
    vouchers,
    worth_minor,
)
from .telling import Said, lines_behind, rule_of, told, window_of
from .wallet import WalletView, as_engine, balance, balances, entries, leaving, open_lots, wallet, wallets
from .worth import JournalLine, LiabilityView, journal, rate_on, worth

__all__ = [
    "Budget", "Calculation", "Compared", "InForce", "JournalLine", "LiabilityView", "Offered", "Proposed", "Row", "Said", "Shelf",
    "Threatened", "Waiting", "WalletView", "adjustments", "as_engine", "award_row", "awards", "balance", "balances", "budget", "calculate",
    "catalogue", "catalogue_of", "catalogue_on", "clearing_row", "clearings", "clears_from", "compared", "cost_of", "due_days",
    "earning_row", "earnings", "entries", "exempted", "journal", "leaving", "lines_behind", "losses", "mine", "named", "open_lots", "parts_of", "preview",
    "programme_of", "programme_on", "proposed", "rate_on", "redemption_row", "redemptions", "rule_of", "taken", "threatened", "told",
    "voucher_of", "voucher_state", "vouchers", "waiting", "wallet", "wallets", "window_of", "worth",
    "worth_minor",
]  # fmt: skip
