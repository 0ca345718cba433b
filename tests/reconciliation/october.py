"""Who does what in the tests of statements of account, and when."""

from datetime import date

from gongying.core.actor import Actor

OCT = "2026-10"
FINANCE = Actor("finance", role="finance", may=frozenset({"*"}), parties=None)


def day(number, month=10):
    return date(2026, month, number)
