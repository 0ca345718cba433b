"""Two processes order the last unit at the same moment on SQLite, with a pause between the look and the write.

    python tests/reliability/abreast.py

SQLite has no row locks: what keeps the second outside until the first is through is that a transaction takes its turn to write when
it begins (IMMEDIATE). The twin begins as SQLite would by itself (DEFERRED): both look, and the second cannot write what it decided.
"""

import argparse
import multiprocessing
import os
import sys
import tempfile
import threading
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from crash import child, lines_of, parsed  # noqa: E402
from house import House, settle  # noqa: E402

PATIENCE = 3.0  # seconds that the first waits for the second


def begin(house, say):
    """One unit is left of each of two products, one for the promise and one for the twin."""
    from writer import move

    from gongying.books.places.models import Site
    from gongying.core.actor import SYSTEM

    site = Site.objects.unscoped("test").get(code="W1").pk
    for code in ("G003", "G004"):
        move(SYSTEM, key=f"begin {code}", product_id=house.products[code], quantity=1 - 1_000_000, site_id=site)
    settle()
    say({"done": True})


def order(party, product, meeting, say):
    """Order one unit; the two meet after they have looked."""
    from django.db import OperationalError

    from gongying.areas.orders.actions import DraftLine
    from gongying.core.actor import SYSTEM
    from gongying.flows.ordering.actions import placing

    judge = placing.judge

    def slowly(*given, **named):
        found = judge(*given, **named)
        try:
            meeting.wait(PATIENCE)
        except threading.BrokenBarrierError:
            return found
        return found

    placing.judge = slowly
    try:
        say({"told": placing.place(SYSTEM, party_id=party, lines=[DraftLine(product, 1)]).reserved})
    except OperationalError as fault:
        say({"told": str(fault)})


def both(house, product):
    """What the two were told."""
    meeting = multiprocessing.get_context("fork").Barrier(2)
    running = [child(lambda say, p=p: order(p, product, meeting, say)) for p in list(house.parties.values())[:2]]
    told = []
    for pid, pipe in running:
        told += [str(line.get("told", line.get("died"))) for line in parsed(lines_of(pipe))]
        os.close(pipe)
        os.waitpid(pid, 0)
    return sorted(told)


def main():
    given = argparse.ArgumentParser()
    given.add_argument("--template")
    folder = Path(os.environ.setdefault("GONGYING_DATA", tempfile.mkdtemp(prefix="abreast-")))
    folder.mkdir(parents=True, exist_ok=True)
    house = House(folder, template=given.parse_args().template)
    if house.database != "sqlite":
        sys.exit("on PostgreSQL see test_races.py")
    house.build()
    house._apart(lambda say: begin(house, say))
    print(f"in turn: {both(house, 'G003')}")
    house.options["transaction_mode"] = "DEFERRED"
    print(f"twin: {both(house, 'G004')}")


if __name__ == "__main__":
    main()
