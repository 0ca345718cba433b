"""What may be chosen in a programme, in words."""

from django.utils.translation import gettext_lazy as _

METHODS = (
    ("slab", _("retroactive: the reached rate on everything")),
    ("marginal", _("incremental: each rate on its own part")),
    ("excess", _("over-achievement: the reached rate on what lies above the first start")),
    ("fixed", _("a fixed amount for the reached tier")),
    ("per_unit", _("an amount per piece, by the reached tier")),
    ("rolling", _("rolling: full tiers on their upper end, the reached one on everything")),
    ("total", _("total: the rates of all reached tiers on everything")),
)
SHORT = {
    "slab": _("retroactive"),
    "marginal": _("incremental"),
    "excess": _("over-achievement"),
    "fixed": _("fixed"),
    "per_unit": _("per piece"),
    "rolling": _("rolling"),
    "total": _("total"),
}
BASES = (
    ("value", _("net value")),
    ("gross", _("value before discounts")),
    ("quantity", _("pieces")),
    ("weight", _("kilograms")),
    ("volume", _("litres")),
    ("points", _("points of products")),
)
EVENTS = (
    ("invoiced", _("what is invoiced (sell-in)")),
    ("ordered", _("what is ordered")),
    ("delivered", _("what is delivered")),
    ("paid", _("what is paid")),
    ("sold_through", _("what is sold on to outlets")),
    ("sold_out", _("what outlets sell (sell-out)")),
)
MONTHS = [
    (f"from_{month:02d}", _("contract year from month %(month)s") % {"month": month}) for month in range(2, 13)
]
PERIODS = (
    ("month", _("month")),
    ("quarter", _("quarter")),
    ("half", _("half-year")),
    ("year", _("year")),
    ("p445", _("4-4-5 period")),
    ("q445", _("4-4-5 quarter")),
    ("y445", _("4-4-5 year")),
    *((code, name) for code, name in MONTHS),
)
MEASURES = (
    ("base", _("the base")),
    ("target", _("the share of the target that is reached")),
    ("previous", _("the base against the same days last year")),
    ("share", _("the share of the focus products")),
    ("range", _("the number of different products")),
    ("figure", _("a registered figure")),
)
RETURNS = (("adjust", _("when they are posted")), ("restate", _("in the period of the sale")))
PAYS = (
    ("account", _("to the rebate account")),
    ("credit_note", _("as a credit note")),
    ("goods", _("in goods")),
    ("points", _("in points")),
    ("fund", _("into a market fund")),
)
CLAW_BACK = (("at_once", _("at once")), ("when_covered", _("when the account covers it")))
UNKNOWN = (("one", _("changes nothing")), ("low", _("counts as the lowest")))
