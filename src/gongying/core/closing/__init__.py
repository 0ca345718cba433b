"""Closing of months: `gate.guard(day)` refuses what would be posted into a closed month; `actions` close and re-open.

A month is closed from the act of one person on; it is opened again by two: one asks with a reason, another one agrees.
Whatever lies before the first month that was ever closed is closed too.
"""
