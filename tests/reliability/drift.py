"""Many writers of order to cash at once, against an independent model: not a unit, not a fen may drift.

    python tests/reliability/drift.py --operations 100000 --writers 16       SQLite, or GONGYING_DATABASE_URL

Every writer is a process of its own (see `writer.py`); one more does what the clock of a running house does. When all are done and every fact
is heard, the books must say the sum of what the writers were told: stock by place and product, promises, what distributors owe,
what is held and prepaid, every order's lines and state, what is left of every payment. `gongying fsck` must find nothing. At the end
one sum is left out of the model: that must be noticed, or the comparison sees nothing.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from crash import child, lines_of, parsed  # noqa: E402
from house import House, settle, tick  # noqa: E402

SCARCE = {"G011": 40, "G012": 40}
OPENING = 1_000_000


def write(house, name, operations, seed, say):
    """The life of one writer: so many verbs, and at the end what they came to."""
    from writer import Writer

    writer, done = Writer(name, house.parties, house.products, house.site, seed), 0
    while done < operations:
        done += writer.step()
    orders = {
        o.number: [o.state, sorted([x.product, x.free, x.quantity, *x.counts.values()] for x in o.lines)]
        for o in writer.orders
    }
    payments = {each[1]: each[2] for each in writer.payments}
    say({
        "sums": writer.sums, "did": writer.did, "no": writer.no, "waited": writer.waited, "orders": orders, "payments": payments,
    })  # fmt: skip


def keep_ticking(say):
    """The clock, until it is told to stop; like that of the house it tries again what a lock prevented."""
    from django.db import OperationalError

    say({"ready": True})
    while True:
        with suppress(OperationalError):
            tick()
        time.sleep(1)


def begin(house, say):
    """Of two products there is not enough."""
    from writer import move

    from gongying.books.places.models import Site
    from gongying.core.actor import SYSTEM

    site = Site.objects.unscoped("test").get(code="W1").pk
    for code, n in SCARCE.items():
        move(SYSTEM, key=f"begin {code}", product_id=house.products[code], quantity=n - OPENING, site_id=site)
    say({"site": site})


def books(house, say):
    """What the books say, once every fact is heard; named as the writers name it."""
    from writer import every

    from gongying.areas.billing.models import Payment
    from gongying.areas.orders.models import Order, OrderLine
    from gongying.books.money import read as money
    from gongying.books.places.models import Site
    from gongying.books.stock.models import Balance, Shelf

    before = None
    while before != (before := Order.objects.unscoped("test").filter(state="paid").count()):
        tick()
    kinds = dict(Site.objects.unscoped("test").values_list("id", "kind"))
    names = {pk: code for code, pk in house.parties.items()}
    sums, orders = Counter(), {}
    for row in every(Balance).select_related("product"):
        sums[f"{names.get(row.holder_id) or kinds[row.site_id]} {row.product.code}"] += row.quantity
    for row in every(Shelf).select_related("product"):
        sums[f"aside {row.product.code}"] += row.reserved
    for code, party in house.parties.items():
        now = money.exposure(party, "CNY")
        sums.update({f"owed {code}": now.owed, f"held {code}": now.held, f"prepaid {code}": now.prepaid})
    for number, state in every(Order).values_list("number", "state"):
        orders[number] = [state, []]
    counts = ("reserved", "shipped", "short", "delivered", "invoiced", "cancelled", "returned")
    for row in every(OrderLine).select_related("order", "product").iterator():
        line = [row.product.code, bool(row.gift_of), row.quantity, *(getattr(row, name) for name in counts)]
        orders[row.order.number][1].append(line)
    for _state, lines in orders.values():
        lines.sort()
    payments = {str(pk): left for pk, left in every(Payment).values_list("id", "left_minor")}
    settle()
    say({"sums": sums, "orders": orders, "payments": payments})


def apart(found, said):
    """What differs, by name: (books, model)."""
    names = sorted(found.keys() | said.keys())
    return {
        name: (found.get(name), said.get(name)) for name in names if (found.get(name) or 0) != (said.get(name) or 0)
    }


def at_work(house, writers, operations, seed):
    """Let all writers work beside a clock; what each said at its end."""
    clock, from_clock = child(keep_ticking)
    running = []
    for n in range(1, writers + 1):
        share = operations // writers + (n <= operations % writers)
        running.append(child(lambda say, name=f"w{n}", share=share: write(house, name, share, seed, say)))
    said = []
    for pid, pipe in running:
        said += parsed(lines_of(pipe))[-1:]
        os.close(pipe)
        os.waitpid(pid, 0)
    os.kill(clock, 9)
    os.waitpid(clock, 0)
    told = parsed(lines_of(from_clock))
    return said, [line["died"] for line in (*said, *told) if "died" in line]


def total(said, name):
    """The sum of all writers."""
    whole = Counter()
    for each in said:
        whole.update(each[name])
    return whole


def compared(house, said):
    """Every difference between the books and the writers' sums."""
    now = house._apart(lambda say: books(house, say))
    sums = total(said, "sums")
    for code in house.products:
        sums[f"warehouse {code}"] += SCARCE.get(code, OPENING)
    model = {
        "sums": sums,
        "orders": {k: v for each in said for k, v in each["orders"].items()},
        "payments": {k: v for each in said for k, v in each["payments"].items()},
    }
    faults = [f"{kind} {name}: {pair}" for kind in model for name, pair in apart(now[kind], model[kind]).items()]
    left_out = next(name for name in sorted(sums) if name.startswith("prepaid") and sums[name])
    noticed = apart(now["sums"], {name: n for name, n in sums.items() if name != left_out})
    return faults if left_out in noticed else [*faults, "the canary: a sum that was left out is not noticed"]


def fsck():
    """What `gongying fsck` finds; what it says is printed."""
    command = [sys.executable, "-m", "gongying.site.cli", "fsck"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    print(done.stdout.splitlines()[-1] if done.returncode == 0 else done.stdout + done.stderr)
    return ["fsck found something"] * bool(done.returncode)


def told(said, took, where):
    """What was done, in words."""

    def listed(name, form):
        return ", ".join(form.format(key, n) for key, n in total(said, name).most_common()) or "none"

    did, no = total(said, "did"), total(said, "no")
    print(f"{sum(did.values())} operations ({sum(no.values())} refused) in {took:.0f} s on {where}")
    print(f"mix: {listed('did', '{0} {1}')}")
    print(f"refused: {listed('no', '{0} {1}')}")
    print(f"sent away by a lock and tried again: {listed('waited', '{1} x {0}')}")


def main():
    given = argparse.ArgumentParser()
    given.add_argument("--operations", type=int, default=2000)
    given.add_argument("--writers", type=int, default=16)
    given.add_argument("--seed", type=int, default=1)
    given.add_argument("--template")
    ask = given.parse_args()
    folder = Path(os.environ.setdefault("GONGYING_DATA", tempfile.mkdtemp(prefix="drift-")))
    folder.mkdir(parents=True, exist_ok=True)
    print(f"seed {ask.seed}, {ask.operations} operations by {ask.writers} writers", flush=True)
    house = House(folder, template=ask.template)
    house.build()
    import writer  # noqa: F401 - once, before the forks

    house.site = house._apart(lambda say: begin(house, say))["site"]
    start = time.perf_counter()
    said, faults = at_work(house, ask.writers, ask.operations, ask.seed)
    took = time.perf_counter() - start
    if not faults:
        faults = compared(house, said) + fsck()
        told(said, took, house.database)
    print(f"{len(faults)} differences")
    for fault in faults[:20]:
        print(fault)
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
