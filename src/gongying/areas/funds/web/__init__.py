"""Pages of funds and claims."""

from collections.abc import Iterator
from typing import Any

from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.core.actor import Actor
from gongying.core.doors import words
from gongying.core.ui import links, nav, search, todo
from gongying.core.words import pick

from .. import queries
from . import budgets, claims, commitments, relief, reports, shared
from . import policies as policies

urlpatterns = [
    path("", budgets.board, name="board"),
    path("mine/", budgets.mine, name="mine"),
    path("fund/<slug:fund>/", budgets.fund, name="fund"),
    path("commitments/", commitments.commitments, name="commitments"),
    path("commitments/new/", commitments.ask, name="ask"),
    path("commitments/<int:commitment_id>/", commitments.commitment, name="commitment"),
    path("commitments/<int:commitment_id>/claim/", claims.submit, name="submit"),
    path("claims/", claims.claims, name="claims"),
    path("claims/pay/", claims.pay, name="pay"),
    path("claims/pass/", claims.pass_light, name="pass"),
    path("claims/<int:claim_id>/", claims.claim, name="claim"),
    path("proofs/<int:proof_id>/", claims.proof, name="proof"),
    path("appeals/<int:appeal_id>/file/", claims.appeal_file, name="appeal_file"),
    path("ageing/", reports.ageing, name="ageing"),
    path("effects/", reports.effects, name="effects"),
    path("protection/", relief.protection, name="protection"),
    path("protection/<int:relief_id>/", relief.relief, name="relief"),
    path("debits/", relief.debits, name="debits"),
    path("debits/new/", relief.ask_debit, name="ask_debit"),
    path("debits/<int:agreement_id>/", relief.debit, name="debit"),
]


def _waiting(actor: Actor) -> Iterator[Any]:
    """What waits: requests, claims, payments and appeals for head office; what runs out for a distributor."""
    if not actor.can("funds.view"):
        return
    if shared.own(actor) is not None:
        today = timezone.localdate()
        rows = queries.commitments(actor).filter(state="approved", submit_by__gte=today)
        soon = [
            row for row in rows if (row.submit_by - today).days <= 14 and row.start <= today and queries.free(row)
        ]
        note = _("The money goes back to the fund when nobody claims it.")
        yield todo.Todo(_("activities to claim soon"), len(soon), "/funds/mine/", "camera", "warn", note)
        return
    waits = queries.waiting(actor)
    if actor.can("funds.commit"):
        yield todo.Todo(_("activities to decide"), waits["requests"], "/funds/commitments/?state=requested", "gift")
    if actor.can("funds.approve"):
        yield todo.Todo(
            _("claims to look at"), waits["sampled"], "/funds/claims/?state=submitted&look=yes", "camera", "warn"
        )
        yield todo.Todo(
            _("claims that were not drawn"), waits["light"], "/funds/claims/?state=submitted&look=no", "check"
        )
    if actor.can("funds.pay"):
        yield todo.Todo(_("claims to pay"), waits["unpaid"], "/funds/claims/?state=approved", "wallet")
    if actor.can("funds.rule"):
        yield todo.Todo(_("appeals on claims"), waits["appeals"], "/funds/claims/?appeal=open", "alert", "warn")
    if actor.can("funds.settle"):
        count = queries.reliefs(actor).filter(state="proposed").exclude(made_by=actor.name).count()
        yield todo.Todo(_("credits by formula to decide"), count, "/funds/protection/?state=proposed", "calc")


def _found(actor: Actor, wanted: str) -> Iterator[search.Hit]:
    """Activities and claims by number or title, for the palette."""
    if not actor.can("funds.view"):
        return
    rows = queries.commitments(actor)
    for row in (rows.filter(number__icontains=wanted) | rows.filter(title__icontains=wanted))[: search.MOST]:
        name = pick(row.party.name, row.party.name_en)
        yield search.Hit(_("Activities"), row.title, links.to("commitment", row.pk), "gift", f"{row.number} {name}")
    for made in queries.claims(actor).filter(number__icontains=wanted)[: search.MOST]:
        yield search.Hit(_("Claims"), made.number, links.to("fund_claim", made.pk), "camera", made.commitment.title)


todo.register(_waiting)
search.register(_found)
links.home("commitment", "funds:commitment")
links.home("fund_claim", "funds:claim")
links.home("relief", "funds:relief")
links.home("debit", "funds:debit")
links.home("fund", "funds:fund")
nav.register(
    nav.NavItem(_("Funds & claims"), "/funds/", "funds.view_funds", 44, "rewards", "wallet", portal=False),
    nav.NavItem(_("Claim desk"), "/funds/claims/", "funds.view_funds", 45, "rewards", "camera", portal=False, under="/funds/"),
    nav.NavItem(_("Activities"), "/funds/commitments/", "funds.view_funds", 46, "rewards", "gift", portal=False, under="/funds/"),
    nav.NavItem(_("Ageing of funds"), "/funds/ageing/", "funds.view_funds", 47, "rewards", "clock", portal=False, under="/funds/"),
    nav.NavItem(_("What funds bring"), "/funds/effects/", "funds.view_funds", 48, "rewards", "chart", portal=False, under="/funds/"),
    nav.NavItem(_("Price protection"), "/funds/protection/", "funds.view_funds", 49, "rewards", "calc", portal=False, under="/funds/"),
    nav.NavItem(_("Ship and debit"), "/funds/debits/", "funds.view_funds", 50, "rewards", "tag", portal=False, under="/funds/"),
    nav.NavItem(_("Market funds"), "/funds/mine/", "funds.own", 44, "rewards", "wallet"),
)  # fmt: skip
words(
    "funds",
    _("Funds & claims"),
    {
        "view": _("Read activities and claims of one's own scope"),
        "own": _("Read what one's own company has of funds"),
        "view_funds": _("Read funds, ageing and effects"),
        "grant": _("Give a distributor money of a fund"),
        "budget": _("Put money into funds, let them accrue"),
        "request": _("Ask for money of a fund"),
        "commit": _("Decide on requests"),
        "close": _("Close activities; unused money goes back"),
        "claim": _("Claim costs with proofs, and appeal"),
        "approve": _("Decide on claims"),
        "pay": _("Pay claims to rebate accounts"),
        "rule": _("Rule on appeals"),
        "protect": _("Draw price protection"),
        "settle": _("Decide on price protection, ship and debit"),
    },
)
