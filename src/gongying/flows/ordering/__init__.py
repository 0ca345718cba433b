"""Ordering: from the cart to the money, one transaction a step, over prices, credit, stock, supply, billing and orders.

Joins: `place` prices, judges the credit, asks who must approve, holds the amount and sets goods aside; `ship` and `deliver` move
the goods, post the sale and invoice it; `inspect` credits what came back. It owns no table and tells no facts of its own.
Whoever changes a distributor's orders takes the turn of his account first, then goods: nobody waits for each other in a circle.
"""
