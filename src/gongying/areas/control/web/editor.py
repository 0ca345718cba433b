"""The editor of policies: a form where the kind has one, its parameters as JSON for whoever wants them."""

import json
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _
from pydantic import ValidationError

from gongying.books.goods import read as goods
from gongying.books.parties import read as parties
from gongying.core.policies import editing, forms
from gongying.core.policies import read as policies
from gongying.core.policies.kinds import KINDS, Kind
from gongying.core.policies.models import PolicyVersion
from gongying.core.refusal import Refused
from gongying.core.ui import links
from gongying.core.ui.pages import Request, page

HEAD = ("kind", "key", "title", "title_en", "region", "party", "from", "to")
forms.SOURCES |= {"regions": parties.region_choices, "groups": goods.category_choices}
WIDE = 3  # a table of more columns has the whole width
SPARE = 1  # empty rows below a table, for what comes next


@dataclass(frozen=True)
class Cell:
    """An input: its name, what is asked, what stands in it (`options`: value, words, whether chosen), whether it is wrong."""

    name: str
    id: str
    ask: forms.Ask
    value: Any
    options: list[tuple[str, Any, bool]]
    wrong: bool


@dataclass(frozen=True)
class Grid:
    """A table of inputs."""

    ask: forms.Ask
    id: str
    rows: list[list[Cell]]


@page(needs="policies.draft")
def edit(request: Request, version_id: int = 0) -> HttpResponse:
    """A policy in a form or as its parameters: a new one, a draft, or the next version of a published one."""
    row = policies.version(version_id) if version_id else None
    kind = KINDS.get(row.kind if row else request.POST.get("kind", request.GET.get("kind", "")))
    if kind is None:
        kinds = [
            (code, each.label, code in forms.FORMS, links.to(f"draft {code}", "")) for code, each in KINDS.items()
        ]
        return render(request, "control/kinds.html", {"kinds": sorted(kinds, key=lambda each: str(each[1]))})
    as_json = kind.code not in forms.FORMS or request.GET.get("as") == "json" or "document" in request.POST
    begun = _begun(row, kind)
    head, error = _head(row, kind), None
    text = json.dumps(begun, indent=2, ensure_ascii=False)
    typed = {} if as_json else forms.shown(kind.code, begun)
    if request.method == "POST":
        head = {name: request.POST.get(name, "").strip() for name in HEAD} | {"kind": kind.code}
        text = request.POST.get("document", "")
        typed = {} if as_json else forms.posted(kind.code, request.POST)
        try:
            document = _object(text) if as_json else _document(kind, typed, begun)
            return redirect("control:policy", version_id=_save(request, row, kind, head, document))
        except Refused as no:
            error = no
    context = {
        "row": row,
        "kind": kind,
        "form": head,
        "document": text,
        "as_json": as_json,
        "has_form": kind.code in forms.FORMS,
        "error": error,
        "wrong": forms.named(kind.code, error.field) if error else "",
        "fields": ", ".join(kind.schema.model_fields),
        "parts": [] if as_json else _parts(kind.code, typed, error.field if error else ""),
        "wide": any(len(ask.columns) > WIDE for ask in forms.asked(kind.code)) if not as_json else False,
        "regions": parties.region_choices() if "region" in kind.scopes else [],
    }
    return render(request, "control/edit.html", context, status=409 if error else 200)


def _begun(row: PolicyVersion | None, kind: Kind) -> dict[str, Any]:
    """The document the editor begins with: that of the version, else what holds today, else what the schema supposes."""
    if row is None and kind.key:
        held = policies.candidates(kind.code, kind.key, timezone.localdate(), None)
        row = held[0] if held else None
    if row is not None:
        return dict(policies.parsed(row).model_dump(mode="json"))
    try:
        return kind.schema().model_dump(mode="json")
    except ValidationError:  # something has to be said in any case
        return {}


def _head(row: PolicyVersion | None, kind: Kind) -> dict[str, str]:
    """Name and dates as the editor shows them."""
    if row is None:
        names = {"title": "zh-hans", "title_en": "en"}
        titles = {name: _in(language, kind.label) for name, language in names.items()} if kind.key else {}
        return dict.fromkeys(HEAD, "") | {"kind": kind.code, "key": kind.key} | titles
    return {
        "kind": row.kind,
        "key": row.key,
        "title": row.title,
        "title_en": row.title_en,
        "region": row.scope_key if row.scope_kind == "region" else "",
        "party": row.scope_key if row.scope_kind == "party" else "",
        "from": row.effective_from.isoformat(),
        "to": row.effective_to.isoformat() if row.effective_to else "",
    }


def _in(language: str, words: Any) -> str:
    with translation.override(language):
        return str(words)


def _object(text: str) -> dict[str, Any]:
    """The parameters as JSON. Raises Refused."""
    try:
        document = json.loads(text)
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise Refused(_("The parameters are not an object in JSON."), field="document")
    return document


def _document(kind: Kind, typed: forms.Typed, begun: dict[str, Any]) -> dict[str, Any]:
    document = forms.document(kind.code, typed, begun)
    forms.check(kind.code, document)
    return document


def _save(
    request: Request, row: PolicyVersion | None, kind: Kind, head: dict[str, str], document: dict[str, Any]
) -> int:
    """The draft that was written. Raises Refused naming the field."""
    span = editing.days(head["from"], head["to"])
    head["key"] = head["key"] or kind.key
    for name, said in (("key", _("Give the policy a key.")), ("title", _("Give the policy a title."))):
        if not head[name]:
            raise Refused(said, field=name)
    fresh = row is None or row.status != "draft"  # a draft keeps its scope
    return editing.save(
        request.actor,
        row,
        kind=kind.code,
        key=head["key"],
        span=span,
        document=document,
        scope=_scope(head) if fresh else ("network", ""),
        title=head["title"],
        title_en=head["title_en"],
    )


def _scope(head: dict[str, str]) -> tuple[str, str]:
    """For whom a policy is typed: the distributor, else the region, else the network."""
    if head["party"] and head["party"] not in parties.ids_by_code([head["party"]]):
        raise Refused(_("There is no distributor %(code)s.") % {"code": head["party"]}, field="party")
    if head["party"]:
        return "party", head["party"]
    return ("region", head["region"]) if head["region"] else ("network", "")


def _parts(kind: str, typed: forms.Typed, wrong: str) -> list[tuple[forms.Part, list[Cell | Grid]]]:
    """The form part by part, the fields of each as inputs."""
    return [(part, [_input(ask, typed[ask.name], wrong) for ask in part.asks]) for part in forms.FORMS[kind]]


def _input(ask: forms.Ask, value: Any, wrong: str) -> Cell | Grid:
    if ask.kind != "table":
        return _cell(ask, value, f"f.{ask.name}", f"f-{ask.name}", wrong.split(".", 1)[0] == ask.name)
    rows = [*value, *({column.name: "" for column in ask.columns} for _n in range(SPARE))]
    return Grid(
        ask,
        f"f-{ask.name}",
        [
            [
                _cell(c, row[c.name], f"f.{ask.name}.{c.name}", "", wrong in (ask.name, f"{ask.name}.{n}.{c.name}"))
                for c in ask.columns
            ]
            for n, row in enumerate(rows)
        ],
    )


def _cell(ask: forms.Ask, value: Any, name: str, id_: str, wrong: bool) -> Cell:
    chosen = set(value) if ask.kind == "many" else {value}
    options: list[tuple[str, Any, bool]]
    if ask.kind == "flag":
        options = [(forms.YES, _("yes"), value == forms.YES), (forms.NO, _("no"), value != forms.YES)]
    else:
        options = [(str(code), words, str(code) in chosen) for code, words in ask.options()]
        if ask.kind == "choice" and not value:
            options.insert(0, ("", forms.NOTHING, True))
        elif ask.kind == "choice" and not any(each[2] for each in options):
            options.insert(
                0, (value, value, True)
            )  # nobody knows it any more; it is kept until somebody changes it
    return Cell(name, id_, ask, value, options, wrong)
