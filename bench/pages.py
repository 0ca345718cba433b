"""The overview and a distributor's page on the AdventureWorks load, against an empty page of the same shell.

The baseline is the messages page of the same log-in in the same process: session, actor, navigation and template, no figure.
Prints the median server time of each page, its ratio to the baseline, and its number of queries. The folder of the data is
given by `GONGYING_ADVENTUREWORKS` or the first argument.
"""

import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gongying.site.settings")
os.environ["GONGYING_DATA"] = tempfile.mkdtemp()

import django

django.setup()

from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gongying.areas.imports.actions import profile
from gongying.books.parties.models import Party
from gongying.books.trade.models import Line
from gongying.core.actor import SYSTEM
from gongying.core.people.access import sync_roles
from gongying.core.people.models import User, UserScope
from gongying.site import warm

TIMES = 60
EMPTY = "/ui/notices/"  # the shell with nothing in it: session, actor, navigation, template


def load(folder):
    """The folder in a fresh database, and a browser of an administrator."""
    Path(os.environ["GONGYING_DATA"]).mkdir(exist_ok=True)
    call_command("migrate", verbosity=0)
    profile.load(SYSTEM, "adventureworks", folder)
    return administrator()


def administrator():
    """A browser in which an administrator is logged in."""
    sync_roles()
    user = User.objects.create_user("bench", "x", name="bench", role="admin")
    UserScope.objects.create(user=user, kind="all", key="")
    browser = Client(raise_request_exception=True)
    browser.force_login(user)
    return browser


def first(browser, address):
    """Seconds of the first request, and the queries of the second."""
    start = time.perf_counter()
    assert browser.get(address).status_code == 200, address
    taken = time.perf_counter() - start
    with CaptureQueriesContext(connection) as seen:
        browser.get(address)
    return taken, len(seen)


def measure(browser, addresses):
    """Median seconds of a warm request of each address, taken in turn, so that a busy moment of the machine meets them all."""
    taken = {address: [] for address in addresses}
    for _each in range(TIMES):
        for address in addresses:
            start = time.perf_counter()
            browser.get(address)
            taken[address].append(time.perf_counter() - start)
    return {address: statistics.median(each) for address, each in taken.items()}


def main():
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else os.environ["GONGYING_ADVENTUREWORKS"])
    browser = load(folder)
    (party,) = (
        Party.objects.unscoped("bench")
        .filter(pk__in=Line.objects.unscoped("bench").values("party"))
        .values_list("id", flat=True)[:1]
    )
    start = time.perf_counter()
    warm.everything()
    print(f"asked before anybody waits, in the background of the server: {time.perf_counter() - start:.1f} s")
    pages = {"empty page": EMPTY, "overview": "/", "distributor": f"/cockpit/distributors/{party}/"}
    firsts = {name: first(browser, address) for name, address in pages.items()}
    taken = measure(browser, list(pages.values()))
    base = taken[pages["empty page"]]
    for name, address in pages.items():
        once, queries = firsts[name]
        print(
            f"{name:21} {taken[address] * 1000:7.1f} ms  ratio {taken[address] / base:5.2f}  queries {queries}  "
            f"first {once * 1000:.0f} ms"
        )


if __name__ == "__main__":
    main()
