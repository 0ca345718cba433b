"""What was used of promotions and special prices, by whom and on which document."""

from collections.abc import Iterable, Mapping
from datetime import date

from django.db.models import Q, QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from gongying.core.actor import Actor
from gongying.core.asked import Asked, Given
from gongying.core.soundness import sound
from gongying.engines.promotions import Progress

from ..models import Tally, Use

Counted = tuple[str, str, date]  # code, scope, the day from which uses count


def uses(actor: Actor, *, code: str = "", scope: str = "") -> QuerySet[Use]:
    """Uses in scope, the newest first."""
    rows: QuerySet[Use] = Use.objects.for_actor(actor).select_related("party")
    if code:
        rows = rows.filter(code=code)
    if scope:
        rows = rows.filter(scope=scope)
    return rows.order_by("-id")


def uses_of(document: str | Given) -> QuerySet[Use]:
    """What a document used and what of it still stands, for posting."""
    rows: QuerySet[Use] = Use.objects.unscoped("posting").filter(document=document)
    return rows.filter(reverses__isnull=True, reversed_by__isnull=True).order_by("id")


def codes_of(document: str) -> set[str]:
    """The codes of what a document uses, for posting."""
    return {code for (code,) in _CODES(document=document)}


def tallies(codes: Iterable[str], party_id: int) -> list[Tally]:
    """The kept sums of these codes: of a party, and of everybody."""
    return _TALLIES(codes=list(codes), party=party_id)


_CODES = Asked(lambda: uses_of(Given("document")).order_by().values_list("code"))
_TALLIES = Asked(
    lambda: Tally.objects.unscoped("limits of a promotion").filter(
        Q(party_id=Given("party")) | Q(party__isnull=True), code__in=Given("codes")
    )
)


def sums(wanted: Counted, party_id: int | None) -> tuple[int, int, int]:
    """Counted, units and discount of all uses since a day, of one party or of everybody: what a tally must say."""
    code, scope, since = wanted
    rows = Use.objects.unscoped("limits of a promotion").filter(code=code, scope=scope, on__gte=since)
    rows = rows.filter(party_id=party_id) if party_id is not None else rows
    found = rows.aggregate(counted=Sum("counted"), units=Sum("units"), value=Sum("discount_minor"))
    return found["counted"] or 0, found["units"] or 0, found["value"] or 0


def progress_of(
    party_id: int, wanted: Iterable[Counted], older: Mapping[Counted, bool] | None = None
) -> dict[Counted, Progress]:
    """What was used before of each: by a party, and by everybody where a budget is kept; in one question.

    Of those in `older` there may be uses from before their sums were kept (a later version counts from another day, or has a
    budget: True, the first time): where a sum is not kept yet it is reckoned.
    """
    keys = list(dict.fromkeys(wanted))
    if not keys:
        return {}
    own: dict[Counted, tuple[int, int, int]] = {}
    everybody: dict[Counted, tuple[int, int, int]] = {}
    for row in tallies({key[0] for key in keys}, party_id):
        (everybody if row.party_id is None else own)[row.code, row.scope, row.since] = (
            row.counted,
            row.units,
            row.value_minor,
        )
    for key, budget in (older or {}).items():
        if key not in own:
            own[key] = sums(key, party_id)
        if budget and key not in everybody:
            everybody[key] = sums(key, None)
    nothing = (0, 0, 0)
    return {key: Progress(*own.get(key, nothing), *everybody.get(key, nothing)[1:]) for key in keys}


@sound("prices.uses", _("promotions and their kept sums"))
def faults() -> Iterable[str]:
    """Tallies that differ from the sum of their uses."""
    for row in Tally.objects.unscoped("soundness").order_by("id").iterator():
        said = (row.counted, row.units, row.value_minor)
        found = sums((row.code, row.scope, row.since), row.party_id)
        if said != found:
            yield f"{row.code} {row.scope} {row.since} {row.party_id or '*'}: {said} instead of {found}"
