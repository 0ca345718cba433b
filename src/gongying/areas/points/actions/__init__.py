"""The only writers of points."""

from .adjusting import adjust, appeal, decide
from .awarding import Awarding, approve, award, void
from .clearing import announce, call_off, clear
from .crediting import credit
from .passing import transfer
from .redeeming import Redeemed, cancel, fulfil, hold_up, issue, redeem, use

__all__ = [
    "Awarding", "Redeemed", "adjust", "announce", "appeal", "approve", "award", "call_off", "cancel", "clear", "credit", "decide", "fulfil",
    "hold_up", "issue", "redeem", "transfer", "use", "void",
]  # fmt: skip
