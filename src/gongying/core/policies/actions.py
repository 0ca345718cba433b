"""Draft, revise, publish, withdraw."""

from datetime import date
from typing import Any

from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ValidationError

from gongying.core import moment
from gongying.core.actor import Actor
from gongying.core.doors import action, words
from gongying.core.journal import book
from gongying.core.refusal import Forbidden, Refused
from gongying.core.scope import one

from . import facts, read
from .faults import refusal
from .kinds import BY_LEVEL, Finding, Kind, canonical, guards, kind_of
from .models import PolicyVersion

AUTHORS = ("admin", "director", "planner")


def parse(kind: Kind, document: dict[str, Any]) -> BaseModel:
    """The document by its schema; the first fault becomes a refusal that names the field."""
    try:
        return kind.schema.model_validate(document)
    except ValidationError as fault:
        raise refusal(fault, kind.schema.model_fields) from fault


@action(needs="policies.draft", roles=AUTHORS)
def draft(
    actor: Actor,
    *,
    kind: str,
    key: str,
    title: str,
    document: dict[str, Any],
    effective_from: date,
    effective_to: date | None = None,
    title_en: str = "",
    scope_kind: str = "network",
    scope_key: str = "",
    note: str = "",
) -> int:
    """Start a new version of a policy; nothing holds until it is published. Returns its id."""
    if scope_kind not in BY_LEVEL or bool(scope_key) == (scope_kind == "network"):
        raise Refused(_("A regional or distributor policy needs the code it is for."), field="scope_key")
    if effective_to is not None and effective_to <= effective_from:
        raise Refused(_("The policy must end after it begins."), field="effective_to")
    if scope_kind not in kind_of(kind).scopes:
        raise Refused(
            _("A policy of this kind holds for the whole network."),
            code="scope",
            field="scope_kind",
            remedy=_("Name the regions or distributors in the document itself."),
        )
    only = kind_of(kind).key
    if only and key != only:
        raise Refused(
            _("There is one policy of this kind, with the key %(key)s.") % {"key": only}, code="key", field="key"
        )
    text, digest = canonical(parse(kind_of(kind), document))
    same = PolicyVersion.objects.filter(kind=kind, key=key, scope_kind=scope_kind, scope_key=scope_key)
    last = same.aggregate(last=Max("version"))["last"] or 0
    row = PolicyVersion.objects.create(
        kind=kind,
        key=key,
        scope_kind=scope_kind,
        scope_key=scope_key,
        version=last + 1,
        title=title,
        title_en=title_en,
        document=text,
        hash=digest,
        effective_from=effective_from,
        effective_to=effective_to,
        note=note,
        created_by=actor.name,
    )
    return row.pk


@action(needs="policies.draft", roles=AUTHORS)
def revise(
    actor: Actor,
    *,
    version_id: int,
    document: dict[str, Any],
    title: str | None = None,
    title_en: str | None = None,
    effective_from: date | None = None,
    effective_to: date | None = None,
    open_ended: bool = False,
) -> str:
    """Change a draft in place; a published version refuses. What is not given stays; `open_ended` takes the end away.
    Returns the new hash."""
    row = _draft_row(version_id)
    row.document, row.hash = canonical(parse(kind_of(row.kind), document))
    row.title = title if title is not None else row.title
    row.title_en = title_en if title_en is not None else row.title_en
    row.effective_from = effective_from or row.effective_from
    row.effective_to = None if open_ended else effective_to or row.effective_to
    if row.effective_to is not None and row.effective_to <= row.effective_from:
        raise Refused(_("The policy must end after it begins."), field="effective_to")
    row.save()
    return row.hash


@action(needs="policies.publish", roles=("admin", "director"))
def publish(actor: Actor, *, version_id: int) -> str:
    """Bring a draft into force. Returns the parameter hash.

    Refuses while the linter finds errors, and where the kind wants four eyes also to whoever drafted it."""
    row = _draft_row(version_id)
    _decides(actor, row)
    if kind_of(row.kind).four_eyes and row.created_by == actor.name and actor.role != "system":
        raise Refused(_("Somebody else must approve what you submitted."), code="four_eyes")
    errors = [each for each in findings(row) if each.level == "error"]
    if errors:
        raise Refused(errors[0].message, code=errors[0].code, field=errors[0].where)
    row.status, row.published_by, row.published_at = "published", actor.name, timezone.now()
    row.save(update_fields=["status", "published_by", "published_at"])
    moment.forget(read.KEPT)
    scope = f"{row.scope_kind}:{row.scope_key}" if row.scope_key else row.scope_kind
    book.record(
        actor,
        facts.PolicyPublished(row.pk, row.kind, row.key, scope, row.hash, row.effective_from.isoformat()),
    )
    return row.hash


@action(needs="policies.publish", roles=("admin", "director"))
def withdraw(actor: Actor, *, version_id: int) -> None:
    """Take a published version out of force; what was settled under it stays settled."""
    row = one(PolicyVersion.objects.select_for_update(), pk=version_id)
    _decides(actor, row)
    if row.status != "published":
        raise Refused(_("Only a published policy can be withdrawn."), code="not_published")
    row.status = "withdrawn"
    row.save(update_fields=["status"])
    moment.forget(read.KEPT)
    book.record(actor, facts.PolicyWithdrawn(row.pk, row.kind, row.key, row.hash))


def _decides(actor: Actor, row: PolicyVersion) -> None:
    """Raises Forbidden where the kind asks for a permission of its own."""
    needs = kind_of(row.kind).needs
    if needs and not actor.can(needs):
        raise Forbidden(needs)


def findings(row: PolicyVersion) -> list[Finding]:
    """What the kind's linter says of this version, and what a draft still lacks."""
    kind = kind_of(row.kind)
    found = kind.lint(kind.schema.model_validate_json(row.document))
    checks = guards.get(row.kind, []) if row.status == "draft" else []
    return [*found, *(finding for check in checks for finding in check(row))]


def _draft_row(version_id: int) -> PolicyVersion:
    row = one(PolicyVersion.objects.select_for_update(), pk=version_id)
    if row.status != "draft":
        raise Refused(_("A published policy is never edited."), code="published", remedy=_("Start a new version."))
    return row


words(
    "policies",
    _("Policies"),
    {
        "draft": _("Draft policies"),
        "publish": _("Publish and withdraw policies"),
    },
)
