"""Pages of certificates: the list with what expires, what is missing, one certificate, the forms, a distributor's own."""

from collections.abc import Iterator

from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.core.actor import Actor
from gongying.core.doors import PORTAL, words
from gongying.core.ui import links, nav, todo
from gongying.core.ui.templatetags.ui import TONES

from .. import queries
from . import desk, entering, record
from . import policies as policies

__all__ = ["urlpatterns"]

urlpatterns = [
    path("", desk.certificates, name="certificates"),
    path("missing/", desk.missing, name="missing"),
    path("mine/", desk.mine, name="mine"),
    path("new/", entering.enter, name="enter"),
    path("send/", entering.send, name="send"),
    path("<int:certificate_id>/", record.certificate, name="certificate"),
    path("<int:certificate_id>/copy/", record.copy, name="copy"),
]


def _waiting(actor: Actor) -> Iterator[todo.Todo]:
    """What waits to be accepted, and what expires."""
    if not actor.can("certificates.view"):
        return
    found = queries.counts(actor, timezone.localdate())
    outside = actor.role in PORTAL
    home = "/certificates/mine/" if outside else "/certificates/?state=expiring"
    if actor.can("certificates.accept"):
        yield todo.Todo(
            _("certificates to accept"), found["submitted"], "/certificates/?state=submitted", "shield", "warn"
        )
    if outside or actor.can("certificates.desk"):
        note = _("Renew them in time and send the new copy.") if outside else ""
        yield todo.Todo(_("certificates that expire soon"), found["expiring"], home, "clock", "warn", note)


TONES["good"] |= {"valid"}
TONES["wait"] |= {"expiring"}
todo.register(_waiting)
links.home("certificate", "certificates:certificate")
links.home("certificates_of", "certificates:certificates")
links.home("my_certificates", "certificates:mine")
nav.register(
    nav.NavItem(_("Certificates"), "/certificates/", "certificates.desk", 70, "compliance", "shield"),
    nav.NavItem(
        _("Missing certificates"), "/certificates/missing/", "certificates.desk", 71, "compliance", "alert",
        under="/certificates/",
    ),
    nav.NavItem(_("My certificates"), "/certificates/mine/", "certificates.mine", 70, "compliance", "shield"),
)  # fmt: skip
words(
    "certificates",
    _("Certificates"),
    {
        "view": _("Read the certificates of one's own scope"),
        "mine": _("See the own certificates"),
        "desk": _("See everybody's certificates, what expires and what is missing"),
        "record": _("Enter certificates of distributors"),
        "submit": _("Send certificates of one's own company"),
        "accept": _("Accept certificates somebody else entered, or turn them down"),
        "withdraw": _("Withdraw certificates"),
        "remind": _("Remind of certificates that expire"),
    },
)
