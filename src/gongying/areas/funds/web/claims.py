"""Claims: the desk, the form with the camera, one claim with its findings beside its proofs."""

import json
from pathlib import PurePath
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from gongying.core.files import shelf
from gongying.core.people.access import same
from gongying.core.refusal import Missing, Refused
from gongying.core.ui import links, typed
from gongying.core.ui.pages import Request, page
from gongying.core.ui.tables import Column, Filter, Table
from gongying.core.ui.templatetags.ui import money
from gongying.core.words import pick

from .. import actions, queries
from ..models import Claim, Proof
from ..rules import CODES
from .shared import PROOF_WORDS, PURPOSE, files_of, own

STATES = ("submitted", "approved", "paid", "rejected", "withdrawn")
RISKS = (("low", _("low")), ("medium", _("medium")), ("high", _("high")))
ROWS = 6  # costs in the form
STEPS: dict[str, Any] = {
    "submitted": _("claim handed in"),
    "approved": _("approved by a person"),
    "passed": _("passed without a look"),
    "rejected": _("turned down"),
    "withdrawn": _("taken back"),
    "paid": _("posted to the rebate account"),
    "appealed": _("appealed"),
    "upheld": _("appeal upheld"),
}


def _table(portal: bool) -> Table:
    today = timezone.localdate()
    kinds = queries.type_names(today)
    return Table(
        "claims",
        [
            Column("number", _("Number"), lambda r: r.number, sort="number", href=lambda r: links.to("fund_claim", r.pk)),
            *([] if portal else [Column("party", _("Distributor"), lambda r: pick(r.party.name, r.party.name_en), sort="party__code")]),
            Column("title", _("What is done"), lambda r: r.commitment.title, sort="commitment__title", phone=portal),
            Column("kind", _("Type"), lambda r: kinds.get(r.commitment.type_code, r.commitment.type_code), sort="commitment__type_code", phone=False),
            Column("claimed", _("Claimed amount"), lambda r: (r.claimed_minor, r.currency), "money", "claimed_minor"),
            Column("approved", _("Approved amount"), lambda r: (r.approved_minor, r.currency), "money", "approved_minor", phone=False),
            *([] if portal else [
                Column("score", _("Risk"), lambda r: r.score, "num", "score", phone=False),
                Column("sampled", _("To look at"), lambda r: _("drawn for a look") if r.sampled else _("not drawn"), sort="sampled", phone=False),
            ]),
            Column("found", _("Findings"), lambda r: r.found, "num", "found", phone=False),
            Column("days", _("Days"), lambda r: queries.age(r, today) if r.state in ("submitted", "approved") else None, "days", phone=False),
            Column("state", _("State"), lambda r: r.state, "state", "state"),
        ],
        sort="-number",
        search=lambda rows, q: rows.filter(number__icontains=q) | rows.filter(party__name__icontains=q) | rows.filter(party__code__icontains=q) | rows.filter(commitment__title__icontains=q),
        filters=[
            Filter("state", _("State"), [(s, _(s)) for s in STATES], lambda rows, v: rows.filter(state=v)),
            Filter("kind", _("Type"), list(kinds.items()), lambda rows, v: rows.filter(commitment__type_code=v)),
            Filter("appeal", _("Appeal"), [("open", _("Open appeals"))], lambda rows, v: rows.filter(appeals__state=v)),
            *([] if portal else [
                Filter("risk", _("Risk"), RISKS, lambda rows, v: rows.filter(risk=v)),
                Filter("look", _("To look at"), [("yes", _("drawn for a look")), ("no", _("not drawn"))], lambda rows, v: rows.filter(sampled=v == "yes")),
                Filter("found", _("Finding"), list(CODES.items()), lambda rows, v: rows.filter(findings__code=v)),
            ]),
        ],
        views=[
            (_("To decide"), "state=submitted&sort=-score" if not portal else "state=submitted"),
            *([] if portal else [(_("Drawn"), "state=submitted&look=yes&sort=-score"), (_("Not drawn"), "state=submitted&look=no")]),
            (_("To pay"), "state=approved"),
            (_("Paid"), "state=paid"),
        ],
        bulk=[] if portal else [(_("Pay"), "/funds/claims/pay/"), (_("Pass what shows nothing wrong"), "/funds/claims/pass/")],
        empty=_("Nothing was claimed yet."),
    )  # fmt: skip


@page(needs="funds.view")
def claims(request: Request) -> HttpResponse:
    """Claims in scope: the desk of head office, a distributor's own."""
    actor = request.actor
    portal = own(actor) is not None
    context = {"portal": portal, "tab": "claims", "waits": {} if portal else queries.waiting(actor)}
    return _table(portal).respond(request, queries.claims(actor), "funds/claims.html", context)


@require_POST
@page(needs="funds.pay")
def pay(request: Request) -> HttpResponse:
    """Pay the chosen claims."""
    chosen = _table(False).chosen(request, queries.claims(request.actor))
    total = actions.pay(request.actor, claim_ids=[row.pk for row in chosen])
    currency = chosen[0].currency
    messages.success(request, say("Paid: %(amount)s.") % {"amount": money(total, currency)})
    return redirect("/funds/claims/?state=approved")


@require_POST
@page(needs="funds.approve")
def pass_light(request: Request) -> HttpResponse:
    """Pass the chosen claims that were not drawn and show nothing wrong."""
    chosen = _table(False).chosen(request, queries.claims(request.actor))
    done = actions.pass_light(request.actor, claim_ids=[row.pk for row in chosen])
    text = ngettext("%(count)s claim passed.", "%(count)s claims passed.", len(done)) % {"count": len(done)}
    messages.success(request, text if done else say("None of them may pass without a look."))
    return redirect("/funds/claims/?state=submitted")


@page(needs="funds.claim")
def submit(request: Request, commitment_id: int) -> HttpResponse:
    """The form that claims: costs with their invoices, proofs from the camera or a file."""
    actor, error = request.actor, None
    row = queries.commitment(actor, commitment_id)
    if request.method == "POST":
        try:
            made = _submit(request, row.pk, row.party_id, row.currency)
            messages.success(request, say("Handed in and checked."))
            return redirect("funds:claim", claim_id=made)
        except Refused as no:
            error = no
    kind = queries.types(timezone.localdate())[0].type_of(row.type_code)
    wanted = set(kind.proofs) if kind else set()
    names = ("text", "amount", "invoice", "invoice_on", "invoice_amount")
    typed = [
        {name: request.POST.get(f"{name}.{n}", "") for name in names} | {"n": n, "shown": n < 1}
        for n in range(ROWS)
    ]  # fmt: skip
    context = {
        "row": row,
        "kind": kind,
        "kind_name": pick(kind.name, kind.name_en) if kind else row.type_code,
        "free": queries.free(row),
        "rows": typed,
        "proofs": [(code, words, code in wanted, code == "photo") for code, words in PROOF_WORDS],
        "note": request.POST.get("note", ""),
        "portal": own(actor) is not None,
        "error": error,
    }
    return render(request, "funds/submit.html", context, status=409 if error else 200)


def _submit(request: Request, commitment_id: int, party_id: int, currency: str) -> int:
    """The claim that was handed in. Raises Refused naming the field."""
    post, lines = request.POST, []
    for n in range(ROWS):
        text, amount = post.get(f"text.{n}", "").strip(), post.get(f"amount.{n}", "").strip()
        if not text and not amount:
            continue
        dated, whole = post.get(f"invoice_on.{n}", ""), post.get(f"invoice_amount.{n}", "").strip()
        lines.append(
            actions.LineIn(
                text,
                typed.money(amount, currency, f"amount.{n}"),
                post.get(f"invoice.{n}", ""),
                typed.day(dated, f"invoice_on.{n}") if dated else None,
                typed.money(whole, currency, f"invoice_amount.{n}") if whole else None,
            )
        )
    if not lines:
        raise Refused(_("Say what each cost was for."), field="text.0")
    proofs = [
        actions.ProofIn(pk, code)
        for code, _words in PROOF_WORDS
        for pk in files_of(request, f"file.{code}", party_id)
    ]
    return actions.submit(
        request.actor, commitment_id=commitment_id, costs=lines, proofs=proofs, note=post.get("note", "")
    )


@page(needs="funds.view")
def claim(request: Request, claim_id: int) -> HttpResponse:
    """One claim: the amounts and how they come about, findings beside proofs, the decision, what happened."""
    actor = request.actor
    row = queries.claim(actor, claim_id)
    error = None
    if request.method == "POST":
        try:
            _act(request, row)
            messages.success(request, say("Saved."))
            return redirect("funds:claim", claim_id=row.pk)
        except Refused as no:
            error = no
    context = {"row": row, "error": error, "posted": request.POST} | _record(request, row)
    return render(request, "funds/claim.html", context, status=409 if error else 200)


def _record(request: Request, row: Claim) -> dict[str, Any]:
    actor, today = request.actor, timezone.localdate()
    portal = own(actor) is not None
    found = queries.findings(actor, row)
    proofs = [
        (each, _is_picture(each), [f for f in found if f.row.proof_id == each.pk])
        for each in row.proofs.for_actor(actor).select_related("file").order_by("id")
    ]
    lines = [
        (each, [f for f in found if f.row.line_id == each.pk]) for each in row.lines.for_actor(actor).order_by("id")
    ]
    types = queries.types_of(row.version_id)
    kind = types.type_of(row.commitment.type_code)
    appeal = queries.appeals(actor).filter(claim=row).order_by("-id").first()
    cut = row.approved_minor is not None and row.approved_minor < row.claimed_minor
    return {
        "portal": portal,
        "kind": pick(kind.name, kind.name_en) if kind else row.commitment.type_code,
        "proofs": proofs,
        "lines": lines,
        "whole": [f for f in found if f.row.proof_id is None and f.row.line_id is None],
        "findings": found,
        "names": CODES,
        "why": json.loads(row.derivation),
        "steps": [(STEPS.get(each.what, each.what), each) for each in row.steps.for_actor(actor).order_by("-id")],
        "may_decide": row.state == "submitted" and actor.can("funds.approve") and not same(actor, row.made_by),
        "may_pay": row.state == "approved" and actor.can("funds.pay"),
        "may_withdraw": row.state == "submitted"
        and actor.can("funds.claim")
        and (portal or same(actor, row.made_by)),
        "may_appeal": cut and actor.can("funds.claim") and (appeal is None or appeal.state != "open"),
        "may_rule": appeal is not None and appeal.state == "open" and actor.can("funds.rule"),
        "appeal": appeal,
        "left": row.claimed_minor - (row.approved_minor or 0),
        "days": (today - row.made_on).days,
        "review_days": types.review_days,
    }


def _is_picture(proof: Proof) -> bool:
    return str(proof.file.content_type).startswith("image/")


def _act(request: Request, row: Claim) -> None:
    actor, post, what = request.actor, request.POST, request.POST.get("what", "")
    answer = post.get("answer", "")
    if what == "approve":
        verdicts = [
            actions.Verdict(
                line.pk,
                typed.money(
                    post.get(f"line-{line.pk}", ""), row.currency, f"line-{line.pk}", empty=line.amount_minor
                ),
                post.get(f"reason-{line.pk}", ""),
            )
            for line in row.lines.for_actor(actor).order_by("id")
        ]
        actions.approve(actor, claim_id=row.pk, lines=verdicts, answer=answer)
    elif what == "reject":
        actions.reject(actor, claim_id=row.pk, answer=answer)
    elif what == "pay":
        actions.pay(actor, claim_ids=[row.pk])
    elif what == "appeal":
        files = files_of(request, "file", row.party_id)
        actions.appeal(actor, claim_id=row.pk, reason=answer, file_id=files[0] if files else None)
    elif what == "rule":
        asked = queries.appeals(actor).filter(claim=row, state="open").first()
        if asked is None:
            raise Refused(_("This was already decided."), code="decided")
        granted = typed.money(post.get("granted", ""), row.currency, "granted_minor", empty=0)
        actions.rule(
            actor, appeal_id=asked.pk, verdict=post.get("verdict", ""), answer=answer, granted_minor=granted
        )
    else:
        actions.withdraw(actor, claim_id=row.pk)


@page(needs="funds.view")
def proof(request: Request, proof_id: int) -> HttpResponse:
    """A proof as it was sent: pictures are shown, the rest is saved."""
    return _sent(queries.proof(request.actor, proof_id).file)


@page(needs="funds.view")
def appeal_file(request: Request, appeal_id: int) -> HttpResponse:
    """The file that came with an appeal."""
    found = queries.appeal(request.actor, appeal_id)
    if found.file is None:
        raise Missing("no file")
    return _sent(found.file)


def _sent(file: Any) -> HttpResponse:
    place = shelf.path_of(file)
    if file.purpose != PURPOSE or not place.exists():
        raise Missing("no such file")
    answer = HttpResponse(place.read_bytes(), content_type=file.content_type)
    shown = "inline" if file.content_type.startswith("image/") else "attachment"
    answer["Content-Disposition"] = f'{shown}; filename="proof-{file.pk}{PurePath(file.name).suffix.lower()[:6]}"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
