"""Replay of a policy change over 24 months against one settlement of all programmes, on the same lines in the same process.

The replay reads 24 monthly periods under the old and the new text (48 questions in one scan), pays every distributor in every
month under both, and answers the band of three volume responses. The settlement is that of `settlement_speed.py`: twenty programmes,
every distributor of each. `--rows` shrinks it.
"""

import argparse
import tempfile
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

from django.utils import timezone
from settlement_speed import PARTIES, lake, programmes, settle, timed

from gongying.areas.rewards.queries.replay import _answered, _bought, held_in, paid_by
from gongying.areas.rewards.rules import Programme
from gongying.books.lake.read import Snapshot
from gongying.core import calendar

MONTHS = [calendar.period(f"{year}-{month:02d}") for year in (2025, 2026) for month in range(1, 13)]
OLD = Programme.model_validate({"method": "slab", "period": "month", "tiers": [{"start": "0", "end": "40000", "rate": "0.01"}, {"start": "40000", "end": None, "rate": "0.02"}]})  # fmt: skip
NEW = Programme.model_validate({"method": "marginal", "period": "month", "categories": ["C1", "C2", "C3"], "tiers": [{"start": "0", "end": "30000", "rate": "0.015"}, {"start": "30000", "end": None, "rate": "0.03"}]})  # fmt: skip
BAND = (Decimal(0), Decimal(1), Decimal(2))


def replay(snapshot):
    """Before, after and the band, by distributor."""
    both = held_in([*((NEW, month) for month in MONTHS), *((OLD, month) for month in MONTHS)], snapshot)
    new, old = both[: len(MONTHS)], both[len(MONTHS) :]
    now, then = paid_by(new), paid_by(old)
    bought: Counter[int] = _bought(new)
    return now, then, [_answered(new, now, then, bought, step) for step in BAND]


def main():
    """Print the ratio."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=10_000_000)
    rows = parser.parse_args().rows
    with tempfile.TemporaryDirectory() as folder:
        engine = lake(rows, Path(folder), years=2)
        one = change = 9e9
        for _round in range(3):
            spent, _due = timed(settle, Snapshot((0, 0), timezone.now(), engine), programmes())
            one = min(one, spent)
            spent, (now, then, band) = timed(replay, Snapshot((0, 0), timezone.now(), engine))
            change = min(change, spent)
    assert len(now) == len(then) == PARTIES, "every distributor is paid under both texts"
    assert sum(band[0].values()) == sum(now.values()), "without an answer the band is what is paid"
    assert date(2025, 1, 1) == MONTHS[0].start
    print(f"{rows:,} lines × {PARTIES:,} distributors × 24 months, before and after, three answers")
    print(f"one settlement {one:.2f} s · replay {change:.2f} s: ratio {change / one:.2f} (at most 2 asked)")


if __name__ == "__main__":
    main()
