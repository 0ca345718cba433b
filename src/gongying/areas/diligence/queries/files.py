"""Files in scope, their papers against the checklist, what registries said."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import QuerySet

from gongying.books.parties import read as parties
from gongying.core.actor import Actor
from gongying.core.doors import HQ, query
from gongying.core.policies import read as policies
from gongying.core.refusal import Missing
from gongying.core.scope import one

from ..models import Dossier, Interview, Paper, Snapshot, Step
from ..rules import RULES, PaperKind, Rules, default_rules


def rules(on: date) -> tuple[Rules, int]:
    """The rules that hold on a day and the version they come from; the house's own (version 0) where none is published."""
    try:
        held = policies.value(RULES.code, RULES.key, on)
    except Missing:
        return default_rules(), 0
    assert isinstance(held.document, Rules)
    return held.document, held.version_id


def dossiers(actor: Actor) -> QuerySet[Dossier]:
    """Files of the regions in scope, the newest first."""
    rows = Dossier.objects.select_related("region__parent").order_by("-id")
    seen = parties.regions_seen(actor)
    return rows if seen is None else rows.filter(region_id__in=seen)


def dossier(actor: Actor, dossier_id: int) -> Dossier:
    """One file in scope, or Missing."""
    return one(dossiers(actor), pk=dossier_id)


def by_subject(actor: Actor, subject: str) -> Dossier | None:
    """The file of an application by its number, where it is in scope."""
    return dossiers(actor).filter(subject=subject).first() if subject else None


@dataclass(frozen=True)
class DossierView:
    """A file in codes and numbers, for programs."""

    id: int
    number: str
    subject: str
    company: str
    uscc: str
    region: str
    partner_type: str
    state: str
    years: list[int]
    memo: str


@query(needs="diligence.view", roles=HQ, name="diligence.file")
def dossier_view(actor: Actor, *, dossier_id: int) -> DossierView:
    """One file in scope: which years were entered, and the memo it came to."""
    row = dossier(actor, dossier_id)
    held = row.memos.exclude(state="returned").first()
    spans = list(row.years.order_by("year").values_list("year", flat=True))
    return DossierView(
        row.pk, row.number, row.subject, row.company, row.uscc, row.region.code, row.partner_type, row.state, spans,
        held.number if held else "",
    )  # fmt: skip


@dataclass(frozen=True)
class Item:
    """A line of the checklist: what is asked for, the newest paper of it, and how it stands: missing, received, verified, refused,
    expired, soon (it expires within the days of warning)."""

    kind: PaperKind
    paper: Paper | None
    state: str


def checklist(row: Dossier, held: Rules, on: date) -> list[Item]:
    """What the rules ask of this partner in this region, with what there is."""
    tree = parties.region_tree()
    line = parties.lineage(row.region_id, tree)
    papers = list(row.papers.exclude(state="replaced").select_related("file").order_by("id"))
    newest_of = {paper.kind: paper for paper in papers}
    wanted = [kind for kind in held.papers if kind.is_for(row.partner_type, line)]
    return [Item(kind, newest_of.get(kind.code), _state(kind, newest_of.get(kind.code), on)) for kind in wanted]


def _state(kind: PaperKind, held: Paper | None, on: date) -> str:
    if held is None:
        return "missing"
    if held.expires_on is not None and held.expires_on < on and held.state != "refused":
        return "expired"  # usable until the end of its last day
    if held.state == "verified" and held.expires_on and held.expires_on <= on + timedelta(days=kind.warn_days):
        return "soon"
    return held.state


def paper(actor: Actor, paper_id: int) -> Paper:
    """One paper of a file in scope, or Missing."""
    held = one(Paper.objects.select_related("dossier", "file"), pk=paper_id)
    dossier(actor, held.dossier_id)
    return held


def snapshot(actor: Actor, snapshot_id: int) -> Snapshot:
    """One snapshot of a file in scope, or Missing."""
    held = one(Snapshot.objects.select_related("dossier", "file"), pk=snapshot_id)
    dossier(actor, held.dossier_id)
    return held


def snapshots(row: Dossier) -> list[Snapshot]:
    """What registries said, the newest first."""
    return list(row.snapshots.select_related("file").order_by("-id"))


def newest(row: Dossier) -> dict[str, Snapshot]:
    """The newest snapshot of each check."""
    return {each.check_code: each for each in row.snapshots.order_by("id")}


def interviews(row: Dossier) -> list[Interview]:
    """The talks with the management, the newest first."""
    return list(row.interviews.order_by("-held_on", "-id"))


def steps(row: Dossier) -> list[Step]:
    """What happened, the newest first."""
    return list(row.steps.order_by("-id"))


def expiring(actor: Actor, on: date, days: int = 90) -> list[Paper]:
    """Verified papers of files in scope that expire within so many days, or have, the first to expire first."""
    mine = dossiers(actor).order_by().values("pk")
    rows = Paper.objects.filter(dossier__in=mine, state="verified", expires_on__lte=on + timedelta(days=days))
    return list(rows.select_related("dossier").order_by("expires_on", "id")[:500])


def waiting(actor: Actor) -> dict[str, int]:
    """How many things wait: papers to be checked, files one has not rated, memos a second person decides."""
    mine = dossiers(actor)
    unrated = mine.filter(state="open").exclude(ratings__rater=actor.name)
    return {
        "papers": Paper.objects.filter(dossier__in=mine.order_by().values("pk"), state="received").count(),
        "unrated": unrated.count(),
        "memos": mine.filter(state="proposed").exclude(memos__made_by=actor.name).count(),
    }
