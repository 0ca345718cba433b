"""The questions of the first pages, asked before somebody waits for them: at the start, and when new facts have come to rest.

The text of a question is made once in a process (that takes longer than its answer), and an answer holds until the next fact.
"""

import logging
import threading
import time
from dataclasses import replace

from django.db import close_old_connections

from gongying.books.parties import read as parties
from gongying.core.actor import SYSTEM
from gongying.core.journal import book
from gongying.flows.cockpit import queries

EVERY = 1.0  # seconds between two looks at the journal
log = logging.getLogger("gongying.warm")


def start() -> None:
    """Keep the answers of this process warm, in a thread that ends with it."""
    threading.Thread(target=_keep, name="warm", daemon=True).start()


def everything() -> None:
    """Ask what the overview and a distributor's page ask, for head office and for one distributor alone."""
    first = parties.parties(SYSTEM).values_list("id", flat=True).first()
    queries.overview(SYSTEM)
    if first is None:
        return
    for actor in (SYSTEM, replace(SYSTEM, parties=frozenset({first}))):
        queries.overview(actor)
        queries.party_view(actor, first, queries.season(actor))


def _keep() -> None:
    seen = warmed = (-1, -1)
    ask = everything
    while True:
        try:
            now = book.watermark()
            if now == seen != warmed:  # an import tells fact after fact: wait for its end
                ask()
                ask, warmed = _overview, now
            seen = now
        except Exception:  # whoever asks for the page is shown what is wrong
            log.debug("not warmed", exc_info=True)
        close_old_connections()
        time.sleep(EVERY)


def _overview() -> None:
    queries.overview(SYSTEM)
