"""Slips and counts, and what they are checked against."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import CharField, Count, F, Q, QuerySet, Sum, Value
from django.utils.translation import gettext_lazy as _

from gongying.books.stock import read as book
from gongying.core.actor import SYSTEM, Actor
from gongying.core.refusal import Refused
from gongying.core.scope import one

from ..models import Slip, Tally


def slips(actor: Actor) -> QuerySet[Slip]:
    """Slips in scope, newest first."""
    rows: QuerySet[Slip] = Slip.objects.for_actor(actor).select_related("site", "to_site")
    return rows.annotate(many=Count("lines")).order_by("-id")


def slip_of(actor: Actor, slip_id: int) -> Slip:
    """One slip in scope, or Missing."""
    found: Slip = one(Slip.objects.for_actor(actor).select_related("site", "to_site"), pk=slip_id)
    return found


def tallies(actor: Actor) -> QuerySet[Tally]:
    """Counts of sites in scope, newest first, with how far they are and what differs."""
    rows: QuerySet[Tally] = Tally.objects.for_actor(actor).select_related("site")
    counted = Q(lines__counted__isnull=False)
    return rows.annotate(
        many=Count("lines"),
        done=Count("lines", filter=counted),
        differing=Count("lines", filter=counted & ~Q(lines__counted=F("lines__expected"))),
        change=Sum(F("lines__counted") - F("lines__expected"), filter=counted),
    ).order_by("-id")


def tally_of(actor: Actor, count_id: int) -> Tally:
    """One count in scope, or Missing."""
    found: Tally = one(tallies(actor), pk=count_id)
    return found


def held_at(site_id: int, product_ids: Iterable[int]) -> dict[tuple[int, str], int]:
    """What the book has of products at a site, by product and lot."""
    rows = book.held_lots(holder_id=None, site_id=site_id, product_ids=product_ids)
    return {(product, each.lot): each.quantity for product, each in rows}


def on_shelves(site_id: int, category: str) -> list[tuple[int, str, int]]:
    """(product, lot, base units) of everything the book has at a site, of one product group or of all, by product code."""
    rows = book.shelves(SYSTEM, site_id=site_id).filter(on_hand__gt=0)
    rows = rows.filter(product__category__code=category) if category else rows
    products = list(rows.order_by("product__code").values_list("product_id", flat=True))
    place = {product: at for at, product in enumerate(products)}
    held = book.held_lots(holder_id=None, site_id=site_id, product_ids=products)
    found = [(product, each.lot, each.quantity) for product, each in held]
    return sorted(found, key=lambda row: (place[row[0]], row[1]))


def refuse_present(keys: Iterable[tuple[int, str]]) -> None:
    """Raises Refused when a serial number (product, number) that comes in is in the house already."""
    wanted = set(keys)
    if not wanted:
        return
    products = {product for product, _code in wanted}
    held = book.held_lots(holder_id=None, site_id=None, product_ids=products, anywhere=True)
    present = sorted(each.lot for product, each in held if (product, each.lot) in wanted and each.quantity > 0)
    if present:
        raise Refused(
            _("The serial number %(code)s is in the house already.") % {"code": present[0]}, field="serials"
        )


def seen_lots(product_id: int, codes: Iterable[str]) -> set[tuple[int, str]]:
    """Which lots of a product ever moved, though nobody entered them."""
    rows = book.movements(SYSTEM, product_id=product_id).filter(lot__in=list(codes)).order_by()
    return {(product_id, lot) for lot in rows.values_list("lot", flat=True).distinct()}


def homes_of(actor: Actor, numbers: Iterable[str]) -> dict[str, str]:
    """The addresses of slips and counts in scope by their numbers."""
    wanted = set(numbers)
    slips_of = Slip.objects.for_actor(actor).filter(number__in=wanted).values_list("number", "pk")
    counts_of = Tally.objects.for_actor(actor).filter(number__in=wanted).values_list("number", "pk")
    found = {number: f"/warehouse/slips/{pk}/" for number, pk in slips_of}
    return found | {number: f"/warehouse/counts/{pk}/" for number, pk in counts_of}


def waiting(actor: Actor, on: date, *, approves: bool, keeps: bool) -> Counter[str]:
    """How much waits for this actor, in one question: `slips` and `counts` of others, `expired` lots at the sites of the
    house that nobody has blocked."""
    asked: list[QuerySet[Any]] = []
    if approves:
        slips_of = Slip.objects.for_actor(actor).filter(state="pending").exclude(created_by=actor.name)
        counts_of = Tally.objects.for_actor(actor).filter(state="submitted").exclude(submitted_by=actor.name)
        asked += [_as("slips", slips_of), _as("counts", counts_of)]
    if keeps:
        asked.append(_as("expired", book.expired(on)))
    if not asked:
        return Counter()
    first, *others = asked
    rows = first.union(*others, all=True) if others else first
    return Counter(what for (what,) in rows)


def _as(what: str, rows: QuerySet[Any]) -> QuerySet[Any]:
    named: QuerySet[Any] = rows.order_by().annotate(what=Value(what, output_field=CharField()))
    return named.values_list("what")
