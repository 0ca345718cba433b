"""What the walk knows of levels, stars and awards: a draft to try, an excuse, a run, a round with nominations of both sides."""

from datetime import date, timedelta

from django.utils import timezone

from gongying.areas.awards import actions as awards
from gongying.areas.stars import actions as stars
from gongying.core.actor import SYSTEM, Actor
from gongying.core.files import shelf
from gongying.core.people.access import actor_for
from gongying.core.people.models import User, UserScope
from gongying.core.policies import actions as policies

FINANCE = Actor("finance-of-stars", role="finance", may=frozenset({"*"}), parties=None)
STARS = {
    "since_year": 2020,
    "metric": "sell_in",
    "at_least": "1",
    "stars": [{"code": "one", "name": "一星", "years": 1}],
    "reasons": [{"code": "flood", "name": "水灾"}],
    "most_excused": 1,
    "bonus_first": 1,
    "bonus_low": "0.01",
    "bonus_high": "0.01",
}
CATEGORY = {"criteria": [{"code": "new", "name": "新颖", "weight": "1"}], "min_jurors": 1, "trim": 0}
SAID = {
    "verdict": "approved",
    "note": "x",
    "summary": "x",
    "given": {},
    "category": "innovation",
    "jurors": [],
    "nominate_until": "2027-01-01",
    "judge_until": "2027-02-01",
    "reason": "x",
}
KINDS = {"awards:file": {"place": 0}}
OTHER = {
    "tiers:simulate": {"version_id": "tier_draft"},
    "stars:run": {"run_id": "star_run"},
    "stars:decide": {"run_id": "star_run"},
}


def _house(world):
    """The two programmes, a run that was posted, a round whose jury nobody of the walk sits in, a draft of levels."""
    for kind, key, document in (("stars.programme", "stars", STARS), ("awards.category", "innovation", CATEGORY)):
        made = policies.draft(
            SYSTEM, kind=kind, key=key, title="x", document=document, effective_from=date(2020, 1, 1)
        )
        policies.publish(SYSTEM, version_id=made)
    need = [{"metric": "sell_in", "at_least": "1"}]
    draft = policies.draft(
        SYSTEM,
        kind="tiers.programme",
        key="tiers",
        title="next",
        document={"levels": [{"code": "bronze", "name": "铜牌", "needs": need}]},
        effective_from=date(2027, 1, 1),
    )
    run = stars.run(SYSTEM, year=2026, as_of=date(2027, 1, 5)).run_id
    stars.approve(FINANCE, run_id=run)
    juror = User.objects.create_user("juror", None, name="juror", role="finance")
    UserScope.objects.create(user=juror, kind="all", key="")
    today = timezone.localdate()
    world.made["round_id"] = awards.open_round(
        SYSTEM,
        category="innovation",
        year=today.year,
        title="创新奖",
        nominate_until=today + timedelta(days=20),
        judge_until=today + timedelta(days=40),
        jurors=[juror.pk],
    )
    world.honours = {"tier_draft": draft, "star_run": run}


def side(world, code):
    """A nomination with an attachment, and an excuse that waits."""
    if "round_id" not in world.made:
        _house(world)
    owner, party = actor_for(world.people["owner", code]), world.ids[code]
    file = shelf.store(owner, name=f"CNRY-{code}.txt", chunks=[b"x"], purpose="award", party_id=party)
    nominated = awards.nominate(
        owner, round_id=world.made["round_id"], party_id=party, summary="A new shop", file_ids=[file.pk]
    )
    excuse = stars.ask_excuse(owner, party_id=party, year=2024, reason="flood", note=f"CNRY-{code} note")
    return {"nomination_id": nominated, "excuse_id": excuse} | world.honours
