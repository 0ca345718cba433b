"""Pages of the warehouse: stock of the house, its papers, counts, sites, recalls, and what distributors hold."""

from typing import Any

from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.core.actor import Actor
from gongying.core.doors import PORTAL, words
from gongying.core.ui import links, nav, search, todo

from .. import queries
from . import counts, holders, papers, recalls, shelves, sites
from . import policies as policies

urlpatterns = [
    path("", shelves.stock, name="stock"),
    path("lots/", shelves.lots, name="lots"),
    path("ageing/", shelves.ageing, name="ageing"),
    path("products/<int:product_id>/", shelves.card, name="card"),
    path("slips/", papers.slips, name="slips"),
    path("slips/<int:slip_id>/", papers.slip, name="slip"),
    path("slips/<int:slip_id>/decide/", papers.decide, name="decide"),
    path("receive/", papers.receive, name="receive"),
    path("move/", papers.move, name="move"),
    path("adjust/", papers.adjust, name="adjust"),
    path("block/", papers.block, name="block"),
    path("counts/", counts.counts, name="counts"),
    path("counts/<int:count_id>/", counts.count, name="count"),
    path("counts/<int:count_id>/decide/", counts.settle, name="settle"),
    path("sites/", sites.sites, name="sites"),
    path("sites/<int:site_id>/", sites.site, name="site"),
    path("recalls/", recalls.recalls, name="recalls"),
    path("recalls/<int:recall_id>/", recalls.recall, name="recall"),
    path("recalls/<int:recall_id>/decide/", recalls.close, name="close"),
    path("notices/", recalls.notices, name="notices"),
    path("notices/<int:notice_id>/", recalls.notice, name="notice"),
    path("distributors/", holders.holders, name="holders"),
    path("distributors/<int:party_id>/", holders.holder, name="holder"),
    path("mine/", holders.mine, name="mine"),
]


def _waiting(actor: Actor) -> Any:
    """Adjustments and counts of others, lots that have expired, recalls without an answer."""
    approves, keeps = actor.can("warehouse.approve"), actor.can("warehouse.keep") and actor.whole_network
    held = queries.waiting(actor, timezone.localdate(), approves=approves, keeps=keeps)
    note = _("They were submitted by somebody else.")
    slips, counted = "/warehouse/slips/?state=pending", "/warehouse/counts/?state=submitted"
    yield todo.Todo(_("stock adjustments to approve"), held["slips"], slips, "warehouse", "warn", note)
    yield todo.Todo(_("stock counts to post"), held["counts"], counted, "warehouse", "warn", note)
    yield todo.Todo(_("expired lots to block"), held["expired"], "/warehouse/lots/?horizon=expired", "alert", "bad")
    if actor.role in PORTAL and actor.can("warehouse.answer"):
        told = _("Stop selling these lots at once and say what became of them.")
        yield todo.Todo(
            _("recalls to answer"), queries.open_for(actor), "/warehouse/notices/", "alert", "bad", told
        )


def _found(actor: Actor, text: str) -> Any:
    """Products for the palette: their stock card."""
    if actor.can("warehouse.view"):
        for product in shelves.named(text):
            yield search.Hit(
                _("Stock"),
                f"{product.code} {shelves.name_of(product)}",
                f"/warehouse/products/{product.pk}/",
                "box",
            )


todo.register(_waiting)
search.register(_found)
links.home("stock_card", "warehouse:card")
links.home("party_stock", "warehouse:holder")
links.home("recall", "warehouse:recall")
nav.register(
    nav.NavItem(_("Warehouse"), "/warehouse/", "warehouse.view", 34, "stock", "warehouse", portal=False),
    nav.NavItem(_("Distributor stock"), "/warehouse/distributors/", "warehouse.holders", 35, "stock", "box", portal=False),
    nav.NavItem(_("Recalls"), "/warehouse/recalls/", "warehouse.trace", 36, "stock", "alert", portal=False),
    nav.NavItem(_("My stock"), "/warehouse/mine/", "warehouse.portal", 35, "stock", "box"),
    nav.NavItem(_("Recalls"), "/warehouse/notices/", "warehouse.portal", 36, "stock", "alert"),
)  # fmt: skip
words(
    "warehouse",
    _("Warehouse"),
    {
        "view": _("See the stock of the house"),
        "keep": _("Receive, move, adjust and count stock"),
        "approve": _("Approve stock adjustments and counts of others"),
        "sites": _("Open and change sites"),
        "held": _("See the stock of a distributor"),
        "holders": _("See who holds how much, and how old it is"),
        "trace": _("Read recalls and trace lots"),
        "recall": _("Open and close recalls"),
        "answer": _("Answer recalls"),
        "portal": _("See one's own stock and recalls in the portal"),
    },
)
