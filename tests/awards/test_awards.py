"""Awards: nominated, judged blind, put together by a trimmed mean, published by a second person, paid once (C141)."""

from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from gongying.areas.awards import actions, queries
from gongying.areas.awards.models import Mark, Nomination, Result, Round
from gongying.areas.awards.rules import Category, lint
from gongying.books.money import read as money
from gongying.core.actor import SYSTEM, Actor
from gongying.core.doors import permissions
from gongying.core.files import shelf
from gongying.core.journal.models import Entry
from gongying.core.people.access import actor_for, sync_roles
from gongying.core.people.models import User, UserScope
from gongying.core.policies import actions as policies
from gongying.core.policies import forms
from gongying.core.refusal import Missing, Refused
from gongying.engines.jury import judge, rank

pytestmark = pytest.mark.django_db
DIRECTOR = Actor("director", role="director", may=frozenset({"*"}), parties=None)
DOCUMENT = {
    "criteria": [
        {"code": "new", "name": "新颖", "weight": "2", "low": "常见", "high": "首创"},
        {"code": "use", "name": "成效", "weight": "1", "low": "无", "high": "显著"},
    ],
    "min_jurors": 3,
    "trim": 1,
    "prize": "5000",
}
OPEN, UNTIL, JUDGED = date(2026, 11, 2), date(2026, 11, 20), date(2026, 12, 10)


def owner(network, code="D1"):
    may = frozenset(n for n, roles in permissions().items() if "owner" in roles)
    return Actor(f"owner-{code}", 1, "owner", may, frozenset({network.ids[code]}))


@pytest.fixture
def world(network, settings, tmp_path):
    """A category, four jurors, a round with both distributors nominated."""
    settings.LANGUAGE_CODE, settings.DATA_DIR = "zh-hans", tmp_path
    sync_roles()
    version = policies.draft(
        SYSTEM, kind="awards.category", key="innovation", title="创新奖", document=DOCUMENT, effective_from=date(2026, 1, 1)
    )  # fmt: skip
    policies.publish(SYSTEM, version_id=version)
    network.users = []
    for n in range(4):
        user = User.objects.create_user(
            f"juror{n}", "x", name=f"J{n}", role=("planner", "finance", "regional", "finance")[n]
        )
        kind, key = ("region", "HD") if user.role == "regional" else ("all", "")
        UserScope.objects.create(user=user, kind=kind, key=key)
        network.users.append(user)
    network.jury = [actor_for(user) for user in network.users]
    network.round = actions.open_round(
        SYSTEM, category="innovation", year=2026, title="2026 创新奖", nominate_until=UNTIL, judge_until=JUDGED,
        jurors=[user.pk for user in network.users], on=OPEN,
    )  # fmt: skip
    network.nominated = {}
    for code in ("D1", "D2"):
        mine = owner(network, code)
        file = shelf.store(
            mine, name=f"CNRY-{code}.pdf", chunks=[b"x"], purpose="award", party_id=network.ids[code]
        )
        network.nominated[code] = actions.nominate(
            mine, round_id=network.round, party_id=network.ids[code], summary="一种新的陈列", file_ids=[file.pk], on=OPEN
        )  # fmt: skip
    return network


def judged(world, marks, on=date(2026, 11, 21)):
    actions.begin_judging(SYSTEM, round_id=world.round, on=on)
    for juror, (one, two) in zip(world.jury, marks, strict=True):
        for code, value in (("D1", one), ("D2", two)):
            if value:
                actions.mark(juror, nomination_id=world.nominated[code], given={"new": value, "use": value})


def test_a_jury_judges_blind_and_one_friend_moves_nothing(world):
    """C141: neither names nor the marks of others before the round is closed; the highest and the lowest score are left out."""
    judged(world, [(3, 4), (3, 4), (5, 4), (3, 1)])
    row = queries.round_row(SYSTEM, world.round)
    ballot = queries.ballot(world.jury[0], row)
    assert {b.alias for b in ballot} == {"N01", "N02"}
    assert [b.given for b in ballot if b.id == world.nominated["D1"]] == [{"new": 3, "use": 3}]
    assert not [field for b in ballot for field in vars(b).values() if "CNRY" in str(field)]
    assert len(queries.ballot(world.jury[2], row)) == 2, "his part of the network does not matter"
    for juror in world.jury:
        with pytest.raises(Missing):
            queries.nominations(juror, row)
        with pytest.raises(Missing):
            queries.nomination(juror, world.nominated["D1"])
        assert list(queries.results(juror, row)) == []
    with pytest.raises(Missing):
        queries.ballot(DIRECTOR, row)
    assert actions.close(DIRECTOR, round_id=world.round, on=date(2026, 12, 1)) == 1
    row = queries.round_row(SYSTEM, world.round)
    found = {r.nomination.party.code: r for r in queries.results(SYSTEM, row)}
    assert (found["D1"].score, found["D2"].score) == (Decimal(3), Decimal(4))
    assert queries.parts_of(found["D1"])["left_out"] == ["juror0", "juror2"]
    assert queries.parts_of(found["D1"])["mean"] == "3.5"
    assert list(queries.results(owner(world), row)) == [], "not before it is published"
    assert len(queries.results(world.jury[0], row)) == 2


def test_another_person_publishes_and_the_prize_is_posted_once(world):
    judged(world, [(3, 4), (3, 4), (5, 4), (3, 4)])
    actions.close(DIRECTOR, round_id=world.round, on=date(2026, 12, 1))
    with pytest.raises(Refused) as no:
        actions.publish(DIRECTOR, round_id=world.round)
    assert no.value.code == "four_eyes"
    assert queries.winners(owner(world)) == []
    assert actions.publish(SYSTEM, round_id=world.round, on=date(2026, 12, 5)) == 5000_00
    with pytest.raises(Refused) as no:
        actions.publish(SYSTEM, round_id=world.round)
    assert no.value.code == "state"
    won = [(w.code, w.prize_minor) for w in queries.winners(owner(world), year=2026)]
    assert won == [("D2", 5000_00)], "what is published is for everybody"
    balance = {
        c: money.balance(SYSTEM, kind="rebate", holder_id=world.ids[c], currency="CNY") for c in ("D1", "D2")
    }
    assert balance == {"D1": 0, "D2": 5000_00}
    row = queries.round_row(SYSTEM, world.round)
    assert [r.rank for r in queries.results(owner(world), row)] == [2], "one's own result only"
    assert Entry.objects.filter(name="awards.prizes_awarded").count() == 1
    with pytest.raises(DatabaseError), transaction.atomic():
        Result.objects.unscoped("test").update(won=False)


def test_who_is_partial_keeps_out_and_too_few_marks_do_not_decide(world):
    actions.begin_judging(SYSTEM, round_id=world.round, on=date(2026, 11, 21))
    one = world.nominated["D1"]
    actions.mark(world.jury[0], nomination_id=one, given={"new": 5, "use": 5})
    actions.declare_conflict(world.jury[0], nomination_id=one, note="亲属")
    assert Mark.objects.unscoped("test").count() == 0
    with pytest.raises(Refused) as no:
        actions.mark(world.jury[0], nomination_id=one, given={"new": 5, "use": 5})
    assert no.value.code == "conflict"
    for juror in world.jury[1:3]:
        actions.mark(juror, nomination_id=one, given={"new": 2, "use": 2})
    with pytest.raises(Refused) as no:
        actions.close(DIRECTOR, round_id=world.round, on=date(2026, 12, 1))
    assert no.value.code == "early"
    with pytest.raises(Refused) as no:
        actions.close(DIRECTOR, round_id=world.round, on=date(2026, 12, 11))
    assert no.value.code == "marks"
    for bad in ({"new": 6, "use": 1}, {"new": 3}, {"new": 0, "use": 3}):
        with pytest.raises(Refused) as no:
            actions.mark(world.jury[3], nomination_id=one, given=bad)
        assert no.value.code == "mark"
    with pytest.raises(Missing):
        actions.mark(DIRECTOR, nomination_id=one, given={"new": 3, "use": 3})


def test_nominations_are_in_scope_blind_and_in_time(world):
    more = {"round_id": world.round, "summary": "x", "on": OPEN}
    with pytest.raises(Missing):
        actions.nominate(owner(world), party_id=world.ids["D2"], **more)
    world.join(["D9"])
    for said, code in (
        ({"summary": "D9 公司 开了新店"}, "named"), ({"summary": " "}, "summary"), ({"on": date(2026, 11, 21)}, "late"),
        ({"party_id": world.ids["D1"]}, "twice"),
    ):  # fmt: skip
        with pytest.raises(Refused) as no:
            actions.nominate(SYSTEM, **({"party_id": world.ids["D9"]} | more | said))
        assert no.value.code == code
    with pytest.raises(Refused) as no:
        actions.begin_judging(SYSTEM, round_id=world.round, on=UNTIL)
    assert no.value.code == "early"
    juror = world.jury[1]
    juror = Actor(juror.name, juror.user_id, "finance", frozenset({"*"}), None)
    own = actions.nominate(juror, party_id=world.ids["D9"], **more)
    actions.begin_judging(SYSTEM, round_id=world.round, on=date(2026, 11, 21))
    with pytest.raises(Refused) as no:
        actions.mark(juror, nomination_id=own, given={"new": 5, "use": 5})
    assert no.value.code == "own"


def test_a_round_wants_a_jury_and_days_in_order_and_may_be_cancelled(world):
    given = {
        "category": "innovation", "year": 2026, "title": "x", "nominate_until": UNTIL, "judge_until": JUDGED, "on": OPEN,
        "jurors": [u.pk for u in world.users],
    }  # fmt: skip
    for bad, code in (
        ({"category": "none"}, "category"), ({"title": ""}, "title"), ({"judge_until": UNTIL}, "days"),
        ({"jurors": given["jurors"][:2]}, "jurors"), ({"jurors": [*given["jurors"], 987654]}, "jurors"),
    ):  # fmt: skip
        with pytest.raises(Refused) as no:
            actions.open_round(SYSTEM, **(given | bad))
        assert no.value.code == code
    actions.cancel(DIRECTOR, round_id=world.round, reason="提名太少")
    assert queries.rounds(owner(world)).count() == 0
    with pytest.raises(Refused):
        actions.cancel(DIRECTOR, round_id=world.round, reason="x")
    assert Round.objects.get().state == "cancelled"


def browser_of(user):
    browser = Client()
    browser.force_login(user)
    browser.cookies["django_language"] = "zh-hans"
    return browser


def test_pages_show_each_what_is_his(world):
    """A juror marks on the page and downloads under the alias; a stranger to a nomination finds nothing."""
    people = {}
    for code in ("D1", "D2"):
        people[code] = User.objects.create_user(f"o{code}", "x", name="x", role="owner", party_id=world.ids[code])
        UserScope.objects.create(user=people[code], kind="party", key=str(world.ids[code]))
    director = User.objects.create_user("boss", "x", name="x", role="director")
    UserScope.objects.create(user=director, kind="all", key="")
    boss, mine, stranger, juror = (browser_of(u) for u in (director, people["D1"], people["D2"], world.users[0]))
    place, one = f"/awards/{world.round}/", world.nominated["D1"]
    assert "CNRY-D1" in boss.get(place).content.decode()
    assert "CNRY-D2" not in mine.get(place).content.decode()
    assert "CNRY-D1.pdf" in mine.get(f"/awards/nominations/{one}/").content.decode()
    assert stranger.get(f"/awards/nominations/{one}/").status_code == 404
    assert stranger.get(f"/awards/nominations/{one}/files/0/").status_code == 404
    assert boss.get("/awards/new/").status_code == 200
    Round.objects.update(nominate_from=date(2026, 1, 1), nominate_until=date(2026, 1, 2))
    boss.post(f"{place}step/", {"step": "begin"})
    shown = juror.get(place).content.decode()
    assert "N01" in shown
    assert "CNRY" not in shown
    assert juror.get(f"/awards/nominations/{one}/").status_code == 404
    file = juror.get(f"/awards/nominations/{one}/files/0/")
    assert file.status_code == 200
    assert "CNRY" not in file.headers["Content-Disposition"]
    assert mine.post(f"/awards/nominations/{one}/judge/", {"mark.new": "5"}).status_code == 403
    juror.post(f"/awards/nominations/{one}/judge/", {"mark.new": "5", "mark.use": "4", "what": "mark"})
    assert Mark.objects.unscoped("test").get().given == '{"new": 5, "use": 4}'
    for juror_actor in world.jury:
        for code in ("D1", "D2"):
            actions.mark(
                juror_actor, nomination_id=world.nominated[code], given={"new": 4 if code == "D1" else 2, "use": 3}
            )
    boss.post(f"{place}step/", {"step": "close"})
    finance = User.objects.create_user("money", "x", name="x", role="finance")
    UserScope.objects.create(user=finance, kind="all", key="")
    browser_of(finance).post(f"{place}step/", {"step": "publish"})
    assert "CNRY-D1" in stranger.get("/awards/honours/").content.decode()
    assert "CNRY-D1" not in stranger.get(place).content.decode(), "the ranking shows one's own place only"
    assert "获奖" in mine.get(f"/awards/nominations/{one}/").content.decode()
    assert Nomination.objects.unscoped("test").count() == 2


def test_the_rules_refuse_a_jury_of_which_nothing_is_left_and_have_a_form():
    found = {
        f.code
        for f in lint(
            Category.model_validate(
                DOCUMENT | {"min_jurors": 2, "criteria": [{"code": "a", "name": "a", "weight": "1"}]}
            )
        )
    }
    assert found == {"trim", "anchors"}
    held = Category.model_validate(DOCUMENT).model_dump(mode="json")
    assert forms.document("awards.category", forms.shown("awards.category", held), held) == held


WEIGHTS = {"a": Decimal(3), "b": Decimal(1)}
ballots = st.dictionaries(
    st.sampled_from(["j1", "j2", "j3", "j4", "j5"]), st.fixed_dictionaries({"a": st.integers(1, 5), "b": st.integers(1, 5)}), min_size=1
)  # fmt: skip


@given(ballots, st.integers(0, 3))
def test_a_score_lies_between_what_the_jurors_gave_and_does_not_fall_when_one_gives_more(marks, trim):
    found = judge(marks, WEIGHTS, trim=trim)
    scores = [score for _name, score in found.scores]
    assert min(scores) <= found.score <= max(scores)
    name = sorted(marks)[0]
    more = marks | {name: {code: min(5, value + 1) for code, value in marks[name].items()}}
    assert judge(more, WEIGHTS, trim=trim).score >= found.score


@given(
    st.dictionaries(st.sampled_from("xyz"), ballots, min_size=1), st.sampled_from(["weightiest", "mean", "share"])
)
def test_places_follow_the_scores(nominations, tie):
    ranked = rank({name: judge(marks, WEIGHTS, trim=1) for name, marks in nominations.items()}, WEIGHTS, tie)
    assert [each.score for each in ranked] == sorted((each.score for each in ranked), reverse=True)
    assert ranked[0].rank == 1
    assert all(a.rank <= b.rank for a, b in pairwise(ranked))
