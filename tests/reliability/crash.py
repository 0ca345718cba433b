"""Kill the house in the middle of its work, again and again, and look whether an acknowledged write is lost or doubled.

    python tests/reliability/crash.py kill --cycles 1000          SQLite, or GONGYING_DATABASE_URL
    python tests/reliability/crash.py kill --http --cycles 100    the whole of `gongying serve`, called over HTTP with an API key
    python tests/reliability/crash.py cut --cycles 500            SQLite: power cuts (what was not synced is torn)
    python tests/reliability/crash.py cut --cycles 50 --synchronous NORMAL      the canary: this must lose

Django is loaded once; every cycle forks a child in which several writers serve verbs through the action door with an idempotency key
each and say over a pipe what they have begun and what was answered, and which is killed (SIGKILL) in the middle of that. Another
child then opens the database as it was left: every acknowledged key has its answer, its effect is there exactly once, what had
only begun is there once or not at all, and (every tenth time) `fsck` finds nothing. Sent again with its key, it is there once.

A kill leaves what the process wrote in the page cache, so it never tests fsync. A power cut does: `synced.c` keeps what was
synced of every file, and the image that survives takes each 512-byte sector either from there or from the live file.
"""

import argparse
import json
import os
import random
import select
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

SECTOR = 512
HERE = Path(__file__).resolve().parent


@dataclass
class Tally:
    """What the cycles came to; a cycle that dies before its first answer tests nothing, so answers are told beside cycles."""

    cycles: int = 0
    answered: int = 0
    begun: int = 0
    repeated: int = 0
    idle: int = 0
    away: int = 0
    faults: list[str] = field(default_factory=list)

    def __str__(self):
        return (
            f"{self.cycles} cycles ({self.idle} without an answer), {self.answered} answered, "
            f"{self.begun - self.answered} cut off in between, {self.repeated} sent again, {self.away} sent away by a lock, {len(self.faults)} faults"
        )


def shim(folder):
    """The library that keeps what was synced, compiled; None where there is no compiler."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        return None
    built = Path(folder) / "synced.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-O2", "-o", built, HERE / "synced.c", "-ldl"], check=True)
    return built


def torn(live, synced, dice):
    """The bytes of a file after a power cut: of every sector that was written since it was last synced the new or the old."""
    if not synced:
        return b"" if dice.random() < 0.5 else live[: dice.randrange(0, len(live) // SECTOR + 1) * SECTOR]
    if live == synced:
        return live
    longest = max(len(live), len(synced))
    out = bytearray()
    for at in range(0, longest, SECTOR):
        new, old = live[at : at + SECTOR], synced[at : at + SECTOR]
        if new == old:
            out += new
        elif not old:  # beyond what was synced: it came, or it did not and nothing after it has a place
            if dice.random() < 0.5:
                break
            out += new
        else:
            out += new if dice.random() < 0.5 else old
    return bytes(out)


def cut(live, synced, dice):
    """Replace the files of a database by what a power cut leaves of them. The shared memory of the log never survives."""
    for path in sorted(live.glob("gongying.sqlite3*")):
        if path.name.endswith("-shm"):
            path.unlink()
            continue
        kept = synced / path.name
        left = torn(path.read_bytes(), kept.read_bytes() if kept.exists() else b"", dice)
        path.write_bytes(left)
        kept.write_bytes(left)  # what survived is what the disk holds now


def child(work, *, reads=False):
    """Fork; the child does `work(write)` and its lines come back over a pipe. (pid, file of the pipe)"""
    inlet, outlet = os.pipe()
    pid = os.fork()
    if pid:
        os.close(outlet)
        return pid, inlet
    code = 1
    try:
        os.close(inlet)
        work(lambda line: os.write(outlet, (json.dumps(line) + "\n").encode()))
        code = 0
    except BaseException as fault:
        os.write(outlet, (json.dumps({"died": f"{type(fault).__name__}: {fault}"[:500]}) + "\n").encode())
    finally:
        os._exit(code)


def lines_of(pipe, until=None):
    """What came over a pipe, up to its end or a moment; a last line without its end was cut off with its writer."""
    held = b""
    while until is None or time.monotonic() < until:
        wait = None if until is None else max(0.0, until - time.monotonic())
        ready, _w, _x = select.select([pipe], [], [], wait)
        if not ready:
            break
        block = os.read(pipe, 65536)
        if not block:
            break
        held += block
    return held


def watched(pipe, answers, dice):
    """Let a server live until so many answers, and a part of a verb longer; how long a verb takes depends on the machine."""
    held, since, last = b"", time.monotonic(), 0.05
    while held.count(b'"answer"') < answers or b'"ready"' not in held:
        block = os.read(pipe, 65536)
        if not block:
            return held
        held += block
        if b'"answer"' in block:
            since, last = time.monotonic(), time.monotonic() - since
        elif b'"ready"' in block:
            since = time.monotonic()
    return held + lines_of(pipe, time.monotonic() + dice.uniform(0.001, 1.1) * min(last, 1.0))


def parsed(held):
    """Whole lines only."""
    return [json.loads(line) for line in held.split(b"\n")[:-1] if line]


def cycle(number, house, tally, dice, *, tear=None):
    """One life of a server: work, death, and what is found. `tear(dice)` is the power cut, when there is one."""
    said = house.live(number, dice)
    died = [line["died"] for line in said if "died" in line]
    tally.faults += [f"cycle {number}: the server failed: {each}" for each in died]
    if tear is not None:
        tear(dice)
    answered = {line["key"]: line["answer"] for line in said if "answer" in line}
    begun = {line["key"]: line["call"] for line in said if "call" in line}
    pid, pipe = child(lambda say: house.inspect(answered, begun, say, full=number % house.fsck_every == 0))
    found = parsed(lines_of(pipe))
    os.close(pipe)
    os.waitpid(pid, 0)
    tally.cycles += 1
    tally.idle += not answered
    tally.answered += len(answered)
    tally.away += sum("away" in line for line in said)
    tally.begun += len(begun)
    tally.repeated += sum("again" in line for line in found)
    wrong = [line.get("fault") or line.get("died") for line in found]
    tally.faults += [f"cycle {number}: {each}" for each in wrong if each]
    for line in found:
        house.waiting = line.get("waiting", house.waiting)
    if number % house.life == 0 or (wrong and any(wrong)):
        house.renew()


def run(house, cycles, seed, *, tear=None, report=print):
    """So many cycles on a house; the seed is told first, so that a failure can be had again."""
    tally, dice = Tally(), random.Random(seed)  # noqa: S311 - dice, no secret
    for number in range(1, cycles + 1):
        cycle(number, house, tally, dice, tear=tear)
        if number % 50 == 0:
            report(f"{tally}")
    return tally


def asked():
    """What the command line asks for."""
    given = argparse.ArgumentParser()
    given.add_argument("what", choices=("kill", "cut"))
    given.add_argument("--cycles", type=int, default=100)
    given.add_argument("--seed", type=int, default=1)
    given.add_argument("--synchronous", default="FULL")
    given.add_argument("--http", action="store_true", help="kill the whole of `gongying serve`, called over HTTP")
    given.add_argument("--writers", type=int, default=0, help="at once; 4, and 1 where the power is cut")
    given.add_argument(
        "--template", help="a file, or the name of a database on PostgreSQL: used when there, else made"
    )
    return given.parse_args()


def preloaded(folder):
    """Begin again with the library in front that keeps what was synced."""
    library, synced = shim(folder), folder / "synced"
    if library is None:
        sys.exit("no compiler: power cuts cannot be simulated here")
    synced.mkdir(exist_ok=True)
    env = os.environ | {
        "LD_PRELOAD": str(library),
        "SYNCED_FROM": str(folder / "gongying"),
        "SYNCED_TO": str(synced),
    }
    os.execve(sys.executable, [sys.executable, *sys.argv], env)  # noqa: S606 - this very script


def main():
    ask = asked()
    folder = Path(os.environ.setdefault("GONGYING_DATA", tempfile.mkdtemp(prefix="crash-")))
    folder.mkdir(parents=True, exist_ok=True)
    tear, synced = None, None
    if ask.what == "cut":
        if "SYNCED_TO" not in os.environ:
            preloaded(folder)
        synced = Path(os.environ["SYNCED_TO"])
        tear = lambda dice: cut(folder, synced, dice)  # noqa: E731
    sys.path.insert(0, str(HERE))
    if ask.http:
        from served import Served as Kind
    else:
        from house import House as Kind

    print(f"seed {ask.seed}, {ask.what}, {ask.cycles} cycles{' over HTTP' * ask.http}", flush=True)
    writers = ask.writers or (1 if tear else 4)
    house = Kind(folder, synchronous=ask.synchronous, writers=writers, template=ask.template, synced=synced)
    house.build()
    start = time.perf_counter()
    tally = run(house, ask.cycles, ask.seed, tear=tear, report=lambda text: print(text, flush=True))
    print(f"{tally} in {time.perf_counter() - start:.0f} s on {house.database}")
    for fault in tally.faults[:20]:
        print(fault)
    sys.exit(bool(tally.faults))


if __name__ == "__main__":
    main()
