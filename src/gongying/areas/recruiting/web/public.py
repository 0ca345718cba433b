"""The pages without a log-in: join a campaign, one's own application, a referee's questions.

Nobody who opens them is known. A campaign's token is printed everywhere; the secret of an application or a reference is in one
link only, and whoever has it may do that one thing. Forms are counted by address, files are small, and an answer never says more
of anybody than the page itself.
"""

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters

from gongying.core.actor import Actor
from gongying.core.files import shelf
from gongying.core.keys import addresses
from gongying.core.refusal import Refused
from gongying.core.ui import flow
from gongying.core.words import pick

from .. import actions, queries
from ..models import Application
from ..rules import CHANNELS, FEEDS, PARTNERS, QUESTIONS, RELATIONS, SYSTEMS, complete
from ..rules.profile import shown
from .applications import PATH
from .shared import STATE_WORDS, whole_of

LARGEST = 5 * 1024 * 1024
REFEREES = 3
NUMBERS = (
    ("founded", _("Founded in"), True), ("people", _("Number of people"), True), ("sellers", _("Of them in sales"), False),
    ("outlets", _("Outlets you serve"), True), ("sales", _("Sales of last year, in yuan"), True),
    ("warehouse_m2", _("Warehouse, in square metres"), True), ("warehouse_units", _("Pieces it holds"), False),
    ("vehicles", _("Vehicles"), False), ("engineers", _("Service engineers"), False),
    ("response_hours", _("Hours until you answer a customer"), False), ("service_days", _("Service days a week"), False),
)  # fmt: skip
View = Callable[..., HttpResponse]


def _somebody() -> Actor:
    """Who applies: may do that and nothing else."""
    return Actor("applicant", may=frozenset({"recruiting.apply"}), language=get_language() or "zh-hans")


def _address(request: HttpRequest) -> str:
    """The address a form came from, as it is kept: nobody reads it back without the installation's secret."""
    return hashlib.sha256(f"{settings.SECRET_KEY}/{addresses.of(request)}".encode()).hexdigest()


def _counted(view: View) -> View:
    """Count forms by address; too many are answered with 429."""

    @sensitive_post_parameters()
    @wraps(view)
    def door(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "POST":
            address = _address(request)
            if queries.throttled(address, timezone.now()):
                no = Refused(_("Too many forms within an hour."), remedy=_("Try again in an hour."))
                return render(request, "ui/refused.html", {"no": no}, status=429)
            actions.knock(_somebody(), address=address)
        return view(request, *args, **kwargs)

    return door


@_counted
def join(request: HttpRequest, token: str) -> HttpResponse:
    """What is offered, and the short form of who is interested."""
    row, error = queries.of_token(token), None
    names = ("company", "region", "name", "phone", "email")
    typed = {name: request.POST.get(name, "").replace("\0", "") for name in names}
    source = "qr" if request.GET.get("by") == "qr" else "link"
    if request.method == "POST":
        try:
            if request.POST.get("website"):  # no person sees this field
                raise Refused(_("This campaign takes no applications any more."), code="closed")
            agreed = request.POST.get("consent") == "1"
            secret = actions.apply(_somebody(), token=token, consent=agreed, source=source, **typed)
            return redirect("recruiting:mine", secret=secret)
        except Refused as no:
            error = no
    today = timezone.localdate()
    rules, _version = queries.rules(today)
    context = {
        "row": row, "name": pick(row.name, row.name_en), "text": pick(row.text, row.text_en),
        "place": pick(row.region.name, row.region.name_en), "channel": shown(CHANNELS, row.channel),
        "partner": shown(PARTNERS, row.partner_type), "open": queries.open_now(row, today), "typed": typed, "error": error,
        "regions": queries.regions_for(row), "consent": pick(rules.consent, rules.consent_en), "keep": rules.keep_days,
    }  # fmt: skip
    return render(request, "recruiting/join.html", context, status=409 if error else 200)


@_counted
def mine(request: HttpRequest, secret: str) -> HttpResponse:
    """One's own application: fill it in, send a sample of sales, hand it in, see where it stands, withdraw."""
    row, error, done = queries.of_secret(secret), None, ""
    if request.method == "POST":
        try:
            done = _act(request, row, secret)
            row = queries.of_secret(secret)
        except Refused as no:
            error = no
    profile = queries.profile(row)
    typed = request.POST if error and request.POST.get("what") == "fill" else None
    context = {
        "row": row,
        "state": STATE_WORDS[row.state],
        "path": flow.path_of(PATH, row.state if row.state in dict(PATH) else "decision", stopped=_ended(row)),
        "campaign": pick(row.campaign.name, row.campaign.name_en),
        "error": error,
        "done": done,
        "editable": row.state == "lead",
        "withdrawable": row.state not in ("accepted", "rejected", "withdrawn"),
        "numbers": [(n, w, must, _shown(typed, n, getattr(profile, n))) for n, w, must in NUMBERS],
        "uscc": _shown(typed, "uscc", row.uscc),
        "brands": _shown(typed, "brands", "\n".join(profile.brands)),
        "accounts": _shown(typed, "accounts", "\n".join(profile.accounts)),
        "plan": _shown(typed, "plan", profile.plan),
        "chosen": {"system": profile.system, "feed": profile.feed, "channel": row.channel},
        "systems": SYSTEMS,
        "feeds": FEEDS,
        "channels": CHANNELS,
        "relations": RELATIONS,
        "referees": _referees(request if typed is not None else None, row),
        "ready": queries.readiness(row),
        "lacking": complete(bool(row.uscc), profile),
        "conditions": row.conditions if row.state == "conditional" else "",
    }
    return render(request, "recruiting/mine.html", context, status=409 if error else 200)


def _ended(row: Application) -> Any:
    return STATE_WORDS[row.state] if row.state in ("rejected", "withdrawn") else ""


def _shown(typed: Any, name: str, held: Any) -> Any:
    return typed.get(name, "") if typed is not None else "" if held is None else held


def _referees(request: HttpRequest | None, row: Application) -> list[dict[str, Any]]:
    """The rows of referees: as typed, or as they are kept."""
    if request is not None:
        return [
            {"n": n} | {k: request.POST.get(f"{k}.{n}", "") for k in ("relation", "firm", "who", "call")}
            for n in range(REFEREES)
        ]
    held = [
        {"relation": r.relation, "firm": r.company, "who": r.name, "call": r.phone}
        for r in row.references.order_by("id")
    ]
    return [{"n": n} | (held[n] if n < len(held) else {}) for n in range(REFEREES)]


def _act(request: HttpRequest, row: Application, secret: str) -> str:
    """What a form of one's own page asks for; says what was done. Raises Refused."""
    actor, what = _somebody(), request.POST.get("what", "")
    if what == "fill":
        _fill(actor, request, secret)
        return "saved"
    if what == "sample":
        _keep(actor, request, secret)
        return "sample"
    if what == "hand_in":
        actions.hand_in(actor, secret=secret)
        return "handed"
    if what == "withdraw":
        actions.take_back(actor, secret=secret)
        return "withdrawn"
    raise Refused(_("Choose one of the list."), code="choice")


def _fill(actor: Actor, request: HttpRequest, secret: str) -> None:
    post = request.POST
    said: dict[str, Any] = {name: whole_of(post.get(name, ""), name) for name, _words, _must in NUMBERS}
    said |= {name: post.get(name, "none") for name in ("system", "feed")}
    said |= {name: actions.texts(post.get(name, ""), 20) for name in ("brands", "accounts")}
    said["plan"] = post.get("plan", "").replace("\0", "").strip()
    referees = [
        [post.get(f"{k}.{n}", "").replace("\0", "") for k in ("relation", "firm", "who", "call")]
        for n in range(REFEREES)
    ]
    actions.fill(
        actor,
        secret=secret,
        uscc=post.get("uscc", ""),
        channel=post.get("channel", ""),
        said=said,
        referees=referees,
    )


def _keep(actor: Actor, request: HttpRequest, secret: str) -> None:
    sent = request.FILES.get("file")
    if sent is None:
        raise Refused(_("Choose a file first."), field="file")
    if (sent.size or 0) > LARGEST:
        raise Refused(
            _("The file is larger than 5 MB."), field="file", remedy=_("A few months of sales are enough.")
        )
    file = shelf.store(actor, name=sent.name or "sample", chunks=sent.chunks(), purpose="recruiting")
    actions.keep_sample(actor, secret=secret, file_id=file.pk)


@_counted
def reference(request: HttpRequest, secret: str) -> HttpResponse:
    """What a referee is asked, once."""
    held, error = queries.referred(secret), None
    typed = request.POST
    if request.method == "POST":
        try:
            levels = {
                code: int(typed.get(f"level.{code}", "0") or 0)
                for code, _words in QUESTIONS
                if typed.get(f"level.{code}", "").isdecimal()
            }
            actions.answer_reference(
                _somebody(), secret=secret, levels=levels, years=whole_of(typed.get("years", ""), "years", empty=0) or 0,
                again=typed.get("again") == "1", who=typed.get("who", "").replace("\0", ""), text=typed.get("text", "").replace("\0", ""),
            )  # fmt: skip
            return render(request, "recruiting/thanks.html", {"company": held.application.company})
        except Refused as no:
            error = no
    questions = [(code, words, typed.get(f"level.{code}", "")) for code, words in QUESTIONS]
    context = {
        "held": held, "company": held.application.company, "questions": questions, "error": error, "typed": typed,
        "late": held.until is None or timezone.localdate() > held.until,
    }  # fmt: skip
    return render(request, "recruiting/reference.html", context, status=409 if error else 200)
