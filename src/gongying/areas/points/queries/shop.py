"""The catalogue as a distributor sees it, redemptions and vouchers, and what is left of the budget."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet, Sum
from django.utils import timezone

from gongying.books.parties import read as parties
from gongying.core import calendar
from gongying.core.actor import Actor
from gongying.core.doors import EVERYONE, query
from gongying.core.refusal import Missing
from gongying.core.scope import one
from gongying.engines.money import exponent

from ..models import Move, Redemption, Voucher
from ..rules import Programme, Reward
from .policies import catalogue_on, named, programme_on
from .wallet import balance


@dataclass(frozen=True)
class Shelf:
    """A reward for one distributor on a day: what is left of it in all and for him, and how many points he lacks."""

    code: str
    name: str
    kind: str
    points: int
    cost_minor: int
    currency: str
    left: int | None
    mine_left: int | None
    lacks: int
    until: date | None

    @property
    def can(self) -> bool:
        """Whether he may have it now."""
        return not self.lacks and self.left != 0 and self.mine_left != 0


@dataclass(frozen=True)
class Budget:
    """What rewards may cost in a period, in minor units: in all, used, left. None of it where no budget is written."""

    period: str
    currency: str
    whole_minor: int
    used_minor: int

    @property
    def left_minor(self) -> int:
        """What is left; never below nothing."""
        return max(0, self.whole_minor - self.used_minor)

    @property
    def share(self) -> float:
        """How much of it is used."""
        return self.used_minor / self.whole_minor if self.whole_minor else 1.0


def taken(reward: str, party_id: int | None = None) -> int:
    """How many of a reward were redeemed and not called off, of everybody or of one distributor."""
    rows = Redemption.objects.unscoped("stock of rewards").filter(reward=reward).exclude(state="cancelled")
    rows = rows.filter(party_id=party_id) if party_id is not None else rows
    return int(rows.aggregate(total=Sum("quantity"))["total"] or 0)


def worth_minor(on: date, currency: str) -> Decimal:
    """What a point is worth by the programme in force, in minor units of its currency. Raises Missing where none is in force
    or it is valued in another currency."""
    document = programme_on(on).document
    if document.currency != currency:
        raise Missing(f"points are not valued in {currency}")
    return document.value.scaleb(exponent(currency))


def cost_of(reward: Reward, currency: str) -> int:
    """What one of a reward costs the house, in minor units."""
    return int((reward.cost * 10 ** exponent(currency)).to_integral_value())


@query(needs="points.view", roles=EVERYONE)
def catalogue(actor: Actor, *, party_id: int) -> list[Shelf]:
    """The rewards a distributor may have today: those he can afford first, then the nearest. Raises Missing."""
    party, today = parties.party(actor, party_id), timezone.localdate()
    offered, has = catalogue_on(today), balance(actor, party_id)
    if offered is None:
        return []
    rows = Redemption.objects.unscoped("stock of rewards").exclude(state="cancelled").order_by()
    every, mine = Counter[str](), Counter[str]()
    for code, owner, total in rows.values_list("reward", "party_id").annotate(total=Sum("quantity")):
        every[code] += total
        mine[code] += total if owner == party.pk else 0
    found = []
    for reward in offered.document.rewards:
        if reward.offered(today):
            left = None if reward.stock is None else max(0, reward.stock - every[reward.code])
            own = None if reward.per_party is None else max(0, reward.per_party - mine[reward.code])
            found.append(
                Shelf(
                    reward.code,
                    named(reward),
                    reward.kind,
                    reward.points,
                    cost_of(reward, offered.document.currency),
                    offered.document.currency,
                    left,
                    own,
                    max(0, reward.points - has),
                    reward.end,
                )
            )
    return sorted(found, key=lambda shelf: (not shelf.can, shelf.lacks, -shelf.points))


def budget(document: Programme, on: date) -> Budget | None:
    """The budget of the period a day lies in, None where the programme has none."""
    if document.budget is None:
        return None
    span = calendar.NATURAL[document.budget_period](on)
    rows = (
        Redemption.objects.unscoped("budget").filter(on__gte=span.start, on__lt=span.end).exclude(state="cancelled")
    )
    used = rows.filter(currency=document.currency).aggregate(total=Sum("cost_minor"))["total"] or 0
    whole = int((document.budget * 10 ** exponent(document.currency)).to_integral_value())
    return Budget(span.code, document.currency, whole, used)


def redemptions(actor: Actor) -> QuerySet[Redemption]:
    """Redemptions in scope, the newest first."""
    rows: QuerySet[Redemption] = Redemption.objects.for_actor(actor).select_related("party")
    return rows.order_by("-id")


def redemption_row(actor: Actor, redemption_id: int, *, locked: bool = False) -> Redemption:
    """One of them, or Missing."""
    rows: QuerySet[Redemption] = Redemption.objects.for_actor(actor)
    return one(rows.select_for_update() if locked else rows.select_related("party"), pk=redemption_id)


def parts_of(actor: Actor, row: Redemption) -> QuerySet[Move]:
    """Which lots a redemption in scope took its points from, and what went back."""
    rows: QuerySet[Move] = Move.objects.for_actor(actor).filter(document=row.number).select_related("lot")
    return rows.order_by("id")


def vouchers(actor: Actor) -> QuerySet[Voucher]:
    """Vouchers in scope, the newest first."""
    rows: QuerySet[Voucher] = Voucher.objects.for_actor(actor).select_related("redemption__party")
    return rows.order_by("-id")


def voucher_of(actor: Actor, redemption_id: int) -> Voucher | None:
    """The voucher of a redemption in scope, None when it has none."""
    return vouchers(actor).filter(redemption_id=redemption_id).first()


def voucher_state(row: Voucher, on: date) -> str:
    """The word of its badge: one whose last day is over has expired."""
    return "expired" if row.state == "issued" and row.valid_until < on else row.state
