"""Draw an allocation of scarce goods from the back-orders that wait for them."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.areas.supply import queries as supplied
from gongying.areas.supply.rules import RULE_NAMES, classes_of
from gongying.books.places import read as places
from gongying.core.refusal import Forbidden, Refused
from gongying.core.ui import links
from gongying.core.ui.pages import Request, page

from .. import actions, queries


@page(needs="ordering.allocate")
def share(request: Request) -> HttpResponse:
    """Products that back-orders lack, with what is free: choose some and a rule, and compare what each rule would give."""
    actor, error = request.actor, None
    if not actor.whole_network:
        raise Forbidden("ordering.allocate")
    if request.method == "POST":
        try:
            return redirect(links.to("allocation", _drawn(request)) or "ordering:orders")
        except Refused as no:
            error = no
    terms = supplied.terms(None, timezone.localdate())
    sites = list(places.house_sites("warehouse"))
    wanted = request.POST.get("site") or request.GET.get("site", "")
    site = next((each for each in sites if str(each.pk) == wanted), sites[0] if sites else None)
    rows = queries.scarce(actor, site.pk) if site else []
    chosen = set(request.POST.getlist("product")) if error else {r.product.code for r in rows if r.to_share}
    context = {
        "rows": rows,
        "chosen": chosen,
        "site": site,
        "sites": sites,
        "rules": RULE_NAMES.items(),
        "terms": terms,
        "classes": ", ".join(terms.classes),
        "given": request.POST,
        "error": error,
    }
    return render(request, "ordering/share.html", context, status=409 if error else 200)


def _drawn(request: Request) -> int:
    given = request.POST
    return actions.share_out(
        request.actor,
        products=given.getlist("product"),
        rule=given.get("rule", ""),
        inside=given.get("inside", "") or "max_min",
        classes=classes_of(given.get("classes", "")),
        step=_whole(given.get("step", ""), "step", 1),
        smallest=_whole(given.get("smallest", ""), "smallest", 0),
        title=given.get("title", ""),
        reason=given.get("reason", ""),
        site_id=_whole(given.get("site", ""), "site", 0) or None,
    )


def _whole(text: str, field: str, empty: int) -> int:
    text = text.strip()
    if text and (not text.isdecimal() or len(text) > 12):
        raise Refused(_("Write a whole number of packs, such as 12."), field=field)
    return int(text) if text else empty
