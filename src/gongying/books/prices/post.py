"""The only writers of prices, and of what is used of promotions and special prices."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.books.goods import read as goods
from gongying.core import posting, turns
from gongying.core.actor import Actor
from gongying.core.journal import book
from gongying.core.policies import read as policies
from gongying.core.refusal import Refused
from gongying.engines.money import exponent

from . import facts, read
from .models import KINDS, SCOPE_KINDS, Price, Tally, Use
from .read.documents import LIMITS, PromotionTerms, parsed


class PriceIn(NamedTuple):
    """A price in major units for every `per` base units; scope is network, region, level or party (code).

    `pack` is the unit it is written for ("" is a base unit); `per` 0 is what that pack holds now. A special price holds for
    at most `max_quantity` base units in all.
    """

    list_code: str
    kind: str
    product_id: int
    currency: str
    price: Decimal
    min_quantity: int = 1
    valid_from: date = date(2000, 1, 1)
    valid_to: date | None = None
    scope_kind: str = "network"
    scope_key: str = ""
    pack: str = ""
    per: int = 0
    tax_included: bool = False
    max_quantity: int | None = None

    @property
    def key(self) -> str:
        """The business key: list, kind, product, scope, step, first day, and the pack where there is one."""
        scope = f"{self.scope_kind}:{self.scope_key}"
        key = f"{self.list_code}/{self.kind}/{self.product_id}/{scope}/{self.min_quantity}/{self.valid_from}"
        return f"{key}/{self.pack}" if self.pack else key


def prices(actor: Actor, rows: Sequence[PriceIn], *, source: str, batch_id: int | None = None) -> posting.Posted:
    """Post prices; the same again is nothing new, another price under the same key is a new revision.

    Refuses a pack that a product does not have.
    """
    whole = _with_packs(rows)
    sent = [
        (row.key, (*row[:4], f"{row.price:f}", row.min_quantity, *map(_day, row[6:8]), *row[8:])) for row in whole
    ]
    done, digest = posting.revisions(Price, PriceIn._fields, sent, source=source, batch_id=batch_id)
    if done.created + done.corrected:
        book.record(actor, facts.PricesPosted(batch_id, done.created + done.corrected, 0, digest))
    return done


def _with_packs(rows: Sequence[PriceIn]) -> list[PriceIn]:
    """The rows with the number of base units that each is for."""
    unknown = {row.product_id for row in rows if row.pack and not row.per}
    packs = goods.packs(unknown) if unknown else {}
    found = []
    for row in rows:
        if row.kind not in KINDS or row.scope_kind not in SCOPE_KINDS:
            raise Refused(_("There is no such kind of price."), code="kind", field="kind")
        per = row.per or (packs[row.product_id].get(row.pack, 0) if row.pack else 1)
        if not per:
            raise Refused(_("The product has no pack %(pack)s.") % {"pack": row.pack}, code="pack", field="pack")
        found.append(row._replace(per=per))
    return found


def reverse_batch(actor: Actor, *, batch_id: int) -> int:
    """Withdraw the prices of a batch that still stand. Returns how many."""
    count, digest = posting.withdraw(Price, PriceIn._fields, batch_id=batch_id)
    if count:
        book.record(actor, facts.PricesPosted(batch_id, 0, count, digest))
    return count


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def use(actor: Actor, uses: Sequence[read.PromotionUse], *, party_id: int, document: str, on: date) -> int:
    """Record what a document uses of promotions and special prices; a document uses each once. Returns how many are new.

    Caps of the customer, budgets and the quantity of a special price are checked while nobody else may use the same.
    Raises Refused when one would be exceeded: quote again, the new quote gives what is left.
    """
    turns.take(*sorted(_turn(each, party_id) for each in uses))
    standing = read.codes_of(document) if uses else set()
    fresh = sorted((each for each in uses if each.code not in standing), key=lambda each: each.code)
    if not fresh:
        return 0
    kept = _tallies(fresh, party_id)
    for each in fresh:
        own, everybody = (kept.get((each.code, each.scope, each.since, who)) for who in (party_id, None))
        _check(each, _limits(each), own, everybody)
    _add([(each, _amounts(each)) for each in fresh], on, kept.values())
    Use.objects.bulk_create([_row(each, party_id, document, on) for each in fresh])
    book.record(actor, facts.PromotionsUsed(party_id, document, [each.code for each in fresh]))
    return len(fresh)


def unuse(actor: Actor, *, document: str) -> int:
    """Take back what a document used, whole; what was capped is free again. Returns how many uses."""
    turns.take(f"prices.unuse/{document}")  # of two at once the second finds nothing left
    rows = sorted(read.uses_of(document), key=lambda each: each.code)
    if not rows:
        return 0
    back = [
        Use(
            party_id=row.party_id, code=row.code, scope=row.scope, version_id=row.version_id, document=row.document,
            on=row.on, currency=row.currency, counted=-row.counted, base_minor=-row.base_minor,
            discount_minor=-row.discount_minor, units=-row.units, gift_value_minor=-row.gift_value_minor,
            reverses=row, posted_at=timezone.now(),
        )
        for row in rows
    ]  # fmt: skip
    kept = _held({row.code for row in rows}, rows[0].party_id)
    _add([(row, (row.counted, row.units, row.discount_minor)) for row in back], rows[0].on, kept.values())
    Use.objects.bulk_create(back)
    book.record(actor, facts.PromotionsUnused(rows[0].party_id, document, [row.code for row in rows]))
    return len(rows)


ADD = "counted = counted + %s, units = units + %s, value_minor = value_minor + %s"


def _turn(each: read.PromotionUse, party_id: int) -> str:
    """Who must wait: everybody where a budget is shared, else who does something for the same customer."""
    limits = _limits(each)
    shared = any(limits[name] is not None for name in ("budget_units", "budget_value"))
    return f"prices.use/{each.code}/{each.scope}/{'' if shared else party_id}"


def _limits(each: read.PromotionUse) -> dict[str, int | None]:
    """The limits of what is used, in base units and minor units."""
    found: dict[str, int | None] = dict.fromkeys(LIMITS)
    if each.code.startswith(read.SPECIAL):
        row = read.by_ids([each.version_id]).get(each.version_id)
        found["cap_units"] = row.max_quantity if row is not None else 0
        return found
    terms = parsed(policies.published(each.version_id))
    assert isinstance(terms, PromotionTerms)
    minor = 10 ** exponent(each.currency)
    for name in LIMITS:
        limit = getattr(terms, name)
        found[name] = None if limit is None else int(limit * minor) if name.endswith("value") else int(limit)
    return found


Place = tuple[str, str, date, int | None]  # code, scope, since when, party (None: everybody)


def _held(codes: Iterable[str], party_id: int) -> dict[Place, Tally]:
    """The kept sums of a party and of everybody, by place."""
    rows = read.tallies(set(codes), party_id)
    return {(row.code, row.scope, row.since, row.party_id): row for row in rows}


def _tallies(uses: Sequence[read.PromotionUse], party_id: int) -> dict[Place, Tally]:
    """The kept sums, begun from the uses there are where one is not kept yet."""
    kept = _held((each.code for each in uses), party_id)
    for each in uses:
        shared = any(_limits(each)[name] is not None for name in ("budget_units", "budget_value"))
        for who in (party_id, None) if shared else (party_id,):
            if (each.code, each.scope, each.since, who) not in kept:
                counted, units, value = read.sums((each.code, each.scope, each.since), who)
                named = {"code": each.code, "scope": each.scope, "since": each.since, "party_id": who}
                row = Tally.objects.create(**named, counted=counted, units=units, value_minor=value)
                kept[each.code, each.scope, each.since, who] = row
    return kept


def _amounts(each: read.PromotionUse) -> tuple[int, int, int]:
    return each.counted, each.units, each.discount_minor


def _add(changes: Sequence[tuple[Any, tuple[int, int, int]]], on: date, kept: Iterable[Tally]) -> None:
    """Change every kept sum that a use of this day belongs to, in the database."""
    by_name: dict[tuple[str, str], tuple[int, ...]] = {}
    for each, amounts in changes:
        known = by_name.get((each.code, each.scope), (0, 0, 0))
        by_name[each.code, each.scope] = tuple(map(sum, zip(known, amounts, strict=True)))
    rows = [
        (*by_name[row.code, row.scope], row.pk)
        for row in sorted(kept, key=lambda row: row.pk)
        if row.since <= on and (row.code, row.scope) in by_name
    ]
    posting.change(Tally, ADD, rows)


def _check(
    each: read.PromotionUse, limits: dict[str, int | None], own: Tally | None, everybody: Tally | None
) -> None:
    """Raises Refused where a limit would be exceeded; whoever uses the same waits for us."""
    sums = {}
    for name, row in (("cap", own), ("budget", everybody)):
        sums[f"{name}_units"] = (row.units if row else 0) + each.units
        sums[f"{name}_value"] = (row.value_minor if row else 0) + each.discount_minor
    for name, reached in sums.items():
        limit = limits[name]
        if (
            limit is not None
            and reached > limit
            and (each.units if name.endswith("units") else each.discount_minor)
        ):
            raise Refused(
                _("Of %(title)s there is less left than this order takes.") % {"title": each.title},
                code="used_up",
                remedy=_("Price the order again: it then takes what is left."),
            )


def _row(each: read.PromotionUse, party_id: int, document: str, on: date) -> Use:
    return Use(
        party_id=party_id,
        code=each.code,
        scope=each.scope,
        version_id=each.version_id,
        document=document,
        on=on,
        currency=each.currency,
        counted=each.counted,
        base_minor=each.base_minor,
        discount_minor=each.discount_minor,
        units=each.units,
        gift_value_minor=each.gift_value_minor,
        posted_at=timezone.now(),
    )
