"""Credit: how much each distributor may owe, and which orders wait because of it.

Owns limits (effective-dated, proposed by one person and approved by another), temporary limits with an end, and the orders
that are held. Tells credit.limit_approved, credit.order_held, credit.order_released, credit.order_declined.

An order is judged when it is placed and again before it is released: `queries.standing(…, locked=True)` inside the action
that will hold the money, then `rules.judge`. The invoice of goods that were shipped is never judged.
"""
