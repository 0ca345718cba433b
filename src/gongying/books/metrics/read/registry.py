"""Every figure of the house, defined once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from . import sums
from .sums import Window

Inputs = Mapping[str, Any]
Sum = Callable[[Window], Any]


@dataclass(frozen=True)
class Metric:
    """A figure: its formula in words, its unit (money | ratio | units | days | count), the grouped sums it is made of, and
    how they make it. `of` gets the inputs of one row (None where there is no row) and the days of the window; None means
    undefined, which is never written as 0.
    """

    code: str
    label: Any
    unit: str
    formula: Any
    inputs: Mapping[str, Sum]
    of: Callable[[Inputs, int], Any]
    whole: bool = False  # also needs the first input over everything in scope, as `whole`
    by: tuple[str, ...] = (*sums.OF_PARTY, *sums.OF_PRODUCT, *sums.TIMES, "currency")  # what it can be split by
    priced: bool = True  # sums money of sales or targets, which is never added across currencies
    owner: str = "metrics"
    version: int = 1


METRICS: dict[str, Metric] = {}


def register(metric: Metric) -> Metric:
    """Enter a figure; two of one code are a fault."""
    if metric.code in METRICS:
        raise RuntimeError(f"{metric.code} is defined twice")
    METRICS[metric.code] = metric
    return metric


def ratio(above: Any, below: Any) -> Decimal | None:
    """above / below, or None where it has no meaning."""
    if above is None or not below:
        return None
    return Decimal(str(above)) / Decimal(str(below)) if above else Decimal(0)


TARGETS_BY = (*sums.OF_PARTY, "category", *sums.TIMES, "currency")
RANGE_BY = (*sums.OF_PARTY, *sums.TIMES, "currency")  # of one group it says nothing
STOCK_BY = (*sums.OF_PARTY, *sums.OF_PRODUCT, *sums.TIMES)
_NET = _("Sum of net value: gross less discount, returns deducted, tax and freight left aside")

for _metric in (
    Metric("sell_in", _("Sell-in"), "money", _NET, {"net": lambda w: sums.net(w.at("sell_in"))}, lambda i, n: int(i["net"] or 0)),
    Metric("sell_through", _("Sell-through"), "money", _NET, {"net": lambda w: sums.net(w.at("sell_through"))}, lambda i, n: int(i["net"] or 0)),
    Metric("sell_out", _("Sell-out"), "money", _NET, {"net": lambda w: sums.net(w.at("sell_out"))}, lambda i, n: int(i["net"] or 0)),
    Metric("quantity", _("Quantity"), "units", _("Sum of base units bought, returns deducted"), {"quantity": sums.quantity}, lambda i, n: int(i["quantity"] or 0), priced=False),
    Metric(
        "growth", _("Growth"), "ratio", _("Sell-in ÷ sell-in of the same days last year − 1"),
        {"now": sums.net, "before": lambda w: sums.net(w.year_before())},
        lambda i, n: None if (r := ratio(i["now"] or 0, i["before"])) is None or i["before"] < 0 else r - 1,
    ),
    Metric(
        "target", _("Target"), "money", _("Sum of agreed targets whose period lies in the window; the finest periods count"),
        {"target": sums.targets}, lambda i, n: None if i["target"] is None else int(i["target"]), by=(*TARGETS_BY, "seller"),
    ),
    Metric(
        "attainment", _("Attainment"), "ratio", _("Sell-in of what was asked for ÷ target: parties, product groups and whole periods that have one"),
        {"target": sums.targets, "net": sums.net_asked}, lambda i, n: ratio(i["net"] or 0, i["target"]), by=TARGETS_BY, version=2,
    ),
    Metric("average_price", _("Average selling price"), "money", _("Net sell-in ÷ base units"), {"net": sums.net, "quantity": sums.quantity}, lambda i, n: ratio(i["net"], i["quantity"])),
    Metric("active_products", _("Active products"), "count", _("Products of which more was bought than returned"), {"products": sums.products}, lambda i, n: int(i["products"] or 0), priced=False),
    Metric("active_distributors", _("Active distributors"), "count", _("Distributors that bought more than they returned"), {"parties": sums.parties}, lambda i, n: int(i["parties"] or 0), priced=False),
    Metric("returns_rate", _("Returns rate"), "ratio", _("Value returned ÷ value bought before returns"), {"returned": sums.returned, "sold": sums.sold}, lambda i, n: ratio(i["returned"] or 0, i["sold"])),
    Metric("share", _("Share of network"), "ratio", _("Sell-in ÷ sell-in of everything you see in the same period"), {"net": sums.net}, lambda i, n: ratio(i["net"] or 0, i["whole"]), whole=True),
    Metric(
        "dio", _("Days of inventory"), "days", _("Average declared stock ÷ value issued × days; both at the average sell-in price of the product"),
        {"stock": sums.stock, "issued": sums.issued},
        lambda i, n: None if (r := ratio(i["stock"], i["issued"])) is None or r < 0 else round(r * n, 6), by=STOCK_BY, priced=False,
    ),
    Metric(
        "slow_moving_share", _("Slow-moving share"), "ratio", _("Value of declared stock of which nothing was issued for 90 days ÷ value of declared stock"),
        {"stock": sums.newest_stock, "slow": sums.slow_stock}, lambda i, n: ratio(i["slow"] or 0, i["stock"]), by=STOCK_BY, priced=False,
    ),
    Metric(
        "coverage", _("Range coverage"), "ratio", _("Product groups bought more than returned ÷ product groups of the brand"),
        {"bought": sums.categories, "offered": sums.offered}, lambda i, n: ratio(i["bought"] or 0, i["offered"]), by=RANGE_BY, priced=False,
    ),
):  # fmt: skip
    register(_metric)
