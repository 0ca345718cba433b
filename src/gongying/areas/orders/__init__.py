"""Orders: what a distributor asks for, what was promised, and everything that happened to it, on one timeline.

Owns orders, their lines, earlier versions, events and favourites. Tells orders.order_placed, _confirmed, _held, _rejected,
_amended, _cancelled, _shipped, _delivered, _invoiced and _paid. It never prices, reserves, ships or invoices: the flow
`ordering` does that over the books and other areas, and writes down here what came of it.
"""
