"""Returns in the period of the sale they take back, for programmes that restate."""

from typing import Any

from django.db.models import Q, QuerySet

from gongying.books.trade import read as trade
from gongying.core import calendar
from gongying.core.actor import SYSTEM

from ..rules import LEVEL_OF, Programme

Amounts = dict[int, tuple[int, int]]


def moved(document: Programme, days: calendar.Period, up_to: int | None, held: Amounts) -> Amounts:
    """The amounts of a period with every return whose sale is known counted where the sale was: those of this period's sales
    come in, whenever they were posted; those of earlier sales that were posted in it go out.

    `held` is (amount, lines) by party as the lines are dated.
    """
    found = dict(held)
    for line in _astray(document, days, up_to):
        inside = line.origin.origin_on in days
        sign = 1 if inside else -1
        amount, lines = found.get(line.party_id, (0, 0))
        found[line.party_id] = (amount + sign * _amount(document, line), lines + sign)
    return found


def _astray(document: Programme, days: calendar.Period, up_to: int | None) -> "QuerySet[Any]":
    """The returns of which either the day or the day of the sale lies in a period, but not both."""
    own = Q(business_date__gte=days.start, business_date__lt=days.end)
    sold = Q(origin__origin_on__gte=days.start, origin__origin_on__lt=days.end)
    rows = trade.with_origin(SYSTEM, level=LEVEL_OF[document.event], currency=document.currency)
    rows = rows.filter((own & ~sold) | (sold & ~own)).filter(in_scope(document))
    return rows.filter(pk__lte=up_to) if up_to is not None else rows


def in_scope(document: Programme) -> Q:
    """The products of a programme; by points, those that are worth any."""
    wanted = Q()
    if document.basis == "points":
        wanted = Q(product__code__in=list(document.points))
    elif document.categories or document.products:
        wanted = Q(product__category__code__in=document.categories) | Q(product__code__in=document.products)
    return wanted & ~Q(product__code__in=document.without) if document.without else wanted


def _amount(document: Programme, line: Any) -> int:
    if document.basis == "value":
        return int(line.net_minor)
    if document.basis == "gross":
        return int(line.gross_minor)
    worth = {
        "quantity": 1,
        "weight": line.product.weight_g,
        "volume": line.product.volume_ml,
        "points": document.points.get(line.product.code, 0),
    }[document.basis]
    return int(line.quantity * worth)


def counted(document: Programme, days: calendar.Period) -> Q:
    """The lines that count in a period, for the evidence behind a statement."""
    own = Q(business_date__gte=days.start, business_date__lt=days.end)
    if document.returns != "restate":
        return own
    sold = Q(origin__origin_on__gte=days.start, origin__origin_on__lt=days.end)
    return (own & Q(origin__isnull=True)) | sold
