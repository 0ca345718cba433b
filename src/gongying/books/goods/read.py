"""The only readers of products."""

from collections.abc import Iterable

from django.db.models import QuerySet

from gongying.core.words import pick

from .models import Category, Product


def products() -> QuerySet[Product]:
    """All products by code; everybody in the network sees the range."""
    return Product.objects.select_related("category").order_by("code")


def ids_by_code(codes: Iterable[str]) -> dict[str, int]:
    """Product ids of codes."""
    return dict(Product.objects.filter(code__in=set(codes)).values_list("code", "id"))


def all_ids() -> dict[str, int]:
    """The ids of all products by code."""
    return dict(Product.objects.values_list("code", "id"))


def categories() -> QuerySet[Category]:
    """All product groups by code."""
    return Category.objects.order_by("code")


def category_choices() -> list[tuple[str, str]]:
    """(code, name in the reader's language) of every product group."""
    return [(each.code, pick(each.name, each.name_en)) for each in categories()]
