"""Pages of channel data: reporting, declaring, checking, trust."""

from collections.abc import Iterator

from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.core.actor import Actor
from gongying.core.doors import words
from gongying.core.ui import badges, links, nav, todo
from gongying.core.ui.templatetags.ui import TONES

from .. import queries
from . import checking, declaring, evidence, selling, trusting
from . import policies as policies

__all__ = ["urlpatterns"]


def _waiting(actor: Actor) -> Iterator[todo.Todo]:
    """What a distributor has to hand in and count, and what head office has to look at."""
    if not actor.can("channel.view"):
        return
    today = timezone.localdate()
    own = selling.own_party(actor)
    waits = queries.waiting(actor, today)
    if own is not None:
        late = [
            each for each in queries.asked_of(actor, own, today) if each.state in ("undeclared", "late", "returned")
        ]
        soon = [each for each in queries.asked_of(actor, own, today, back=1) if each.state in ("due", "draft")]
        note = _("Count what is there; the rest is filled in.")
        yield todo.Todo(_("stock declarations that are late"), len(late), "/channel/mine/", "box", "bad", note)
        yield todo.Todo(_("stock declarations that are due"), len(soon), "/channel/mine/", "box", "", note)
        yield todo.Todo(
            _("spot counts to make"), waits.samples, "/channel/samples/?state=unchecked", "search", "warn"
        )
        return
    if actor.can("channel.accept"):
        late_ones, sent = queries.unsettled(actor, today)
        yield todo.Todo(_("stock declarations missing"), late_ones, "/channel/?state=undeclared", "box", "warn")
        yield todo.Todo(_("stock declarations to look at"), sent, "/channel/?state=submitted", "box")
        yield todo.Todo(
            _("differences of counts that grow old"), waits.old, "/channel/differences/?state=open", "alert", "warn"
        )
    if actor.can("channel.rule"):
        yield todo.Todo(
            _("objections to channel data to rule on"), waits.objections, "/channel/objections/?state=open", "alert"
        )


urlpatterns = [
    path("", declaring.board, name="board"),
    path("mine/", declaring.mine, name="mine"),
    path("sales/", selling.sales, name="sales"),
    path("sales/new/", selling.sell, name="sell"),
    path("declarations/<int:declaration_id>/", declaring.declaration, name="declaration"),
    path("declarations/<int:declaration_id>/papers/", declaring.papers, name="papers"),
    path("compare/", declaring.compare, name="compare"),
    path("differences/", checking.differences, name="differences"),
    path("differences/<int:difference_id>/", checking.difference, name="difference"),
    path("objections/", checking.objections, name="objections"),
    path("objections/new/", checking.new_objection, name="new_objection"),
    path("objections/<int:objection_id>/", checking.objection, name="objection"),
    path("samples/", checking.samples, name="samples"),
    path("samples/<int:sample_id>/", checking.sample, name="sample"),
    path("trust/", trusting.trust, name="trust"),
    path("trust/<int:party_id>/", trusting.trust_of, name="trust_of"),
    path("files/<int:evidence_id>/", evidence.evidence, name="evidence"),
]
# How the states of this area look; the words are in its catalogue.
TONES["bad"].update({"undeclared", "annulled"})
TONES["wait"].update({"due", "unchecked", "explained"})
TONES["good"].add("checked")
todo.register(_waiting)
badges.register("party", trusting.badge)
links.home("trust", "channel:trust_of")
links.home("declaration", "channel:declaration")
nav.register(
    nav.NavItem(_("Channel data"), "/channel/", "channel.view", 62, "data", "box"),
    nav.NavItem(_("Trust grades"), "/channel/trust/", "channel.view", 63, "data", "shield", under="/channel/"),
)
words(
    "channel",
    _("Channel data"),
    {
        "view": _("Read declarations, reported sales, differences and trust grades of one's own scope"),
        "report": _("Report sales"),
        "declare": _("Count and hand in stock declarations"),
        "accept": _("Accept declarations or hand them back, look after differences"),
        "explain": _("Say why a count differs"),
        "object": _("Object to figures, and answer objections"),
        "rule": _("Rule on objections to channel data"),
        "sample": _("Draw spot counts"),
        "count": _("Make spot counts"),
        "grade": _("Grade how far reported figures may be believed"),
        "remind": _("Remind distributors of declarations"),
        "compare": _("Compare reported with calculated stock over many distributors"),
    },
)
