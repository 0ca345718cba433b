"""The list of orders at eight clients, against an empty page of the same shell and log-in.

`gongying serve` runs as an operator starts it, over PostgreSQL with 20 orders of ten lines; eight clients with one log-in ask for
the same page again and again, each over a connection of its own. The list shows the 20 orders with filters, sums of their lines,
states and links. The empty page is the one of `pages.py`. Rounds of both take turns, medians are printed. Then the same two
without a server, one at a time: processor milliseconds of Python and of the database's backend, and queries. Needs PostgreSQL:
`GONGYING_BENCH_DATABASE_URL`, whose database is emptied.
"""

import http.client
import socket
import statistics
import subprocess
import sys
import threading
import time

import order_speed  # isort: skip - names the database before Django reads the settings
import pages

CLIENTS, ROUNDS, SECONDS, ORDERS, TIMES = 8, 5, 4.0, 20, 60
ADDRESSES = {"empty page": pages.EMPTY, "list of orders": "/ordering/"}


def started():
    """A server on a free port. Returns it and the port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "gongying.site.cli", "serve", "--port", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603 - our own words
    until = time.monotonic() + 60
    while time.monotonic() < until and server.poll() is None:
        with socket.socket() as probe:
            if not probe.connect_ex(("127.0.0.1", port)):
                return server, port
        time.sleep(0.2)
    raise SystemExit("the server did not start")


def per_second(port, address, cookie, seconds):
    """Requests per second that eight clients get answered."""
    ends, answered = time.monotonic() + seconds, []

    def ask():
        line, count = http.client.HTTPConnection("127.0.0.1", port, timeout=30), 0
        while time.monotonic() < ends:
            line.request("GET", address, headers={"Cookie": cookie, "Host": "localhost"})
            answer = line.getresponse()
            answer.read()
            assert answer.status == 200, (address, answer.status)
            count += 1
        answered.append(count)

    clients = [threading.Thread(target=ask) for _each in range(CLIENTS)]
    begun = time.monotonic()
    for each in clients:
        each.start()
    for each in clients:
        each.join()
    assert len(answered) == CLIENTS, "a client was turned away"
    return sum(answered) / (time.monotonic() - begun)


def alone(browser):
    """Print what a request of each costs in this process, by turns."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = cursor.fetchone()[0]
    queries = {name: pages.first(browser, address)[1] for name, address in ADDRESSES.items()}
    spent = dict.fromkeys(ADDRESSES, (0.0, 0.0))
    for _round in range(ROUNDS):
        for name, address in ADDRESSES.items():
            here, there = time.process_time(), order_speed.backend_seconds(backend)
            for _each in range(TIMES):
                browser.get(address)
            here, there = time.process_time() - here, order_speed.backend_seconds(backend) - there
            spent[name] = (spent[name][0] + here, spent[name][1] + there)
    for name, (here, there) in spent.items():
        python, server = (part / ROUNDS / TIMES * 1000 for part in (here, there))
        both = f"{python:.1f} ms Python + {server:.1f} ms PostgreSQL"
        print(f"{name:15} {both} = {python + server:.1f} ms processor, {queries[name]} queries")
    empty, listed = (sum(each) for each in spent.values())
    print(f"ratio {empty / listed:.2f}")


def main():
    """Print both and the ratio."""
    order_speed.world()  # it begins with 20 orders
    browser = pages.administrator()
    assert browser.get(ADDRESSES["list of orders"]).content.count(b'name="key"') == ORDERS
    cookie = "; ".join(f"{name}={morsel.value}" for name, morsel in browser.cookies.items())
    server, port = started()
    try:
        found = {name: [] for name in ADDRESSES}
        for address in ADDRESSES.values():
            per_second(port, address, cookie, 1)  # the first requests of a process compile its templates
        for _round in range(ROUNDS):
            for name, address in ADDRESSES.items():
                found[name].append(per_second(port, address, cookie, SECONDS))
    finally:
        server.terminate()
        server.wait()
    told = {name: statistics.median(rounds) for name, rounds in found.items()}
    for name, rate in told.items():
        print(f"{name:15} {rate:7.1f} requests/s at {CLIENTS} clients")
    empty, listed = told.values()
    print(f"ratio {listed / empty:.2f} (at least 0.5 asked)")
    alone(browser)


if __name__ == "__main__":
    main()
