"""Files of the bank: send one, look at its receipts, take them."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from gongying.books.parties import read as parties
from gongying.core.refusal import Refused
from gongying.core.ui.pages import Request, page
from gongying.core.ui.tables import Column, Table

from .. import actions, queries

LARGEST = 2 * 1024 * 1024
WHY = {
    "name": _("by the name of the payer"),
    "code": _("by the code in the text"),
    "document": _("by the document in the text"),
}
FILES = Table(
    "bank",
    [
        Column("name", _("File"), lambda r: r.name, sort="name", href=lambda r: f"/billing/bank/{r.pk}/"),
        Column("currency", _("Currency"), lambda r: r.currency, sort="currency", phone=False),
        Column("count", _("Receipts"), lambda r: r.count, "num", "count"),
        Column("waiting", _("Waiting"), lambda r: r.waiting, "num", "waiting"),
        Column("by", _("Read by"), lambda r: r.read_by, sort="read_by", phone=False),
        Column("at", _("Read at"), lambda r: r.read_at, "time", "read_at", phone=False),
    ],
    search=lambda rows, q: rows.filter(name__icontains=q),
    empty=_("No file yet. Save the receipts from your bank as CSV and send the file above."),
)


def _text(raw: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Refused(_("The text encoding is not known."), code="encoding", field="file", remedy=_("Save the file as UTF-8 or GB18030 CSV."))  # fmt: skip


@page(needs="billing.receive")
def files(request: Request) -> HttpResponse:
    """Every bank file, and the form that sends one."""
    actor, error = request.actor, None
    if request.method == "POST":
        sent = request.FILES.get("file")
        try:
            if sent is None or sent.size is None or sent.size > LARGEST:
                raise Refused(_("Choose a CSV file of at most 2 MiB."), field="file")
            currency = request.POST.get("currency", "CNY").strip().upper()[:3]
            made = actions.read_bank(actor, name=sent.name or "", text=_text(sent.read()), currency=currency)
            return redirect("billing:bank_file", bank_id=made)
        except Refused as no:
            error = no
    answer = FILES.respond(request, queries.bank_files(actor), "billing/bank.html", {"error": error})
    if error is not None:
        answer.status_code = 409
    return answer


@page(needs="billing.receive")
def file(request: Request, bank_id: int) -> HttpResponse:
    """The receipts of one file with who paid them by the proposal; take those that are ticked, or leave one out."""
    actor, error = request.actor, None
    row = queries.bank_file(bank_id)
    if request.method == "POST":
        try:
            skip = request.POST.get("skip", "")
            if skip.isdecimal():
                actions.skip_line(actor, receipt_id=int(skip))
            else:
                taken = actions.take_lines(actor, bank_id=bank_id, parties_by_line=_chosen(request))
                text = ngettext("%(count)s payment was recorded.", "%(count)s payments were recorded.", taken)
                messages.success(request, text % {"count": taken})
            return redirect("billing:bank_file", bank_id=bank_id)
        except Refused as no:
            error = no
    lines = queries.bank_lines(actor, row)
    context = {
        "row": row,
        "lines": [(line, WHY.get(line.why, "")) for line in lines],
        "waiting": sum(line.state == "waiting" for line in lines),
        "choices": parties.parties(actor)[:2000],
        "error": error,
    }
    return render(request, "billing/bank_file.html", context, status=409 if error else 200)


def _chosen(request: Request) -> dict[int, int]:
    """The distributor of every ticked receipt. Raises Refused naming a row without one."""
    found = {}
    for key in request.POST.getlist("key")[:5000]:
        code = request.POST.get(f"party-{key}", "").strip().split(" ")[0]
        whose = parties.ids_by_code([code]).get(code)
        if not key.isdecimal() or whose is None:
            raise Refused(_("There is no distributor %(code)s.") % {"code": code or "–"}, field=f"party-{key}")
        found[int(key)] = whose
    if not found:
        raise Refused(say("Tick at least one receipt."), field="key")
    return found
