"""Web and background work from one command: start, watch, stop."""

import ctypes
import logging
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from types import FrameType

import click
from django.db import close_old_connections

from gongying.books.lake import post as lake
from gongying.core.hooks import delivery as hooks
from gongying.core.jobs import queue, recurring
from gongying.core.journal import book

STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
PAUSE = 5  # seconds before background work that died is started again
PATIENCE = 10  # seconds to finish what is at hand
SELF = (sys.executable, "-m", "gongying.site.cli")
log = logging.getLogger("gongying.clock")


def run(host: str, port: int) -> None:
    """Serve until SIGINT, SIGTERM or SIGHUP, then stop everything. Raises ClickException when the port is taken or the
    web server ends by itself.
    """
    _refuse_taken(host, port)
    web = [sys.executable, "-m", "granian", "gongying.site.wsgi:application", "--interface", "wsgi", "--host", host]
    web += [
        "--port",
        str(port),
        "--workers",
        "1",
        "--blocking-threads",
        "8",
        "--no-access-log",
        "--log-level",
        "error",
    ]
    behind = [[*SELF, "manage", "db_worker", "--interval", "1", "--verbosity", "0"], [*SELF, "clock"]]
    _heed()
    running: list[subprocess.Popen[bytes]] = []
    try:
        running += [_start(command) for command in (web, *behind)]
        _say_when_ready(running[0], host, port)
        while running[0].poll() is None:
            for place, command in enumerate(behind, 1):
                if running[place].poll() is not None:
                    time.sleep(PAUSE)
                    running[place] = _start(command)
            time.sleep(0.5)
        raise click.ClickException("the web server stopped")
    except KeyboardInterrupt:
        click.echo("stopping")
    finally:
        _stop(running)


def _heed() -> None:
    """Let every request to stop be the same interrupt; a shell starts what runs behind it with SIGINT ignored."""
    for number in STOPS:
        signal.signal(number, _interrupt)


def _interrupt(number: int, frame: FrameType | None) -> None:
    _deafen()
    raise KeyboardInterrupt


def _deafen() -> None:
    """A second request to stop must not leave half of them running."""
    for number in STOPS:
        signal.signal(number, signal.SIG_IGN)


def _refuse_taken(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as fault:
            raise click.ClickException(f"{host}:{port}: {fault.strerror}; try --port {port + 1}") from fault


def _with_me() -> None:
    """Linux: the child is told to stop when this process dies, however it dies."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG


def _start(command: list[str]) -> subprocess.Popen[bytes]:
    """A child in a session of its own: Ctrl-C in the terminal reaches it once, from here, and not twice."""
    return subprocess.Popen(command, start_new_session=True, preexec_fn=_with_me)  # noqa: S603, PLW1509 - no threads here


def _say_when_ready(web: subprocess.Popen[bytes], host: str, port: int) -> None:
    """One line, when the address answers."""
    shown = f"[{host}]" if ":" in host else host
    while web.poll() is None:
        with suppress(OSError), socket.create_connection((host, port), timeout=1):
            click.echo(f"http://{shown}:{port} · Ctrl-C stops it")
            return
        time.sleep(0.1)


def _stop(running: list[subprocess.Popen[bytes]]) -> None:
    """Ask everybody to finish, wait a little, and leave nobody behind."""
    _deafen()
    for each in running:
        if each.poll() is None:
            each.terminate()
    until = time.monotonic() + PATIENCE
    for each in running:
        try:
            each.wait(timeout=max(0.1, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            each.kill()
            each.wait()


def clock(every: float) -> None:
    """Seal and deliver facts, pick up what a crash left, begin the work of the day, keep the lake near the books; again and again. What fails (a
    lock, a restart of the database) is logged and tried again in the next round.
    """
    steps: tuple[Callable[[], object], ...] = (
        _seal_all,
        book.deliver,
        hooks.turn,
        queue.revive,
        recurring.turn,
        lake.refresh,
    )
    _heed()
    with suppress(KeyboardInterrupt):
        while True:
            for step in steps:
                try:
                    step()
                except Exception:  # the clock must not stop for one of its steps
                    log.exception("%s failed", step.__name__)
            close_old_connections()
            time.sleep(every)


def _seal_all() -> None:
    while book.seal():
        pass
