"""Replay of a policy change over 24 months against one settlement of all programmes, on the same lines in the same process.

The replay reads 24 monthly periods under the old and the new text (48 questions in one scan), pays every distributor in every
month under both, and answers the band of three volume responses: what the page and the verb do, by the same function. The settlement is that of `settlement_speed.py`: twenty programmes,
every distributor of each. `--rows` shrinks it.
"""

import argparse
import tempfile
import time
from datetime import date
from decimal import Decimal
from pathlib import Path

from django.utils import timezone
from settlement_speed import PARTIES, lake, programmes, settle, timed

from gongying.areas.rewards.queries.measuring import Wanted, read
from gongying.areas.rewards.queries.replay import reckoned
from gongying.areas.rewards.rules import Programme
from gongying.books.lake.read import Snapshot
from gongying.core import calendar

MONTHS = [calendar.period(f"{year}-{month:02d}") for year in (2025, 2026) for month in range(1, 13)]
OLD = Programme.model_validate({"method": "slab", "period": "month", "tiers": [{"start": "0", "end": "40000", "rate": "0.01"}, {"start": "40000", "end": None, "rate": "0.02"}]})  # fmt: skip
NEW = Programme.model_validate({"method": "marginal", "period": "month", "categories": ["C1", "C2", "C3"], "tiers": [{"start": "0", "end": "30000", "rate": "0.015"}, {"start": "30000", "end": None, "rate": "0.03"}]})  # fmt: skip
BAND = (Decimal(0), Decimal(1), Decimal(2))


def replay(snapshot):
    """Before, after and the band, by distributor."""
    now, then, _bought, band = reckoned(
        [(NEW, month) for month in MONTHS], [(OLD, month) for month in MONTHS], BAND, snapshot
    )
    return now, then, band


def clocked(work, *given):
    """(Seconds, processor seconds of all threads) and the answer."""
    used = time.process_time()
    spent, answer = timed(work, *given)
    return (spent, time.process_time() - used), answer


def one_by_one(snapshot, document):
    """The reference: the derivation of every distributor in every month, added up."""
    asked = [Wanted(document, month, month) for month in MONTHS]
    found = {}
    for held in read(asked, None, snapshot):
        for party, mine in held.items():
            found[party] = found.get(party, 0) + mine.derive(document).entitled
    return found


def main():
    """Print the ratio."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=10_000_000)
    rows = parser.parse_args().rows
    with tempfile.TemporaryDirectory() as folder:
        engine = lake(rows, Path(folder), years=2)
        best = [(9e9, 9e9)] * 2  # seconds on the clock, seconds of processors: of the settlement, of the replay
        for _round in range(3):
            spent, _due = clocked(settle, Snapshot((0, 0), timezone.now(), engine), programmes())
            best[0] = tuple(map(min, best[0], spent))
            spent, (now, then, band) = clocked(replay, Snapshot((0, 0), timezone.now(), engine))
            best[1] = tuple(map(min, best[1], spent))
        moment = Snapshot((0, 0), timezone.now(), engine)
        assert (now, then) == (one_by_one(moment, NEW), one_by_one(moment, OLD)), "the cents differ"
    assert len(now) == len(then) == PARTIES, "every distributor is paid under both texts"
    assert sum(band[0].values()) == sum(now.values()), "without an answer the band is what is paid"
    assert date(2025, 1, 1) == MONTHS[0].start
    print(f"{rows:,} lines × {PARTIES:,} distributors × 24 months, before and after, three answers")
    (one, one_cpu), (change, change_cpu) = best
    print(f"one settlement {one:.2f} s · replay {change:.2f} s: ratio {change / one:.2f} (at most 2 asked)")
    print(
        f"processor time {one_cpu:.2f} s · {change_cpu:.2f} s: ratio {change_cpu / one_cpu:.2f}, whatever else runs"
    )


if __name__ == "__main__":
    main()
