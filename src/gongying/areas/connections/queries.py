"""The only readers of keys and endpoints, in the actor's scope."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.books.parties import read as parties
from gongying.core.actor import SYSTEM, Actor
from gongying.core.audit.models import AuditRow
from gongying.core.doors import EVERYONE, query
from gongying.core.hooks import told
from gongying.core.hooks.models import Attempt, Delivery, Endpoint
from gongying.core.keys import access
from gongying.core.keys.models import ApiKey, ApiSecret
from gongying.core.people.models import User
from gongying.core.scope import one
from gongying.core.soundness import sound

from .rules import FIELDS, NEVER, OUTSIDE

told.outside(OUTSIDE, FIELDS, NEVER)
DAYS = 7
LATELY = 20
MOST_SHOWN = 500


@told.coded
def codes(ids: set[int]) -> dict[int, str]:
    """The codes of distributors by number."""
    return dict(parties.parties(SYSTEM).filter(pk__in=ids).values_list("pk", "code"))


@dataclass(frozen=True)
class Who:
    """Who a caller is: the name in the audit log, the role, and what he may do and see now. `distributors` are the codes of
    those whose data he sees, empty for the whole network."""

    name: str
    role: str
    key: bool
    whole_network: bool
    distributors: list[str]
    permissions: list[str]


@dataclass(frozen=True)
class KeyView:
    """A key as a list shows it: what it may, until when (None: until it is revoked), and where it stands (active, expired,
    revoked)."""

    id: int
    name: str
    permissions: list[str]
    expires_on: date | None
    used_at: datetime | None
    state: str


@dataclass(frozen=True)
class Health:
    """How an endpoint fared in the last seven days: messages by what became of them, and the share that was taken (None: no
    message ended)."""

    done: int
    queued: int
    failed: int

    @property
    def share(self) -> float | None:
        """Taken ÷ ended."""
        ended = self.done + self.failed
        return self.done / ended if ended else None


@query(needs="connections.whoami", roles=EVERYONE)
def whoami(actor: Actor) -> Who:
    """Who you are for the house: try a new key with it."""
    codes = [] if actor.whole_network else list(parties.parties(actor).values_list("code", flat=True))
    may = ["*"] if "*" in actor.may else sorted(actor.may)
    return Who(actor.name, actor.role, actor.name.startswith("key:"), actor.whole_network, codes, may)


@query(needs="connections.view", roles=("admin", "auditor", "owner"))
def held(actor: Actor) -> list[KeyView]:
    """The keys of your company (of every company, for head office), newest first; never their secrets."""
    today = timezone.localdate()
    return [
        KeyView(row.pk, row.name, row.scopes, row.expires_on, row.used_at, access.standing(row, today))
        for row in keys(actor)[:MOST_SHOWN]
    ]


def keys(actor: Actor) -> QuerySet[ApiKey]:
    """Keys in scope, newest first, with the number of their secrets that are good."""
    good = Q(secrets__ends_at__isnull=True) | Q(secrets__ends_at__gt=timezone.now())
    rows: QuerySet[ApiKey] = ApiKey.objects.for_actor(actor).annotate(good=Count("secrets", filter=good))
    return rows.order_by("-id")


def key(actor: Actor, key_id: int) -> ApiKey:
    """One of them, or Missing."""
    return one(keys(actor), pk=key_id)


def secrets(actor: Actor, row: ApiKey) -> QuerySet[ApiSecret]:
    """The secrets of a key, newest first: their first letters and how long they are good."""
    rows: QuerySet[ApiSecret] = ApiSecret.objects.for_actor(actor).filter(key=row)
    return rows.order_by("-id")


def calls(row: ApiKey) -> list[AuditRow]:
    """What was done with a key lately (reading leaves no line)."""
    return list(AuditRow.objects.filter(actor=row.principal).order_by("-id")[:LATELY])


def endpoints(actor: Actor) -> QuerySet[Endpoint]:
    """Endpoints in scope, newest first, with how many messages wait for each."""
    waiting = Count("deliveries", filter=Q(deliveries__state="queued"))
    rows: QuerySet[Endpoint] = Endpoint.objects.for_actor(actor).annotate(waiting=waiting)
    return rows.order_by("-id")


def endpoint(actor: Actor, endpoint_id: int) -> Endpoint:
    """One of them, or Missing."""
    return one(endpoints(actor), pk=endpoint_id)


def deliveries(actor: Actor) -> QuerySet[Delivery]:
    """Messages to endpoints in scope, newest first."""
    rows: QuerySet[Delivery] = Delivery.objects.for_actor(actor).select_related("endpoint")
    return rows.order_by("-id")


def delivery(actor: Actor, delivery_id: int) -> Delivery:
    """One of them, or Missing."""
    return one(deliveries(actor), pk=delivery_id)


def attempts(actor: Actor, row: Delivery) -> list[Attempt]:
    """Every sending of a message, newest first, at most fifty."""
    return list(Attempt.objects.for_actor(actor).filter(delivery=row).order_by("-id")[:50])


def health(actor: Actor, row: Endpoint) -> Health:
    """How an endpoint fared in the last seven days."""
    since = timezone.now() - timedelta(days=DAYS)
    counted = dict(
        Delivery.objects.for_actor(actor)
        .filter(endpoint=row, created_at__gte=since)
        .order_by()
        .values_list("state")
        .annotate(n=Count("pk"))
    )
    return Health(counted.get("done", 0), counted.get("queued", 0), counted.get("failed", 0))


def logins(rows: list[ApiKey] | list[Endpoint]) -> dict[int, str]:
    """The logins of makers by user."""
    ids = {row.user_id for row in rows}
    return dict(User.objects.filter(pk__in=ids).values_list("pk", "login"))


@sound("connections.messages", _("every message that counts as taken was sent and taken"))
def untaken() -> list[str]:
    """Messages that are done though no attempt was answered 2xx."""
    why = "soundness of every message"
    taken = Attempt.objects.unscoped(why).filter(delivery=OuterRef("pk"), code__gte=200, code__lt=300)
    rows = Delivery.objects.unscoped(why).filter(~Exists(taken), state="done").order_by("id")
    return [f"message {each}" for each in rows.values_list("message", flat=True)[:MOST_SHOWN]]
