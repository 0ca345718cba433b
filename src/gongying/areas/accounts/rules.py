"""Thresholds of identity. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta

WINDOW = timedelta(minutes=15)
PER_LOGIN = 5  # failures of one login from one address
PER_ADDRESS = 50  # failures of everybody behind one address
CODES = 10


def wait_until(failures: Sequence[tuple[str, datetime]], login: str, now: datetime) -> datetime | None:
    """Until when an address may not try this login, from its failures (login, time); None when it may.

    >>> start = datetime(2026, 1, 1)
    >>> wait_until([("li", start)] * 5, "li", start)
    datetime.datetime(2026, 1, 1, 0, 15)
    """
    recent = sorted((at, who) for who, at in failures if now - at < WINDOW)
    mine = [at for at, who in recent if who == login]
    everybody = [at for at, _who in recent]
    for times, most in ((mine, PER_LOGIN), (everybody, PER_ADDRESS)):
        if len(times) >= most:
            return times[-most] + WINDOW
    return None
