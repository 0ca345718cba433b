"""Pages of the shell: the search behind the palette, messages, kept views."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from gongying.core.doors import words
from gongying.core.notices import bell

from . import actions, search, todo
from .listing import page_of
from .pages import Request, page


@page(needs="ui.keep")
def find(request: Request) -> HttpResponse:
    """Hits for the palette, as list items."""
    actor = request.actor
    hits = search.find(actor, request.GET.get("q", ""), _("Pages"))
    return render(request, "ui/_hits.html", {"hits": hits})


@page(needs="ui.keep")
def notices(request: Request) -> HttpResponse:
    """Your messages, newest first; a POST marks them as read."""
    actor = request.actor
    if request.method == "POST":
        actions.read_notices(actor)
        return redirect("ui:notices")
    return render(request, "ui/notices.html", {"page": page_of(request, bell.mine(actor), 25)})


@page(needs="ui.keep")
def todos(request: Request) -> HttpResponse:
    """What waits for you: a page of its own, and the part that a home page fetches after itself, for it asks every area."""
    inside = "ui/_todos.html" if request.headers.get("X-Panel") else "ui/todos.html"
    return render(request, inside, {"todos": todo.todos(request.actor)})


@require_POST
@page(needs="ui.keep")
def keep(request: Request) -> HttpResponse:
    """Keep or drop a view of a list, and go back to it."""
    actor = request.actor
    given = request.POST
    if given.get("drop", "").isdigit():
        actions.drop_view(actor, view_id=int(given["drop"]))
    else:
        actions.save_view(
            actor,
            table=given.get("table", ""),
            name=given.get("name", ""),
            query=given.get("query", ""),
            shared=given.get("shared") == "1",
        )
    back = given.get("back", "/")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()})
    return redirect(back if safe else "/")


urlpatterns = [
    path("find/", find, name="find"),
    path("notices/", notices, name="notices"),
    path("todos/", todos, name="todos"),
    path("views/", keep, name="keep"),
]
words(
    "ui",
    _("Everyday work"),
    {
        "keep": _("Search, keep views, read messages"),
    },
)
