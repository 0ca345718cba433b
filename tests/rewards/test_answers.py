"""The clock on the answer to an objection: who has how long, and that both sides see it."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.translation import override

from gongying.areas.rewards import actions, queries
from gongying.areas.rewards.models import Dispute, Statement
from gongying.core.actor import SYSTEM, Actor
from gongying.core.doors import permissions
from gongying.core.journal import book
from gongying.core.journal.models import Entry
from gongying.core.notices.models import Notice
from gongying.core.people.access import sync_roles
from gongying.core.people.models import User, UserScope
from gongying.core.policies import actions as policies
from gongying.core.policies import read
from gongying.core.refusal import Refused
from gongying.core.ui import todo

pytestmark = pytest.mark.django_db
FINANCE = Actor("finance", role="finance", may=frozenset({"*"}), parties=None)
TODAY = date(2026, 8, 3)


def actor(role, network=None, code=""):
    may = frozenset(n for n, roles in permissions().items() if role in roles)
    return Actor(f"{role}{code}", 1, role, may, frozenset({network.ids[code]}) if code else None)


def allow(days, scope_kind="network", scope_key=""):
    version = policies.draft(
        SYSTEM,
        kind="rewards.answers",
        key="rewards.answers",
        title="异议答复时限",
        document={"days": days},
        effective_from=date(2026, 1, 1),
        scope_kind=scope_kind,
        scope_key=scope_key,
    )
    policies.publish(SYSTEM, version_id=version)


@pytest.fixture
def settled(network, programme, monkeypatch):
    """Both distributors have a credited statement; it is the third of August."""
    monkeypatch.setattr(timezone, "localdate", lambda *a, **k: TODAY)
    programme()
    network.sell(network.line(yuan=9000), network.line("D2", 800, doc="B1"))
    done = actions.settle(SYSTEM, programme="annual", period="2026")
    actions.approve(FINANCE, run_id=done.run_id)
    network.done = done
    return network


def of(settled, code):
    return Statement.objects.unscoped("test").get(party_id=settled.ids[code])


def object_to(settled, code="D1"):
    pk = actions.dispute(actor("owner", settled, code), statement_id=of(settled, code).pk, reason="少一箱")
    return Dispute.objects.unscoped("test").get(pk=pk)


def test_ten_days_where_nobody_decided_otherwise_and_the_most_specific_policy_wins(settled):
    assert object_to(settled).due_on == TODAY + timedelta(days=10)
    allow(7)
    allow(5, "region", "HD")
    assert object_to(settled, "D1").due_on == TODAY + timedelta(days=5)
    assert object_to(settled, "D2").due_on == TODAY + timedelta(days=7)
    allow(2, "party", "D1")
    assert object_to(settled, "D1").due_on == TODAY + timedelta(days=2)
    found = read.value("rewards.answers", "rewards.answers", TODAY, settled.ids["D1"])
    assert [line.split(" v")[0] for line in found.why] == ["party:D1", "region:HD", "network:*"]
    assert len(found.hash) == 64
    dates = list(
        Dispute.objects.unscoped("test")
        .filter(statement=of(settled, "D1"))
        .order_by("id")
        .values_list("due_on", flat=True)
    )
    assert dates == [TODAY + timedelta(days=n) for n in (10, 5, 2)], (
        "a later policy moves no promise that was given"
    )


@pytest.mark.parametrize("days", [0, 91])
def test_no_answer_takes_less_than_a_day_or_more_than_ninety(days):
    with pytest.raises(Refused) as no:
        allow(days)
    assert no.value.field == "days"


def browse(network, role, code=""):
    sync_roles()
    user = User.objects.create_user(f"{role}{code}@page", "x", name=role, role=role)
    UserScope.objects.create(user=user, kind="party" if code else "all", key=str(network.ids[code]) if code else "")
    browser = Client(headers={"accept-language": "en"})
    browser.force_login(user)
    return browser


def test_both_sides_read_the_day_on_the_statement_and_in_their_list_of_things_to_do(settled, monkeypatch):
    object_to(settled)
    sides = {"finance": browse(settled, "finance"), "owner": browse(settled, "owner", "D1")}
    who = {"finance": actor("finance"), "owner": actor("owner", settled, "D1")}
    page = f"/rewards/statements/{of(settled, 'D1').pk}/"

    def told(side):
        return next(each for each in todo.todos(who[side]) if each.icon == "alert" and "/statements/" in each.url)

    for side, browser in sides.items():
        body = browser.get(page).content.decode()
        assert 'Answer due by <time datetime="2026-08-13">' in body, side
        with override("en"):
            assert (told(side).count, str(told(side).note)) == (1, "The next answer is due by 2026-08-13.")
    assert [told(side).tone for side in sides] == ["warn", ""]
    monkeypatch.setattr(timezone, "localdate", lambda *a, **k: date(2026, 8, 13))
    assert told("finance").tone == "warn", "the day itself still counts"
    monkeypatch.setattr(timezone, "localdate", lambda *a, **k: date(2026, 8, 14))
    for side, browser in sides.items():
        assert 'The answer is overdue since <time datetime="2026-08-13">' in browser.get(page).content.decode()
        with override("en"):
            assert told(side).tone == "bad"
            assert "1 answers are overdue" in str(told(side).note)
    (row,) = queries.unanswered(who["owner"])
    assert not queries.unanswered(actor("owner", settled, "D2")).exists()
    actions.rule(FINANCE, dispute_id=row.pk, verdict="rejected", answer="一致")
    assert not [each for each in todo.todos(who["finance"]) if each.icon == "alert" and "/statements/" in each.url]
    assert "Answer due by" not in sides["owner"].get(page).content.decode()


def test_finance_is_told_the_day_and_the_fact_carries_it(settled):
    user = User.objects.create_user("f", "x", name="f", role="finance")
    object_to(settled)
    assert '"due_on":"2026-08-13"' in Entry.objects.get(name="rewards.statement_disputed").payload.replace(" ", "")
    while book.seal():
        pass
    book.deliver()
    notice = Notice.objects.get(user_id=user.pk)
    assert (notice.body, notice.body_en) == ("请在 2026-08-13 前答复。", "Answer by 2026-08-13.")


def test_an_objection_after_the_confirmation_takes_it_back(settled):
    owner, row = actor("owner", settled, "D1"), of(settled, "D1")
    actions.confirm(owner, statement_id=row.pk)
    assert of(settled, "D1").confirmed_by == owner.name
    made = object_to(settled)
    again = of(settled, "D1")
    assert (again.state, again.confirmed_by, again.confirmed_at) == ("disputed", "", None)
    actions.rule(FINANCE, dispute_id=made.pk, verdict="rejected", answer="一致")
    actions.confirm(owner, statement_id=row.pk)
    assert of(settled, "D1").state == "confirmed"


def test_what_is_not_credited_is_neither_confirmed_nor_disputed(settled):
    settled.sell(settled.line(yuan=1000, doc="late"))
    done = actions.settle(SYSTEM, programme="annual", period="2026")
    row = Statement.objects.unscoped("test").get(run_id=done.run_id)
    for verb in (actions.confirm, actions.dispute):
        with pytest.raises(Refused) as no:
            verb(FINANCE, statement_id=row.pk, **({"reason": "x"} if verb is actions.dispute else {}))
        assert no.value.code == "not_credited"


def test_pages_that_list_statements_say_the_programme_by_its_title(settled):
    party = settled.ids["D1"]
    pages = {
        browse(settled, "finance"): [
            f"/cockpit/distributors/{party}/",
            f"/cockpit/distributors/{party}/activity/",
            "/rewards/statements/",
            "/rewards/runs/",
        ],
        browse(settled, "owner", "D1"): ["/", "/rewards/statements/"],
    }
    for browser, addresses in pages.items():
        for address in addresses:
            body = browser.get(address, follow=True).content.decode()
            assert "Annual rebate" in body, address
            assert "<td>annual</td>" not in body, address
