"""Turns: of those who do the same thing at once, one goes on and the others wait.

For verbs that look first and then write what they have not found: between the look and the write nobody else may write.
"""

from django.db import connection


def take(*names: str) -> None:
    """Go on alone: whoever takes the turn of the same name waits until this transaction ends. Several are taken in the order
    they are named, so name them in one order everywhere. SQLite has one writer at a time anyway."""
    if connection.vendor == "postgresql" and names:
        with connection.cursor() as cursor:
            calls = ", ".join(["pg_advisory_xact_lock(hashtext(%s))"] * len(names))
            cursor.execute(f"SELECT {calls}", names)
