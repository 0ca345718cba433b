"""What must hold beside the linter before a promotion is published: known codes, no circle, no gift dearer than the goods."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction

from django.utils.translation import gettext_lazy as _

from gongying.books.goods import read as goods
from gongying.core.policies.kinds import Finding, guard
from gongying.core.policies.models import PolicyVersion
from gongying.core.posting import standing
from gongying.engines import promotions_order as order

from ..models import Price
from .book import holds_on
from .deals import promotion_rows
from .documents import PROMOTION, TERMS, PromotionTerms, Terms, parsed


@guard(PROMOTION.code)
def must_not_go_in_circles(row: PolicyVersion) -> list[Finding]:
    """A promotion that is declared after itself by way of others has no base."""
    terms: PromotionTerms = parsed(row)
    after = {other.key: set(parsed(other).after) for other in promotion_rows(row.effective_from)}
    after[row.key] = set(terms.after)
    around = order.circle(after)
    if row.key not in around:
        return []
    text = _("The order goes in a circle: %(way)s.") % {"way": " → ".join(around)}
    return [Finding("error", "circle", text, "after")]


@guard(PROMOTION.code)
def must_name_what_exists(row: PolicyVersion) -> list[Finding]:
    """A code nobody bears gives nothing, and nobody would notice."""
    terms: PromotionTerms = parsed(row)
    named = [
        *terms.products,
        *terms.without,
        *(part.product for part in terms.parts),
        *([terms.gift] if terms.gift else []),
    ]
    products, groups = goods.ids_by_code(named), {each.code for each in goods.categories()}
    deals = {other.key for other in promotion_rows(row.effective_from)} | {row.key}
    found = [
        _unknown("products", _("There is no product %(code)s."), code) for code in named if code not in products
    ]
    found += [_unknown("categories", _("There is no product group %(code)s."), code) for code in terms.categories if code not in groups]  # fmt: skip
    for field in ("after", "not_with"):
        text = _("There is no promotion %(code)s on those days.")
        found += [Finding("warning", "unknown", text % {"code": code}, field) for code in getattr(terms, field) if code not in deals]  # fmt: skip
    return found


def _unknown(field: str, text: object, code: str) -> Finding:
    return Finding("error", "unknown", text % {"code": code}, field)  # type: ignore[operator]


@guard(TERMS.code)
def must_name_goods_that_exist(row: PolicyVersion) -> list[Finding]:
    """The same of level discounts."""
    terms: Terms = parsed(row)
    named = [code for each in terms.rows for code in each.products]
    groups = {each.code for each in goods.categories()}
    products = goods.ids_by_code(named)
    found = [_unknown("rows", _("There is no product %(code)s."), code) for code in named if code not in products]
    wrong = [code for each in terms.rows for code in each.categories if code not in groups]
    return found + [_unknown("rows", _("There is no product group %(code)s."), code) for code in wrong]


@guard(PROMOTION.code)
def must_end_some_day(row: PolicyVersion) -> list[Finding]:
    """A promotion without an end, cap and budget is a price list that nobody reads."""
    if row.effective_to is not None or parsed(row).limited:
        return []
    return [Finding("warning", "endless", _("It never ends, and nothing limits it."), "to")]


@guard(PROMOTION.code)
def must_not_give_more_than_is_bought(row: PolicyVersion) -> list[Finding]:
    """A gift that costs more than the goods that earn it, by today's list, is an error; more than half a warning."""
    terms: PromotionTerms = parsed(row)
    worth = gift_share(terms, row.effective_from)
    if worth is None or worth <= Fraction(1, 2):
        return []
    said = {"share": f"{float(worth) * 100:.0f} %"}
    if worth > 1:
        return [Finding("error", "dear", _("The gift costs %(share)s of the goods that earn it.") % said, "gift")]
    return [Finding("warning", "rich", _("The gift costs %(share)s of the goods that earn it.") % said, "gift")]


def gift_share(terms: PromotionTerms, on: date) -> Fraction | None:
    """What the gift costs as a part of the goods that earn it, where both can be said by the network's list; the worst of
    all currencies it holds for."""
    if terms.reward != "gift":
        return None
    bought = [part.product for part in terms.parts] or terms.products
    named = [*bought, *([terms.gift] if terms.gift else [])]
    ids = goods.ids_by_code(named)
    packs = goods.packs(ids.values())
    sizes = {code: packs[pk] | {"": 1} for code, pk in ids.items()}
    lists = _unit_prices(named, on, terms.currency)
    shares = [_share(terms, bought, held, sizes) for held in lists.values()]
    return max((share for share in shares if share is not None), default=None)


Sizes = dict[str, dict[str, int]]


def _priced(held: dict[str, Fraction], sizes: Sizes, code: str, unit: str) -> Fraction | None:
    """What a unit of a product costs; None where that cannot be said."""
    price, size = held.get(code), sizes.get(code, {}).get(unit)
    return None if price is None or size is None else price * size


def _share(
    terms: PromotionTerms, bought: Sequence[str], held: dict[str, Fraction], sizes: Sizes
) -> Fraction | None:
    gift = terms.gift or (bought[0] if bought else "")
    cost = _priced(held, sizes, gift, terms.gift_unit or (terms.unit if not terms.gift else ""))
    if cost is None:
        return None
    if terms.form == "bundle":
        parts = [(_priced(held, sizes, part.product, terms.unit), part.quantity) for part in terms.parts]
        whole = sum((price * count for price, count in parts if price is not None), Fraction(0))
        return (
            cost * int(terms.rate) / whole if whole and all(price is not None for price, _count in parts) else None
        )
    buys = (
        [(terms.buy, Decimal(terms.get))] if terms.form == "buy_get" else [(s.start, s.rate) for s in terms.steps]
    )
    units = [price for code in bought if (price := _priced(held, sizes, code, terms.unit)) is not None]
    each = Fraction(1) if terms.basis == "value" else min(units, default=Fraction(0))
    shares = [
        cost * Fraction(count) / (each * Fraction(start)) for start, count in buys if count and start and each
    ]
    return max(shares, default=None)


def _unit_prices(codes: Sequence[str], on: date, currency: str) -> dict[str, dict[str, Fraction]]:
    """By currency what a base unit costs by the network's dealer (else list) prices, in major units."""
    rows = Price.objects.filter(
        holds_on(on), product__code__in=codes, scope_kind="network", kind__in=("list", "dealer")
    )
    rows = rows.filter(currency=currency) if currency else rows
    picked = ("currency", "product__code", "price", "per")
    found: dict[str, dict[str, Fraction]] = {}
    for money, code, price, per in (
        standing(rows).order_by("-kind", "valid_from", "-min_quantity").values_list(*picked)
    ):
        found.setdefault(money, {})[code] = Fraction(price) / per  # dealer after list, one piece after many
    return found
