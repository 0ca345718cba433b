"""The only readers of supply, in the actor's scope."""

from .agreements import Month, Schedule, agreement, agreement_row, agreements, delivered, schedule_of
from .allocations import (
    AllocationView,
    Trial,
    allocation,
    classes_of,
    lines_of,
    results,
    run_row,
    runs,
    shares,
    supplies_of,
    trials,
)
from .returns import (
    ReturnView,
    delivered_lines,
    return_files,
    return_lines,
    return_row,
    return_view,
    returnable,
    returns,
    unanswered,
)
from .shipments import (
    Reliability,
    ShipmentView,
    by_state,
    claims,
    delivery_of,
    events,
    late,
    lines,
    open_shipments,
    reliability,
    shipment,
    shipment_row,
    shipments,
)
from .sound import Unmoved, lacking, unmoved
from .terms import terms
from .transfers import transfer_lines, transfer_row, transfers
from .waiting import waiting

__all__ = [
    "AllocationView", "Month", "Reliability", "ReturnView", "Schedule", "ShipmentView", "Trial", "Unmoved", "agreement", "agreement_row",
    "agreements", "allocation", "by_state", "claims", "classes_of", "delivered", "delivered_lines", "delivery_of", "events", "lacking", "late", "lines",
    "lines_of", "open_shipments", "reliability", "results", "return_files", "return_lines", "return_row", "return_view",
    "returnable", "returns", "run_row", "runs", "schedule_of", "shares", "shipment", "shipment_row", "shipments",
    "supplies_of", "terms", "transfer_lines", "transfer_row", "transfers", "trials", "unanswered", "unmoved", "waiting",
]  # fmt: skip
