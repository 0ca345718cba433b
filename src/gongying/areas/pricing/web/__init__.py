"""Pages of pricing: the book, the waterfall, promotions, special prices, and what a distributor sees of it."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Q
from django.urls import path
from django.utils.translation import gettext_lazy as _

from gongying.core.actor import Actor
from gongying.core.doors import words
from gongying.core.ui import links, nav, search, todo
from gongying.core.words import pick

from .. import queries
from . import book, editor, promotions, sheet, specials, terms, waterfall

urlpatterns = [
    path("", book.prices, name="book"),
    path("waterfall/", waterfall.waterfall, name="waterfall"),
    path("mine/", sheet.mine, name="mine"),
    path("distributors/<int:party_id>/", sheet.distributor, name="distributor"),
    path("promotions/", promotions.promotions, name="promotions"),
    path("promotions/new/", editor.edit, name="new"),
    path("promotions/preview/", editor.preview, name="preview"),
    path("promotions/<int:promotion_id>/", promotions.promotion, name="promotion"),
    path("promotions/<int:promotion_id>/edit/", editor.edit, name="edit"),
    path("promotions/<int:promotion_id>/uses/", promotions.uses, name="uses"),
    path("promotions/<int:promotion_id>/replay/", promotions.replay, name="replay"),
    path("levels/", terms.terms, name="terms"),
    path("specials/", specials.specials, name="specials"),
    path("specials/new/", specials.ask, name="ask"),
    path("specials/<int:special_id>/", specials.special, name="special"),
]


def _waiting(actor: Actor) -> Iterator[Any]:
    """Requests for special prices that somebody else made."""
    if actor.can("pricing.approve"):
        count = queries.specials(actor).filter(state="submitted").exclude(made_by=actor.name).count()
        note = _("They were asked by somebody else.")
        yield todo.Todo(
            _("special prices to decide"), count, "/pricing/specials/?state=submitted", "tag", "warn", note
        )


def _found(actor: Actor, wanted: str) -> Iterator[search.Hit]:
    """Promotions by title or key, special prices by number, for the palette."""
    if actor.can("pricing.performance"):
        rows = queries.visible_rows(actor)
        rows = rows.filter(Q(title__icontains=wanted) | Q(title_en__icontains=wanted) | Q(key__icontains=wanted))
        for row in rows[: search.MOST]:
            title = pick(row.title, row.title_en)
            yield search.Hit(
                _("Promotions"), title, links.to("promotion", row.pk), "percent", f"{row.key} v{row.version}"
            )
    if actor.can("pricing.view"):
        for asked in queries.specials(actor).filter(number__icontains=wanted)[: search.MOST]:
            name = pick(asked.party.name, asked.party.name_en)
            yield search.Hit(_("Special prices"), asked.number, links.to("special", asked.pk), "star", name)


todo.register(_waiting)
search.register(_found)
links.home("promotion", "pricing:promotion")
links.home("draft prices.promotion", "pricing:new")
links.home("draft prices.terms", "pricing:terms")
links.home("special", "pricing:special")
links.home("price_sheet", "pricing:distributor")
nav.register(
    nav.NavItem(_("Price book"), "/pricing/", "pricing.performance", 30, "prices", "tag", portal=False),
    nav.NavItem(
        _("Promotions"), "/pricing/promotions/", "pricing.performance", 31, "prices", "percent", portal=False
    ),
    nav.NavItem(_("Special prices"), "/pricing/specials/", "pricing.view", 32, "prices", "star"),
    nav.NavItem(_("Prices"), "/pricing/mine/", "pricing.own", 30, "prices", "tag"),
)
words(
    "pricing",
    _("Pricing"),
    {
        "view": _("Read prices, and what a basket costs"),
        "own": _("Read one's own prices and promotions"),
        "performance": _("Read promotions and what they cost"),
        "replay": _("Try promotions on the past"),
        "request": _("Ask for special prices"),
        "approve": _("Decide on special prices, and end them"),
    },
)
