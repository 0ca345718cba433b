"""The verbs of ordering, each one transaction."""

from gongying.areas.supply import actions as supply

from .changing import CancelLine, amend, cancel, close
from .counting import count_history, count_ordered, count_paid
from .deciding import approve, approve_all, decline, go_on, reject
from .giving import give
from .noting import carrier_said, promises_cut
from .placing import Placed, place
from .rechecking import recheck
from .returning import inspect
from .sharing import apply, share_out
from .shipping import ShipIn, Shipped, deliver, invoice, paid, ship
from .stocking import Split, SplitLine, allocate, allocate_waiting, release, split, substitute

supply.through("deliver", deliver)
supply.through("inspect", inspect)
supply.through("apply", apply)

__all__ = [
    "CancelLine", "Placed", "ShipIn", "Shipped", "Split", "SplitLine", "allocate", "allocate_waiting", "amend", "apply", "approve",
    "approve_all", "cancel", "carrier_said", "close", "count_history", "count_ordered", "count_paid", "decline", "deliver", "give", "go_on", "inspect", "invoice", "paid", "place",
    "promises_cut", "recheck", "reject", "release", "share_out", "ship", "split", "substitute",
]  # fmt: skip
