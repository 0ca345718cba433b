"""Send what is due: oldest first for each endpoint, several endpoints at once, outside every transaction.

A message is sent at least once. One that was not taken is sent again after 5 s, 5 min, 30 min, 2, 5, 10, 14, 20 and 24 hours (three
days in all) and then rests as failed, to be sent again by hand. An endpoint that fails is left alone for a moment, so that it is not
asked for everything that waits; when nothing was taken for five days it is disabled and its maker is told.
"""

import time
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.core.actor import SYSTEM
from gongying.core.jobs import queue
from gongying.core.jobs.models import Job

from . import signing, told, wire
from .actions import give_up
from .models import Attempt, Delivery, Endpoint

RETRIES = (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)  # seconds after each failure
HOLDS = (5, 30, 60, 300)  # seconds an endpoint is left alone after so many failures in a row
LONGEST_HOLD = 3600  # of those it asks for itself (Retry-After)
GIVE_UP = timedelta(days=5)
LEASE = timedelta(minutes=2)  # for how long a message is in one sender's hands
KEPT = timedelta(days=30)  # what ended is kept so long
AT_ONCE = 8  # endpoints
SECONDS = 20.0  # one run begins nothing new after it: other work waits for the same worker
JOB = "hooks.deliver"
GONE = 410
ALL = "messages go to every endpoint"
Send = Callable[[str, Mapping[str, str], bytes], wire.Outcome]


def turn() -> int:
    """One round of the clock: put messages in line, and have them sent when some are due. Returns how many are new."""
    fresh = told.fan_out()
    if _due(timezone.now()).exists():
        start()
    return fresh


def start() -> None:
    """Have a worker send what is due, unless one is at it."""
    if not Job.objects.filter(kind=JOB, state__in=("queued", "running")).exists():
        queue.start(SYSTEM, JOB, title=str(_("Tell other systems")))


def _due(now: datetime) -> QuerySet[Delivery]:
    free = Q(endpoint__hold_until__isnull=True) | Q(endpoint__hold_until__lte=now)
    rows = Delivery.objects.unscoped(ALL).filter(state="queued", next_at__lte=now)
    found: QuerySet[Delivery] = rows.filter(free, endpoint__state="active")
    return found


def work_off(send: Send = wire.send, seconds: float = SECONDS) -> dict[str, int]:
    """Send what is due, for at most so many seconds. Returns how many messages were taken and how many not."""
    until, counts = time.monotonic() + seconds, {"done": 0, "failed": 0}
    flying: dict[Future[wire.Outcome], Delivery] = {}
    with ThreadPoolExecutor(AT_ONCE) as pool:
        while True:
            busy = {each.endpoint_id for each in flying.values()}
            if time.monotonic() < until:
                for held in _next(AT_ONCE - len(flying), busy):
                    flying[pool.submit(send, held.endpoint.url, _headers(held), held.body.encode())] = held
            if not flying:
                break
            ended, _rest = wait(flying, return_when=FIRST_COMPLETED)
            for future in ended:
                held = flying.pop(future)
                outcome = future.result()
                counts["done" if outcome.fine else "failed"] += 1
                note(held, outcome)
    forget()
    return counts


def _next(many: int, busy: set[int]) -> list[Delivery]:
    """The oldest due message of each endpoint that has none under way, taken into this sender's hands."""
    now, taken = timezone.now(), []
    waiting = _due(now).exclude(endpoint_id__in=busy).order_by().values_list("endpoint_id", flat=True).distinct()
    for endpoint_id in list(waiting[:many]):
        rows = _due(now).filter(endpoint_id=endpoint_id).order_by("next_at", "id")
        held = rows.select_related("endpoint").first()
        if held is None:
            continue
        mine = Delivery.objects.unscoped(ALL).filter(pk=held.pk, state="queued", next_at=held.next_at)
        if mine.update(next_at=now + LEASE, attempts=F("attempts") + 1):
            held.attempts += 1
            taken.append(held)
    return taken


def _headers(held: Delivery) -> dict[str, str]:
    now, endpoint = timezone.now(), held.endpoint
    kept = [endpoint.secret]
    if endpoint.old_secret and endpoint.old_until is not None and endpoint.old_until > now:
        kept.append(endpoint.old_secret)
    secrets = [secret for each in kept if (secret := signing.unseal(each))]
    return signing.headers(secrets, held.message, int(now.timestamp()), held.body.encode())


def note(held: Delivery, outcome: wire.Outcome) -> None:
    """Keep what came of a sending: the attempt, where the message stands, how the endpoint fares."""
    now = timezone.now()
    mine = Delivery.objects.unscoped(ALL).filter(pk=held.pk)
    with transaction.atomic():
        if not mine.exists():
            return  # its endpoint was removed meanwhile
        Attempt.objects.create(
            delivery_id=held.pk,
            at=now,
            code=outcome.code,
            millis=outcome.millis,
            error=outcome.error[:200],
            excerpt=outcome.excerpt,
        )
        endpoint = Endpoint.objects.unscoped(ALL).filter(pk=held.endpoint_id)
        if outcome.fine:
            mine.update(state="done", code=outcome.code, next_at=None, ended_at=now)
            endpoint.update(failures=0, failing_since=None, hold_until=None, done_at=now)
            return
        over = held.attempts > len(RETRIES) or outcome.code == GONE
        later = None if over else now + timedelta(seconds=RETRIES[held.attempts - 1])
        state = "failed" if over else "queued"
        mine.update(state=state, code=outcome.code, next_at=later, ended_at=now if over else None)
    _falters(endpoint.get(), outcome, now)


def _falters(endpoint: Endpoint, outcome: wire.Outcome, now: datetime) -> None:
    """An endpoint did not take a message: leave it alone for a moment, or for good."""
    since = endpoint.failing_since or now
    asked = min(outcome.retry_after, LONGEST_HOLD)
    pause = max(asked, HOLDS[min(endpoint.failures, len(HOLDS) - 1)])
    Endpoint.objects.unscoped(ALL).filter(pk=endpoint.pk).update(
        failures=F("failures") + 1, failing_since=since, hold_until=now + timedelta(seconds=pause)
    )
    if outcome.code == GONE:
        give_up(SYSTEM, endpoint_id=endpoint.pk, why="gone")
    elif now - since >= GIVE_UP:
        give_up(SYSTEM, endpoint_id=endpoint.pk, why="silent")


def forget() -> int:
    """Remove messages that ended thirty days ago, and the finished work of this house's own sending. Returns how many messages."""
    now = timezone.now()
    Job.objects.filter(kind=JOB, state="done", ended_at__lt=now - timedelta(hours=1)).delete()
    old = Delivery.objects.unscoped("what ended long ago").filter(created_at__lt=now - KEPT).exclude(state="queued")
    ids = list(old.order_by("id").values_list("pk", flat=True)[:1000])
    Delivery.objects.unscoped("what ended long ago").filter(pk__in=ids).delete()
    return len(ids)
