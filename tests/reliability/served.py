"""The whole of `gongying serve`, called over HTTP with an API key and idempotency keys, and killed with all its processes."""

import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

from house import House, until

VERBS = ("ordering.place", "ordering.ship", "ordering.deliver", "ordering.cancel", "billing.receive")
PATIENCE = 120  # seconds to start, on a machine that does something else too


class Served(House):
    """A house whose server is the command an operator starts: web server, worker and clock, each a process."""

    fsck_every = 5

    def _known(self, say):
        """A key of somebody at head office besides: a program that sells."""
        from gongying.areas.connections import actions
        from gongying.core.people.access import actor_for
        from gongying.core.people.models import User

        def and_key(known):
            user = User.objects.create_user("sales@house", None, name="Sales", role="admin")
            user.scopes.create(kind="all")
            made = actions.make_key(actor_for(user, via="web"), name="sales", scopes=VERBS)
            say(known | {"token": made.token})

        super()._known(and_key)

    def renew(self):
        super().renew()
        self.token = self.made["token"]

    def principal(self):
        from gongying.core.keys import access

        return access.caller(self.token, "127.0.0.1").actor

    def live(self, number, dice):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        command = [sys.executable, "-m", "gongying.site.cli", "serve", "--port", str(self.port)]
        with (Path(self.folder) / "serve.log").open("ab") as log:
            server = subprocess.Popen(command, start_new_session=True, stdout=log, stderr=log)
        if not until(self._answers, PATIENCE):
            killed(server)
            return [{"died": "the server did not start"}]
        said = []
        writers = [
            threading.Thread(target=self._send, args=(f"{number}-{n}", said.append))
            for n in range(1, self.writers + 1)
        ]
        for each in writers:
            each.start()
        answers, since = dice.randrange(1, 1 + 4 * self.writers), time.monotonic()
        until(lambda: sum("answer" in line for line in list(said)) >= answers, 30)
        pace = (time.monotonic() - since) / answers * self.writers  # how long a verb takes here
        time.sleep(dice.uniform(0.001, min(1.0, pace)))
        killed(server)
        for each in writers:
            each.join()
        return said

    def _answers(self):
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
        except OSError:
            return False
        return True

    def _send(self, name, say):
        """Calls one after the other, until nobody answers any more."""
        dice, place = random.Random(f"write/{name}"), 0  # noqa: S311 - dice, no secret
        head = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        while True:
            place += 1
            key = f"{name}-{place}"
            verb, inputs = self.choose(dice, key)
            say({"key": key, "call": [verb, inputs]})
            line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
            try:
                path = f"/api/{verb.replace('.', '/')}"
                line.request("POST", path, json.dumps(inputs), head | {"Idempotency-Key": key})
                answer = line.getresponse()
                body = answer.read()
            except (OSError, http.client.HTTPException):
                return
            finally:
                line.close()
            if answer.status not in (200, 409):
                say({"died": f"{verb} {key}: {answer.status} {body[:300]!r}"})
                return
            say({"key": key, "answer": json.loads(body)})


def killed(server):
    """Kill a server and all that it started, those that serve first, and see them gone."""
    family = [server.pid, *_descendants(server.pid)]
    for pid in reversed(family):
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    server.wait()
    until(lambda: not any(_runs(pid) for pid in family))


def _descendants(pid):
    """Every process that comes from this one, parents before children."""
    found, parents = [], {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            after = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents.setdefault(int(after[1]), []).append(int(path.parent.name))
    todo = [pid]
    while todo:
        children = parents.get(todo.pop(0), [])
        found += children
        todo += children
    return found


def _runs(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
