"""`gongying serve`: one line says where it listens, and however it ends nobody stays behind."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from urllib.request import urlopen

import pytest

SELF = [sys.executable, "-m", "gongying.site.cli"]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """An installation of its own, on SQLite."""
    given = {name: value for name, value in os.environ.items() if name != "GONGYING_DATABASE_URL"}
    given["GONGYING_DATA"] = str(tmp_path_factory.mktemp("data"))
    if migrated := os.environ.get("GONGYING_TEMPLATE"):  # a file that was migrated before
        shutil.copy(migrated, given["GONGYING_DATA"])
    subprocess.run([*SELF, "init"], env=given, check=True, capture_output=True)
    return given


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def children(pid):
    """Everybody below a process, as Linux tells it."""
    found = []
    for thread in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{thread}/children") as held:
            for child in map(int, held.read().split()):
                found += [child, *children(child)]
    return found


def living(pids):
    """Those that are still there and are no more than a name."""
    found = []
    for pid in pids:
        try:
            with open(f"/proc/{pid}/stat") as held:
                if held.read().rsplit(")", 1)[1].split()[0] != "Z":
                    found.append(pid)
        except FileNotFoundError:
            continue
    return found


@pytest.mark.skipif(not os.path.exists(f"/proc/self/task/{os.getpid()}/children"), reason="counts by /proc")
@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_serve_says_one_line_and_leaves_nobody_behind(place, end):
    port = free_port()
    with subprocess.Popen(
        [*SELF, "serve", "--port", str(port)],
        env=place,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as server:
        assert server.stdout.readline() == f"http://127.0.0.1:{port} · Ctrl-C stops it\n"
        with urlopen(f"http://127.0.0.1:{port}/accounts/login/") as answer:
            assert answer.status == 200
        below = children(server.pid)
        assert len(below) >= 3, "web, worker, clock"
        server.send_signal(end)
        assert server.wait(20) == (-end if end == signal.SIGKILL else 0)
        until = time.monotonic() + 10
        while living(below) and time.monotonic() < until:
            time.sleep(0.1)
        assert living(below) == []
        assert server.stdout.read() == ("" if end == signal.SIGKILL else "stopping\n")


def test_a_port_that_is_taken_is_said_before_anything_starts(place):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = subprocess.run(
            [*SELF, "serve", "--port", str(port)], env=place, capture_output=True, text=True, check=False
        )
    assert done.returncode == 1
    assert f"try --port {port + 1}" in done.stderr
