"""The only writer of products."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import ProtectedError
from django.utils.translation import gettext_lazy as _

from gongying.core.actor import Actor
from gongying.core.journal import book
from gongying.core.refusal import Refused

from . import facts
from .models import Category, Pack, Product


@dataclass(frozen=True, slots=True)
class ProductIn:
    """What is known of a product; `case` is the number of base units in a case (0: no case, None: as it is)."""

    code: str
    name: str
    category: str
    category_name: str = ""
    name_en: str = ""
    category_name_en: str = ""
    base_unit: str = "EA"
    case: int | None = None


def products(actor: Actor, rows: Sequence[ProductIn]) -> dict[str, str]:
    """Create or update products by code, with their group and case. Returns the outcome of each code."""
    groups = {group.code: group for group in Category.objects.all()}
    known = {p.code: p for p in Product.objects.filter(code__in=[r.code for r in rows])}
    cases = dict(Pack.objects.filter(code="CS", product__in=known.values()).values_list("product_id", "factor"))
    outcome: dict[str, str] = {}
    for row in rows:
        if row.category not in groups:
            names = {"name": row.category_name or row.category, "name_en": row.category_name_en}
            groups[row.category] = Category.objects.create(code=row.category, **names)
        values = {"name": row.name, "name_en": row.name_en, "base_unit": row.base_unit}
        values["category_id"] = groups[row.category].pk  # type: ignore[assignment]
        product = known.get(row.code)
        if product is None:
            product = known[row.code] = Product.objects.create(code=row.code, **values)
            outcome[row.code] = "created"
        elif any(getattr(product, name) != value for name, value in values.items()):
            for name, value in values.items():
                setattr(product, name, value)
            product.save()
            outcome[row.code] = "updated"
        else:
            outcome.setdefault(row.code, "unchanged")
        if row.case is not None and row.case != cases.get(product.pk, 0):
            _pack(product, row.case)
            cases[product.pk] = row.case
            outcome[row.code] = "updated" if outcome[row.code] == "unchanged" else outcome[row.code]
    changed = sum(state != "unchanged" for state in outcome.values())
    if changed:
        book.record(actor, facts.ProductsPosted(changed))
    return outcome


def _pack(product: Product, case: int) -> None:
    if case:
        Pack.objects.update_or_create(product=product, code="CS", defaults={"factor": case})
    else:
        Pack.objects.filter(product=product, code="CS").delete()


def remove(actor: Actor, codes: Sequence[str]) -> int:
    """Take products back that were entered by mistake. Returns how many. Refuses when one is in use."""
    rows = Product.objects.filter(code__in=codes)
    count = rows.count()
    try:
        rows.delete()
    except ProtectedError as held:
        raise Refused(_("One of these products is in use already."), code="rests") from held
    book.record(actor, facts.ProductsRemoved(count))
    return count
