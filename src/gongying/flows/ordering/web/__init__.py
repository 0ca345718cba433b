"""Pages of ordering: the sheet, orders, one order, the confirmation."""

from collections.abc import Iterator

from django.urls import path
from django.utils.translation import gettext_lazy as _

from gongying.areas.orders import queries as orders
from gongying.core.actor import Actor
from gongying.core.doors import words
from gongying.core.ui import links, nav, search, todo
from gongying.core.ui.templatetags.ui import TONES

from . import giving, lists, record, sharing, sheet

urlpatterns = [
    path("", lists.listing, name="orders"),
    path("board/", lists.board, name="board"),
    path("approve/", lists.approve, name="approve"),
    path("unbilled/", lists.unbilled, name="unbilled"),
    path("free/", giving.free_goods, name="free"),
    path("free/new/", giving.give, name="give"),
    path("share/", sharing.share, name="share"),
    path("allocate/", lists.allocate, name="allocate"),
    path("new/", sheet.new, name="new"),
    path("paste/", sheet.paste, name="paste"),
    path("price/<int:party_id>/", sheet.price, name="price"),
    path("number/<str:number>/", record.numbered, name="numbered"),
    path("<int:order_id>/", record.order, name="order"),
    path("<int:order_id>/sheet/", sheet.sheet, name="sheet"),
    path("<int:order_id>/review/", sheet.review, name="review"),
    path("<int:order_id>/again/", sheet.again, name="again"),
    path("<int:order_id>/amend/", sheet.amend, name="amend"),
    path("<int:order_id>/do/", record.do, name="do"),
    path("<int:order_id>/say/", record.say_it, name="say"),
    path("<int:order_id>/lines/<int:place>/", record.line, name="line"),
    path("<int:order_id>/files/<int:file_id>/", record.file, name="file"),
    path("<int:order_id>/versions/<int:version>/", record.version, name="version"),
]


def _waiting(actor: Actor) -> Iterator[todo.Todo]:
    """Orders that wait for this person."""
    if actor.can("ordering.approve"):
        count = orders.listed(actor).filter(state="submitted").exclude(placed_by=actor.name).order_by().count()
        yield todo.Todo(
            _("orders to approve"),
            count,
            "/ordering/?state=submitted",
            "cart",
            "warn",
            _("They were placed by somebody else."),
        )


def _found(actor: Actor, text: str) -> Iterator[search.Hit]:
    """Orders by number or reference."""
    if actor.can("orders.view") and len(text) >= 3:
        for row in orders.named(actor, text)[: search.MOST]:
            yield search.Hit(_("Orders"), row.number, f"/ordering/{row.pk}/", "cart", row.reference)


TONES["bad"] |= {"on hold"}
TONES["good"] |= {"paid in full"}
todo.register(_waiting)
search.register(_found)
links.home("order", "ordering:order")
links.home("order_number", "ordering:numbered")
links.home("orders", "ordering:orders")
links.home("order_new", "ordering:new")
links.home("order_again", "ordering:again")
nav.register(
    nav.NavItem(_("Place an order"), "/ordering/new/", "ordering.place", 12, "orders", "cart"),
    nav.NavItem(_("Orders"), "/ordering/", "orders.view", 13, "orders", "box"),
    nav.NavItem(_("Goods that cost nothing"), "/ordering/free/", "orders.view", 42, "orders", "gift"),
    nav.NavItem(
        _("Order board"), "/ordering/board/", "orders.view", 41, "orders", "board", portal=False, under="/ordering/"
    ),
)
words(
    "ordering",
    _("Ordering"),
    {
        "place": _("Place orders"),
        "count_history": _("Count orders of the past for programmes"),
        "give": _("Order goods that cost nothing"),
        "approve": _("Approve and turn down orders"),
        "allocate": _("Set goods aside for orders"),
        "substitute": _("Put another product in a line's place"),
        "split": _("Split orders"),
        "ship": _("Ship orders"),
        "deliver": _("Confirm deliveries"),
        "invoice": _("Invoice what was delivered"),
        "inspect": _("Inspect returned goods"),
        "cancel": _("Cancel orders"),
        "amend": _("Amend orders"),
        "close": _("Lay paid orders aside"),
        "apply": _("Let runs of allocation hold"),
        "go_on": _("Go on with orders by itself"),
    },
)
