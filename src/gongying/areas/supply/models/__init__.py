"""Tables of supply."""

from .agreements import Agreement, AgreementMonth
from .rationing import AllocationLine, AllocationRun, AllocationSupply
from .returns import Return, ReturnFile, ReturnLine
from .shipments import CarrierEvent, Claim, Delivery, Shipment, ShipmentLine
from .transfers import Transfer, TransferLine

__all__ = [
    "Agreement",
    "AgreementMonth",
    "AllocationLine",
    "AllocationRun",
    "AllocationSupply",
    "CarrierEvent",
    "Claim",
    "Delivery",
    "Return",
    "ReturnFile",
    "ReturnLine",
    "Shipment",
    "ShipmentLine",
    "Transfer",
    "TransferLine",
]
