"""Supply: goods on their way to a distributor and back, who gets what when there is too little, and who passes goods on.

Owns shipments, carrier events, deliveries, claims, returns, allocation runs, transfers between distributors and standing
supply agreements. Tells supply.shipment_sent, supply.carrier_event_told, supply.delivered, supply.return_*,
supply.allocation_applied, supply.transferred. Posts to stock, and sell-through lines of transfers to trade; it never prices,
invoices or credits: that is for the flows, which put their own verbs behind the pages (`actions.through`).
"""
