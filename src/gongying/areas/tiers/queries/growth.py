"""The way to the next level: what it lacks, what it brings in money, how many cases that is, and whether there is room for them."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from gongying.books.goods import read as goods
from gongying.books.metrics import read as metrics
from gongying.books.parties import read as parties
from gongying.core.actor import Actor
from gongying.core.doors import EVERYONE, query
from gongying.core.words import pick
from gongying.engines.levels import pieces_for
from gongying.engines.money import exponent

from .entitlements import value_of
from .outlook import Barrier, Gap, Outlook, outlook
from .proposal import measure

COVER_DAYS = 91  # the stock is held against what was sold in so many days
BOUGHT = ("sell_in", "quantity")  # figures that grow by buying


@dataclass(frozen=True)
class Growth:
    """The way to the next level (`name` is empty at the top).

    `missing` is the cheapest combination, `brings` what the level has more than the one below it, `value_minor` what
    that is worth in a period. `cases` is how many cases of what is usually bought would close the gap in purchases.
    `cover_weeks` is how long the stock lasts at the speed of sell-out (None: no figures); `loaded` says that it lasts
    longer than the policy's limit: then no cases are named.
    """

    name: str
    missing: list[Gap]
    barriers: list[Barrier]
    brings: list[str]
    loses: list[str]
    value_minor: int
    currency: str
    cases: int | None
    cover_weeks: Decimal | None
    limit_weeks: Decimal | None
    loaded: bool


def growth_of(actor: Actor, view: Outlook, code: str, on: date) -> Growth:
    """The way of a distributor that was looked at already."""
    document, above = view.document, view.placement.above
    cover = cover_weeks(actor, code, on)
    limit = document.cover_weeks
    loaded = limit is not None and cover is not None and cover > limit
    if above is None:
        return Growth("", [], view.barriers, [], [], 0, document.currency, None, cover, limit, loaded)
    step = document.levels[above]
    held = document.levels[above - 1].benefits if above else []
    missing = [gap for gap in (view.following or (step, []))[1] if not gap.met]
    worth = value_of(step.benefits, document.currency) - value_of(held, document.currency)
    names, before = [_named(each) for each in step.benefits], [_named(each) for each in held]
    bought = next((gap for gap in missing if gap.metric in BOUGHT), None)
    cases = None if bought is None or loaded else _cases(actor, view, bought, code, on)
    return Growth(
        pick(step.name, step.name_en),
        missing,
        view.barriers,
        [name for name in names if name not in before],
        [name for name in before if name not in names],
        worth,
        document.currency,
        cases,
        cover,
        limit,
        loaded,
    )


def _named(benefit: object) -> str:
    return pick(getattr(benefit, "name", ""), getattr(benefit, "name_en", ""))


def cover_weeks(actor: Actor, code: str, on: date) -> Decimal | None:
    """How many weeks the declared stock of a distributor lasts at the speed of its sell-out of the last quarter of a year:
    average stock ÷ sold × days ÷ 7; None without figures."""
    start, end = on - timedelta(days=COVER_DAYS - 1), on + timedelta(days=1)
    found = (
        metrics.figure(actor, "dio", start=start, end=end, by=("party",), where={"party": code}).as_dict().get(code)
    )
    return None if found is None else round(Decimal(str(found)) / 7, 1)


def _cases(actor: Actor, view: Outlook, gap: Gap, code: str, on: date) -> int | None:
    """How many cases close a gap in purchases: by what a case of the products bought in the period was worth on average."""
    start, end = view.document.running(on).start, on + timedelta(days=1)
    where = {"party": code}
    pieces = metrics.figure(actor, "quantity", start=start, end=end, by=("product",), where=where).as_dict()
    ids = goods.ids_by_code([name for name in pieces if name])
    packs = goods.packs(ids.values())
    sizes = {name: packs.get(pk, {}).get("CS", 1) for name, pk in ids.items()}
    cases = sum(
        (Decimal(int(count)) / sizes.get(name, 1) for name, count in pieces.items() if count > 0), Decimal(0)
    )
    if not cases:
        return None
    if gap.metric == "quantity":
        return pieces_for(gap.gap, Decimal(sum(int(n) for n in pieces.values() if n > 0)) / cases)
    values = measure(actor, view.document, start, end, code).get(code, {})
    bought = values.get("sell_in")
    if bought is None:
        return None
    return pieces_for(gap.gap, bought.scaleb(exponent(view.document.currency)) / cases)


@query(needs="tiers.view", roles=EVERYONE)
def growth(actor: Actor, *, party_id: int, on: date, programme: str = "") -> Growth:
    """The way to the next level on a day: what it lacks, what it brings, and whether the stock leaves room (C132)."""
    party = parties.party(actor, party_id)
    return growth_of(actor, outlook(actor, party_id, programme, on), party.code, on)
