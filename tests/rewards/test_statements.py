"""The statement both sides read: rulings, words, lines, account, papers (C020, C142, C161)."""

import pytest

from gongying.areas.rewards import actions, queries
from gongying.areas.rewards.models import Dispute, Statement
from gongying.books.money import read as money
from gongying.core.actor import SYSTEM, Actor
from gongying.core.doors import permissions
from gongying.core.journal import book
from gongying.core.journal.models import Entry
from gongying.core.notices.models import Notice
from gongying.core.people.models import User, UserScope
from gongying.core.refusal import Forbidden, Missing, Refused

pytestmark = pytest.mark.django_db


def actor(role, network=None, code=""):
    may = frozenset(n for n, roles in permissions().items() if role in roles)
    return Actor(f"{role}{code}", 1, role, may, frozenset({network.ids[code]}) if code else None)


@pytest.fixture
def settled(network, programme):
    """Both distributors have a posted statement; D1's owner has a log-in."""
    programme()
    network.sell(
        network.line(yuan=9000, doc="FP-1"),
        network.line(yuan=3000, doc="FP-2", product="P2"),
        network.line("D2", 800, doc="FP-3"),
    )
    network.done = actions.settle(SYSTEM, programme="annual", period="2026")
    actions.approve(actor("finance"), run_id=network.done.run_id)
    user = User.objects.create_user("owner@d1", "x", name="Owner", role="owner", party_id=network.ids["D1"])
    UserScope.objects.create(user=user, kind="party", key=str(network.ids["D1"]))
    network.user, network.owner = user, actor("owner", network, "D1")
    network.mine = Statement.objects.unscoped("test").get(party_id=network.ids["D1"])
    return network


def object_to(settled, reason="少一箱", **more):
    return actions.dispute(settled.owner, statement_id=settled.mine.pk, reason=reason, **more)


def state(settled):
    return Statement.objects.unscoped("test").get(pk=settled.mine.pk).state


def test_a_ruling_answers_and_the_statement_can_be_confirmed(settled):
    first, second = object_to(settled), object_to(settled, "价格不对")
    assert state(settled) == "disputed"
    kept = actions.rule(actor("finance"), dispute_id=first, verdict="rejected", answer="入库单一致")
    assert (kept, state(settled)) == ("disputed", "disputed")
    with pytest.raises(Refused):
        actions.confirm(settled.owner, statement_id=settled.mine.pk)
    with pytest.raises(Refused) as no:
        actions.rule(actor("director"), dispute_id=second, verdict="upheld", answer="属实")
    assert no.value.field == "correction"
    freed = actions.rule(
        actor("director"), dispute_id=second, verdict="upheld", answer="属实", correction="FP-2 按合同价更正"
    )
    assert (freed, state(settled)) == ("open", "open")
    actions.confirm(settled.owner, statement_id=settled.mine.pk)
    row = Statement.objects.unscoped("test").get(pk=settled.mine.pk)
    assert (row.state, row.confirmed_by) == ("confirmed", settled.owner.name)
    assert row.confirmed_at is not None
    before = Entry.objects.count()
    actions.confirm(settled.owner, statement_id=settled.mine.pk)
    assert Entry.objects.count() == before
    told = list(Entry.objects.filter(name="rewards.dispute_ruled").order_by("id").values_list("payload", flat=True))
    assert ['"settled":false' in told[0].replace(" ", ""), '"settled":true' in told[1].replace(" ", "")] == [
        True
    ] * 2


def test_a_ruling_has_a_verdict_an_answer_and_happens_once(settled):
    number = object_to(settled)
    finance = actor("finance")
    for verdict, answer, field in (("maybe", "x", "verdict"), ("rejected", "  ", "answer")):
        with pytest.raises(Refused) as no:
            actions.rule(finance, dispute_id=number, verdict=verdict, answer=answer)
        assert no.value.field == field
    actions.rule(finance, dispute_id=number, verdict="rejected", answer="一致", correction="not kept")
    with pytest.raises(Refused) as no:
        actions.rule(finance, dispute_id=number, verdict="upheld", answer="x", correction="y")
    assert no.value.code == "ruled"
    row = Dispute.objects.unscoped("test").get(pk=number)
    assert (row.verdict, row.ruling, row.correction, row.ruled_by) == ("rejected", "一致", "", "finance")


def test_only_finance_and_the_director_rule_never_the_raiser_never_out_of_scope(settled):
    number = object_to(settled)
    for role in ("regional", "planner", "auditor"):
        with pytest.raises(Forbidden):
            actions.rule(actor(role), dispute_id=number, verdict="rejected", answer="x")
    for role in ("owner", "clerk"):
        with pytest.raises(Forbidden):
            actions.rule(actor(role, settled, "D1"), dispute_id=number, verdict="rejected", answer="x")
    both = Actor(settled.owner.name, 1, "finance", frozenset({"*"}), None)
    with pytest.raises(Refused) as no:
        actions.rule(both, dispute_id=number, verdict="rejected", answer="x")
    assert no.value.code == "four_eyes"
    elsewhere = Actor("finance-south", 2, "finance", frozenset({"rewards.rule"}), frozenset({settled.ids["D2"]}))
    with pytest.raises(Missing):
        actions.rule(elsewhere, dispute_id=number, verdict="rejected", answer="x")
    assert state(settled) == "disputed"


def test_the_distributor_is_told_of_the_statement_and_of_the_ruling(settled):
    number = object_to(settled)
    actions.rule(actor("finance"), dispute_id=number, verdict="upheld", answer="属实", correction="补一箱")
    while book.seal():
        pass
    book.deliver()
    told = list(Notice.objects.filter(user_id=settled.user.pk).order_by("id"))
    assert [notice.title_en for notice in told] == [
        f"Rebate {settled.done.number} was credited",
        f"Your objection to {settled.done.number} was upheld",
    ]
    assert {notice.link for notice in told} == {f"/rewards/statements/{settled.mine.pk}/"}
    assert "确认" in told[1].body


def test_an_upheld_line_is_corrected_by_posting_and_the_next_run_trues_up(settled):
    line = queries.statement_lines(settled.owner, statement_id=settled.mine.pk)[1]
    number = object_to(settled, line_id=line.id)
    actions.rule(
        actor("finance"), dispute_id=number, verdict="upheld", answer="属实", correction="FP-2 更正为 2,000"
    )
    assert queries.statement(settled.owner, statement_id=settled.mine.pk).due.due_minor == 240_00
    settled.sell(settled.line(yuan=2000, doc="FP-2", product="P2"))
    done = actions.settle(SYSTEM, programme="annual", period="2026")
    assert done.due_minor == 11000_00 * 2 // 100 - 240_00
    actions.approve(actor("finance"), run_id=done.run_id)
    entries = money.postings(settled.owner, kind="rebate", holder_id=settled.ids["D1"], currency="CNY")
    assert [(e.document, e.amount_minor, e.balance_minor) for e in entries] == [
        (done.number, -20_00, 220_00),
        (settled.done.number, 240_00, 240_00),
    ]
    balance = money.balance(settled.owner, kind="rebate", holder_id=settled.ids["D1"], currency="CNY")
    assert entries[0].balance_minor == balance == 220_00
    stranger = actor("owner", settled, "D2")
    assert money.postings(stranger, kind="rebate", holder_id=settled.ids["D1"], currency="CNY") == []
