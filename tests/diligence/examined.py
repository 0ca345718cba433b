"""A company that is examined: sound statements of three years, and everything a decision wants."""

from datetime import date
from types import SimpleNamespace

from django.test import Client
from django.utils import timezone

from gongying.areas.diligence import actions, queries
from gongying.areas.diligence.models import Dossier
from gongying.core.actor import SYSTEM, Actor
from gongying.core.files import shelf
from gongying.core.people.access import actor_for
from gongying.core.people.models import User, UserScope
from gongying.core.policies import actions as policies

CODE, OTHER = "91350100M000100Y43", "91110000600037341L"
EVERYTHING = {"may": frozenset({"*"}), "parties": None}
DIRECTOR, FINANCE = (Actor(role, role=role, **EVERYTHING) for role in ("director", "finance"))
CRITERIA = ("market", "people", "service", "attitude")


def year(scale=1, **more):
    """A sound year in minor units: assets 8,400,000, equity 5,000,000, revenue 36,000,000."""
    held = {
        "cash": 2_400_000, "receivables": 3_000_000, "inventory": 2_000_000, "fixed_assets": 1_000_000, "payables": 2_400_000,
        "short_debt": 1_000_000, "capital": 2_000_000, "retained_earnings": 3_000_000, "revenue": 36_000_000, "cogs": 28_000_000,
        "operating_expenses": 5_000_000, "interest": 200_000, "income_tax": 700_000,
    }  # fmt: skip
    return {line: amount * 100 * scale for line, amount in (held | more).items()}


def world(network, tmp_path, settings):
    """The network, and how a company is examined."""
    settings.DATA_DIR = tmp_path
    today = timezone.localdate()

    def opened(code=CODE, region="HD", **more):
        made = actions.open_file(
            DIRECTOR, company="Blue Whale", uscc=code, region=region, **({"partner_type": "distributor"} | more)
        )
        return Dossier.objects.get(pk=made)

    def file(text=b"%PDF-1.4 paper", name="paper.pdf"):
        stored = shelf.store(SYSTEM, name=name, chunks=[text], purpose="diligence", content_type="application/pdf")
        return stored.pk

    def check(row, code, by=FINANCE, **result):
        return actions.record_check(by, dossier_id=row.pk, check=code, result=result, file_id=file())

    def papers(row):
        for item in queries.checklist(row, queries.rules(today)[0], today):
            until = date(2099, 1, 1) if item.kind.expires else None
            made = actions.add_paper(
                FINANCE, dossier_id=row.pk, kind=item.kind.code, file_id=file(), expires_on=until
            )
            actions.check_paper(DIRECTOR, dossier_id=row.pk, paper_id=made, verdict="verified")

    def rated(row, by, level=4, **other):
        levels = dict.fromkeys(CRITERIA, level) | other
        actions.rate(by, dossier_id=row.pk, levels=levels, evidence=dict.fromkeys(CRITERIA, "seen on the spot"))

    def whole(row, level=4):
        """Everything a decision wants."""
        papers(row)
        check(row, "status", status="存续")
        for code in ("abnormal", "dishonest", "penalty"):
            check(row, code, entries="0")
        check(row, "litigation", as_defendant="0")
        for back in range(3):
            actions.enter_year(
                FINANCE, dossier_id=row.pk, year=today.year - 1 - back, amounts=year(retained_earnings=3_000_000)
            )
        for who in (DIRECTOR, FINANCE):
            rated(row, who, level)
        made = actions.interview(
            DIRECTOR, dossier_id=row.pk, held_on=today, sections={"strategy": "a", "team": "b", "money": "c"}
        )
        actions.sign(FINANCE, dossier_id=row.pk, interview_id=made)
        actions.add_risk(
            FINANCE, dossier_id=row.pk, category="market", title="one customer", likelihood=3, impact=3
        )
        return row

    def propose(row, verdict="accepted", by=FINANCE, **more):
        given = {"reason": "Sound and willing, as the figures say.", "told": "Welcome to us."} | more
        return actions.propose(by, dossier_id=row.pk, verdict=verdict, **given)

    def rules(**document):
        version = policies.draft(
            SYSTEM,
            kind="diligence.rules",
            key="diligence",
            title="尽调规则",
            document=document,
            effective_from=today,
        )
        policies.publish(SYSTEM, version_id=version)

    network.today, network.opened, network.file, network.check, network.papers = today, opened, file, check, papers
    network.rated, network.whole, network.propose, network.rules, network.person = (
        rated,
        whole,
        propose,
        rules,
        person,
    )
    return network


def person(role, scope="all", key=""):
    """Somebody of a role, as a user, an actor and a browser."""
    user = User.objects.create_user(role + key, None, name=role, role=role, language="en")
    UserScope.objects.create(user=user, kind=scope, key=key)
    browser = Client(headers={"accept-language": "en"})
    browser.force_login(user)
    return SimpleNamespace(user=user, actor=actor_for(user), browser=browser)
