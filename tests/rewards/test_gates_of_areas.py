"""Gates that other areas know: a certificate that is good on the last day of the period, no diversion case open on it."""

from datetime import date, timedelta

import pytest
from django.test import Client

from gongying.areas.certificates import actions as certificates
from gongying.areas.diversion import actions as diversion
from gongying.areas.diversion.actions import Found
from gongying.areas.diversion.models import Case
from gongying.areas.rewards import actions, queries, rules
from gongying.areas.rewards.models import Statement
from gongying.books.money import read as money
from gongying.core.actor import SYSTEM, Actor
from gongying.core.people.access import sync_roles
from gongying.core.people.models import User, UserScope
from gongying.core.policies import actions as policies
from gongying.core.refusal import Refused

pytestmark = pytest.mark.django_db
FLAT = [{"start": "0", "end": None, "rate": "0.10"}]
HELD, CLEAN = {"gate": "certificate_held", "of": "LIC"}, {"gate": "no_open_diversion_case"}
LAST = date(2026, 6, 30)  # of the period
DIRECTOR = Actor("director", role="director", may=frozenset({"*"}), parties=None)
PLANNER = Actor("planner", role="planner", may=frozenset({"*"}), parties=None)


@pytest.fixture
def kinds(network):
    version = policies.draft(
        SYSTEM, kind="certificates.kinds", key="certificates.kinds", title="证书", effective_from=date(2025, 1, 1),
        document={"kinds": [{"code": "LIC", "name": "许可证", "name_en": "Licence", "evidence": False}]},
    )  # fmt: skip
    policies.publish(SYSTEM, version_id=version)
    network.sell(
        *[network.line(code, 500, date(2026, m, 5), f"{code}-{m}") for code in ("D1", "D2") for m in (2, 5)]
    )
    return network


def certificate(network, code="D1", since=date(2026, 1, 1), until=LAST, serial="1"):
    made = certificates.record(
        PLANNER, party_id=network.ids[code], kind="LIC", serial=serial, issuer="x", valid_from=since, valid_to=until
    )
    certificates.accept(DIRECTOR, certificate_id=made)
    return made


def case(network, code="D1", opened=LAST, closed=None):
    found = Found("x", 1, date(2026, 6, 1), "P1")
    pk = diversion.report(PLANNER, party_id=network.ids[code], text="x", evidence=found)
    diversion.open_case(DIRECTOR, case_id=pk, ground="territory", summary="x")
    rows = Case.objects.unscoped("test").filter(pk=pk)
    rows.update(opened_on=opened, **({"closed_on": closed, "state": "closed"} if closed else {}))
    return rows.get()


def settle(period="2026H1", on=date(2026, 7, 10)):
    made = actions.settle(SYSTEM, programme="annual", period=period, as_of=on)
    if made.run_id is not None:
        actions.approve(DIRECTOR, run_id=made.run_id)
    return made


def balance(network, code="D1"):
    return money.balance(SYSTEM, kind="rebate", holder_id=network.ids[code], currency="CNY")


def statement(network, code="D1"):
    return Statement.objects.unscoped("test").filter(party_id=network.ids[code]).order_by("-id").first()


def gate_of(network, code="D1"):
    """What the derivation of a distributor says of its gates."""
    rows = queries.calculate("annual", "2026H1").rows
    parts = next(row[3].parts for row in rows if row[0] == network.ids[code])
    return next((part.inputs["gates"] for part in parts if part.code == "gate"), "")


def test_a_settlement_pays_whose_certificate_is_good_on_the_last_day(kinds, programme):
    certificate(kinds, "D1")
    certificate(kinds, "D2", until=LAST - timedelta(days=1))
    programme(tiers=FLAT, period="half", gates=[HELD])
    settle()
    assert (balance(kinds, "D1"), balance(kinds, "D2")) == (100_00, 0)
    assert (gate_of(kinds, "D1"), gate_of(kinds, "D2")) == ("", "certificate_held/LIC=2026-06-29")


def test_a_certificate_shown_late_pays_with_the_next_run_and_one_withdrawn_later_takes_nothing_back(
    kinds, programme
):
    programme(tiers=FLAT, period="half", gates=[HELD])
    assert settle().run_id is None or balance(kinds) == 0
    assert gate_of(kinds) == "certificate_held/LIC=-"
    made = certificate(kinds)
    settle(on=date(2026, 7, 20))
    assert balance(kinds) == 100_00
    certificates.withdraw(DIRECTOR, certificate_id=made, reason="x")
    settle(on=date(2026, 7, 30))
    assert balance(kinds) == 100_00, "withdrawn after the period: it was held on its last day"


def test_a_settlement_pays_nobody_with_an_open_case_and_who_was_cleared_later_stays_judged_by_that_day(
    kinds, programme
):
    row = case(kinds, "D1", opened=LAST)
    case(kinds, "D2", opened=LAST + timedelta(days=1))
    programme(tiers=FLAT, period="half", gates=[CLEAN])
    settle()
    assert (balance(kinds, "D1"), balance(kinds, "D2")) == (0, 100_00)
    assert gate_of(kinds) == f"no_open_diversion_case={row.number}"
    Case.objects.unscoped("test").filter(pk=row.pk).update(closed_on=LAST + timedelta(days=1), state="closed")
    assert gate_of(kinds), "history is answered as of the end of the period"
    Case.objects.unscoped("test").filter(pk=row.pk).update(closed_on=LAST)
    assert not gate_of(kinds)


def test_a_replay_asks_each_period_as_of_its_own_end(kinds, programme):
    certificate(kinds, "D1", until=date(2026, 3, 31))
    certificate(kinds, "D1", since=date(2026, 4, 1), until=None, serial="2")
    certificate(kinds, "D2", until=date(2026, 3, 31))
    case(kinds, "D1", opened=date(2026, 3, 1), closed=date(2026, 4, 10))
    programme(tiers=FLAT, period="quarter", gates=[HELD, CLEAN])
    found = {
        (period, code): next((row[3].entitled for row in queries.calculate("annual", period).rows if row[0] == kinds.ids[code]), None)
        for period in ("2026Q1", "2026Q2")
        for code in ("D1", "D2")
    }  # fmt: skip
    assert found == {("2026Q1", "D1"): 0, ("2026Q1", "D2"): 50_00, ("2026Q2", "D1"): 50_00, ("2026Q2", "D2"): 0}


def test_drafts_name_a_kind_that_exists_and_none_where_nothing_is_named(kinds, programme):
    for gate, code in (({"gate": "certificate_held"}, "of"), (HELD | {"of": "NONE"}, "of"), (CLEAN | {"of": "LIC"}, "of")):  # fmt: skip
        with pytest.raises(Refused) as no:
            programme(tiers=FLAT, gates=[gate])
        assert no.value.code == code
    twice = rules.Programme.model_validate(
        {"method": "slab", "period": "year", "tiers": FLAT, "gates": [HELD, HELD]}
    )
    assert "twice" in {each.code for each in rules.lint(twice)}
    two = twice.model_copy(update={"gates": [*twice.gates[:1], rules.Gate(gate="certificate_held", of="B")]})
    assert "twice" not in {each.code for each in rules.lint(two)}, "two kinds are two gates"


def browser(network, role, code="", language="zh-hans"):
    user = User.objects.create_user(f"g{role}{code}", "x", name="x", role=role, party_id=network.ids.get(code))
    kind, key = ("party", str(network.ids[code])) if code else ("all", "")
    UserScope.objects.create(user=user, kind=kind, key=key)
    made = Client()
    made.force_login(user)
    made.cookies["django_language"] = language
    return made


def test_the_statement_says_which_gate_and_leads_there_whom_it_may(kinds, programme):
    sync_roles()
    certificate(kinds, "D1", until=date(2026, 3, 31))
    row = case(kinds, "D1")
    programme(tiers=FLAT, period="half", gates=[])
    settle()
    programme(tiers=FLAT, period="half", gates=[HELD, CLEAN], start=date(2026, 2, 1))
    settle(on=date(2026, 7, 12))
    held = statement(kinds)
    assert (held.entitled_minor, balance(kinds)) == (0, 0), "taken back"
    desk = browser(kinds, "director").get(f"/rewards/statements/{held.pk}/").content.decode()
    assert "持有有效证书 “许可证”: 2026-03-31" in desk
    assert f'href="/diversion/{row.pk}/"' in desk
    assert 'href="/certificates/?kind=LIC&amp;q=D1"' in desk
    mine = browser(kinds, "owner", "D1", "en").get(f"/rewards/statements/{held.pk}/").content.decode()
    assert 'href="/certificates/mine/"' in mine
    assert "Good certificate held “Licence”" in mine
    assert browser(kinds, "auditor").get(f"/rewards/statements/{held.pk}/?export=pdf").status_code == 200


def test_the_editor_offers_each_kind_and_keeps_what_was_chosen(kinds, programme):
    sync_roles()
    version, desk = programme(tiers=FLAT, gates=[HELD, CLEAN]), browser(kinds, "planner")
    page = desk.get(f"/rewards/programmes/{version}/edit/").content.decode()
    assert '<option value="certificate_held/LIC" selected>' in page
    assert '<option value="no_open_diversion_case" selected>' in page
    shown = desk.get(f"/rewards/programmes/{version}/").content.decode()
    assert "持有有效证书" in shown
    document = rules.Programme.model_validate({"method": "slab", "period": "year", "tiers": FLAT, "gates": [HELD, CLEAN]})  # fmt: skip
    assert rules.Programme.model_validate(rules.from_form(rules.form_of(document))) == document
