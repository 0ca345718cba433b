"""The walk's view of due diligence: a file of each side's region with a paper, a snapshot, statements, a risk and a memo."""

from datetime import date

from django.utils import timezone

from gongying.areas.diligence import actions
from gongying.areas.diligence.models import Interview, Snapshot
from gongying.core.actor import SYSTEM, Actor
from gongying.core.documents.paper import Paper
from gongying.core.files import shelf

SIDES = {"D1": "HD", "D2": "HN"}
CODES = {"D1": "91350100M000100Y43", "D2": "91110000600037341L"}
FINANCE = Actor("finance", role="finance", may=frozenset({"*"}), parties=None)
SHARED = {
    "uscc": "x", "partner_type": "distributor", "check": "status", "result": {}, "amounts": {}, "levels": {}, "evidence": {},
    "criterion": "market", "level": 3, "text": "x", "held_on": "2026-01-01", "sections": {}, "category": "legal", "likelihood": 2,
    "impact": 2, "told": "x", "approve": True,
}  # fmt: skip
KINDS = {"diligence.add_paper": {"kind": "licence"}}


def side(world, code):
    """Everything of due diligence that belongs to one side."""
    made = actions.open_file(
        SYSTEM, company=f"CNRY-{code} company", uscc=CODES[code], region=SIDES[code], partner_type="distributor"
    )

    def file(name):
        text = Paper(f"CNRY-{code}", name).data()
        return shelf.store(
            SYSTEM,
            name=f"CNRY-{code}-{name}.pdf",
            chunks=[text],
            purpose="diligence",
            content_type="application/pdf",
        ).pk

    paper = actions.add_paper(
        SYSTEM,
        dossier_id=made,
        kind="licence",
        file_id=file("licence"),
        number=f"CNRY-{code}",
        expires_on=date(2099, 1, 1),
    )
    result = {"status": "存续", "name": f"CNRY-{code} company"}
    actions.record_check(SYSTEM, dossier_id=made, check="status", result=result, file_id=file("page"))
    year = {
        "cash": 100,
        "receivables": 300,
        "inventory": 200,
        "payables": 300,
        "capital": 200,
        "retained_earnings": 100,
    }
    lines = {**year, "revenue": 1000, "cogs": 700, "operating_expenses": 200}
    actions.enter_year(SYSTEM, dossier_id=made, year=2025, amounts=lines)
    risk = actions.add_risk(
        SYSTEM, dossier_id=made, category="legal", title=f"CNRY-{code} risk", likelihood=2, impact=2
    )
    said = dict.fromkeys(("strategy", "team", "money"), f"CNRY-{code} said")
    actions.interview(SYSTEM, dossier_id=made, held_on=timezone.localdate(), sections=said)
    memo = actions.propose(
        SYSTEM,
        dossier_id=made,
        verdict="rejected",
        reason=f"CNRY-{code} because of debts",
        told=f"CNRY-{code} no thanks",
    )
    return {
        "dossier_id": made,
        "paper_id": paper,
        "snapshot_id": Snapshot.objects.get(dossier=made).pk,
        "memo_id": memo,
        "risk_id": risk,
        "interview_id": Interview.objects.get(dossier=made).pk,
    }
