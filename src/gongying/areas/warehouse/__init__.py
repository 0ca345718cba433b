"""Warehouse: what lies where, what comes in, what is lost, what is counted, and lots that are called back.

Owns slips (receipts, moves between sites, adjustments), counts of a site, recalls and what distributors answer to them.
Tells warehouse.goods_received, warehouse.goods_moved, warehouse.stock_adjusted, warehouse.site_counted,
warehouse.recall_opened, warehouse.recall_answered, warehouse.recall_closed. Stock itself is in the book of stock: every slip
lands there as movements that carry its number. It never promises or ships goods.
"""
