"""Policies are drafted in forms: what a form shows it reads back, and a wrong value is named (X12)."""

import json
from datetime import date

import pytest
from django.http import QueryDict
from django.test import Client
from django.utils import translation

from gongying.areas.accounts.rules import FACTOR
from gongying.core.actor import SYSTEM
from gongying.core.people.access import sync_roles
from gongying.core.people.models import User
from gongying.core.policies import actions, forms
from gongying.core.policies.kinds import KINDS, canonical
from gongying.core.policies.models import PolicyVersion
from gongying.core.refusal import Refused
from gongying.site import urls as _urls  # the pages declare the forms

TYPE = "application/x-www-form-urlencoded"
DOCUMENTS = {
    "billing.rules": {"buckets": [15, 45], "matching": "oldest"},
    "billing.reminders": {
        "levels": [{"days": 3, "title": "催款", "body": "{name}：\n{amount}"}, {"days": 9, "title": "再催", "body": "x"}],
        "repeat_days": 7,
        "least": 100,
    },
    "billing.ledger_map": {"accounts": {"sales": {"code": "6001.01", "name": "收入"}, "tax": {"code": "2221", "name": "税"}}},
    "orders.rules": {
        "minimum_amount": "500.50",
        "auto_approve_up_to": None,
        "back_orders": False,
        "approve_special_prices": True,
        "holidays": ["2026-10-01", "2026-10-02"],
    },
    "reconciliation.rules": {"tolerance": "0.10", "prefixes": ["A-", "B-"], "house": "某公司", "tacit": True},
    "channel.calendar": {"tolerance": "0.10", "reasons": [{"code": "x", "name": "甲", "sign": 0}]},
    "channel.trust": {"identity_zero": "0.10", "digit_p": "0.001", "cut_offs": ["90", "75.5", "60", "40"]},
    "warehouse.rules": {"four_eyes_units": 7, "reasons": [{"code": "a", "name": "甲", "name_en": "A"}]},
    "supply.rules": {"classes": ["gold", "silver"], "rule": "priority"},
    "rewards.answers": {"days": 5},
    "rewards.response": {"low": "0", "middle": "1.5", "high": "3"},
    "approvals.matrix": {
        "rules": [
            {"verb": "*", "role": "admin"},
            {"verb": "ordering.approve", "role": "finance", "limit": "50000.00", "since": "2026-01-01", "regions": ["HD"]},
        ]
    },
}  # fmt: skip
DOCUMENTS |= {
    "rewards.accrual": {"programmes": {"annual": {"method": "expected"}}},
    "rewards.vat": {},
    "rewards.watch": {},
    "recruiting.rules": {
        "competitors": [{"name": "某品牌", "level": "block"}],
        "accounts": [{"name": "某连锁", "party": "D1"}],
        "red_flags": ["拖欠", "fraud"],
    },
    "diligence.rules": {
        "accept_from": "3.50",
        "papers": [{"code": "licence", "name": "营业执照", "expires": True, "types": ["city"], "regions": ["HD"]}],
        "criteria": [
            {"code": "finance", "name": "财务", "computed": True},
            {"code": "people", "name": "团队", "low": "甲"},
        ],
        "pairs": [{"one": "finance", "other": "people", "times": "2.50"}],
    },
    "funds.fund": {
        "budget": "2000000",
        "steps": [{"start": "0", "share": "0.6"}, {"start": "30000", "share": "0.4"}],
    },
    "funds.claim_types": {},
    "funds.protection": {},
    "points.programme": {
        "rules": [{"code": "buy", "name": "进货", "kind": "value", "points": "1", "per": "100.50"}],
        "margin": "1",
        "method": "none",
        "value": "0.1",
        "multipliers": [{"level": "gold", "factor": "1.5"}],
    },
    "points.catalogue": {
        "rewards": [{"code": "SEAT", "name": "名额", "kind": "training", "points": 100, "cost": "8.50"}]
    },
}
DOCUMENTS[FACTOR] = {"roles": ["admin", "finance"]}
DOCUMENTS["tiers.programme"] = {
    "soft_landing": True,
    "review_after_days": 20,
    "interim": "quarter",
    "cover_weeks": "8.50",
    "gates": [{"metric": "overdue_days", "at_most": "30", "cap": "a"}],
    "levels": [
        {"code": "a", "name": "甲", "needs": [{"metric": "sell_in", "at_least": "100.50"}], "benefits": [{"name": "x"}]},
        {
            "code": "b",
            "name": "乙",
            "needs": [
                {"metric": "sell_in", "at_least": "200"},
                {"metric": "growth", "at_least": "0.10", "group": "g"},
                {"metric": "coverage", "at_least": "0.8", "group": "g"},
            ],
            "groups": [{"code": "g", "hold": 1}],
            "benefits": [{"name": "y", "kind": "fund", "key": "f", "amount": "5000"}, {"name": "z", "kind": "credit", "percent": "0.10"}],
        },
    ],
}  # fmt: skip
DOCUMENTS["stars.programme"] = {
    "metric": "sell_in",
    "at_least": "1000.50",
    "stars": [{"code": "three", "name": "三星", "years": 3}],
    "reasons": [{"code": "flood", "name": "水灾"}],
    "bonus_low": "0.010",
    "bonus_high": "0.02",
}
DOCUMENTS["certificates.kinds"] = {
    "kinds": [
        {"code": "LIC", "name": "许可证", "needed": "everybody", "reminders": [90, 7]},
        {"code": "TECH", "name": "工程师证", "name_en": "Fitter", "personal": True, "evidence": False, "needed": "regions", "whom": ["HD"]},
    ]
}  # fmt: skip
DOCUMENTS["credit.turnover"] = {
    "benchmark": "45",
    "slope": "0.005",
    "low": "0.80",
    "high": "1.2",
    "most_change": None,
}
DOCUMENTS["diversion.rules"] = {"answer_days": 15, "grounds": [{"code": "territory", "name": "区域外销售"}]}
DOCUMENTS["awards.category"] = {"criteria": [{"code": "new", "name": "新颖", "weight": "2.5"}], "prize": "5000.00"}


def document_of(code):
    return KINDS[code].schema.model_validate(DOCUMENTS[code])


def as_posted(code, typed):
    """What a browser sends of a form as it is shown, with one empty row below each table."""
    post = QueryDict(mutable=True)
    for ask in forms.asked(code):
        value = typed[ask.name]
        if ask.kind == "table":
            for row in [*value, {column.name: "" for column in ask.columns}]:
                for column in ask.columns:
                    post.appendlist(f"f.{ask.name}.{column.name}", row[column.name] or _first(column))
        elif ask.kind == "many":
            post.setlist(f"f.{ask.name}", value)
        else:
            post[f"f.{ask.name}"] = value
    return post


def _first(column):
    """What a list shows of which nothing was chosen."""
    return str(column.options()[0][0]) if column.kind == "choice" else ""


@pytest.fixture
def people(db):
    """Makes somebody of a role."""
    sync_roles()
    return lambda role: User.objects.create_user(role, None, name=role, role=role)


@pytest.fixture(autouse=True)
def _no_books(monkeypatch):
    """The forms are asked without a database: what regions and groups there are says the test."""
    known = {"regions": lambda: [("HD", "华东")], "groups": lambda: [("COOK", "厨房")]}
    known |= {"rewards.programmes": lambda: [("annual", "年度")], "funds.types": lambda: [("display", "陈列")]}
    monkeypatch.setattr(forms, "SOURCES", known)


def test_every_form_has_a_document_here():
    assert set(forms.FORMS) == {KINDS[code].code for code in DOCUMENTS}
    assert _urls is not None


@pytest.mark.parametrize("code", sorted(DOCUMENTS))
def test_a_form_asks_for_every_field_of_its_document(code):
    schema = KINDS[code].schema
    assert {ask.name for ask in forms.asked(code) if not ask.under} == set(schema.model_fields)
    held = document_of(code).model_dump(mode="json")
    for ask in forms.asked(code):
        if ask.kind == "table":
            above = held[ask.under] if ask.under else [held]
            found = [row.get(ask.name) for row in above if row.get(ask.name)]
            rows = [row for each in found for row in (each.values() if ask.keyed else each)]
            columns = ask.columns[1:] if ask.keyed or ask.under else ask.columns
            own = {column.name for column in columns} | {
                other.name for other in forms.asked(code) if other.under == ask.name
            }
            silent = {c.name for c in columns if c.optional} | {
                other.name for other in forms.asked(code) if other.under
            }
            assert rows, ask.name
            assert all(own - silent <= set(row) <= own for row in rows), ask.name


@pytest.mark.parametrize("code", sorted(DOCUMENTS))
def test_what_a_form_shows_comes_back_without_change(code):
    held = document_of(code)
    begun = held.model_dump(mode="json")
    typed = forms.posted(code, as_posted(code, forms.shown(code, begun)))
    read = KINDS[code].schema.model_validate(forms.document(code, typed, begun))
    assert canonical(read) == canonical(held)


@pytest.mark.parametrize("code", sorted(DOCUMENTS))
def test_typed_anew_it_means_the_same(code):
    """Nothing is taken over from the document the form began with."""
    held = document_of(code)
    typed = forms.posted(code, as_posted(code, forms.shown(code, held.model_dump(mode="json"))))
    assert KINDS[code].schema.model_validate(forms.document(code, typed, {})) == held


WRONG = [
    ("billing.rules", {"buckets": "30 x"}, "buckets", "逾期分段", "不是数字"),
    ("billing.rules", {"buckets": "60 30"}, "buckets", "逾期分段", "逐个递增"),
    ("billing.reminders", {"repeat_days": "0"}, "repeat_days", "重复催款间隔（天）", "至少应为 1"),
    ("billing.reminders", {"repeat_days": "soon"}, "repeat_days", "重复催款间隔（天）", "不是整数"),
    ("channel.trust", {"identity_zero": "120"}, "identity_zero", "不平衡数量占比", "100 %"),
    ("channel.trust", {"cut_offs": "40 55 70 85"}, "cut_offs", "A、B、C、D 的最低分", "必须递减"),
    ("channel.calendar", {"rhythm": "day"}, "rhythm", "申报周期", "列表中选择"),
    ("orders.rules", {"holidays": "2026-02-30"}, "holidays", "节假日", "2026-01-31"),
    ("orders.rules", {"minimum_amount": "much"}, "minimum_amount", "起订金额", "不是金额"),
    ("orders.rules", {"auto_approve_up_to": "-1"}, "auto_approve_up_to", "自动通过的金额上限", "至少应为 0"),
    ("warehouse.rules", {"four_eyes_units": "-5"}, "four_eyes_units", "超过此数量须双人复核", "至少应为 0"),
]


@pytest.mark.parametrize(("code", "changed", "path", "label", "said"), WRONG)
def test_a_bad_value_names_its_field_and_says_what_to_do(code, changed, path, label, said):
    begun = document_of(code).model_dump(mode="json")
    typed = forms.shown(code, begun) | changed
    with translation.override("zh-hans"), pytest.raises(Refused) as no:
        forms.check(code, forms.document(code, typed, begun))
    with translation.override("zh-hans"):
        assert no.value.field == path
        assert forms.named(code, path) == label
        assert said in str(no.value)


def test_a_bad_value_in_a_table_names_its_row_and_column():
    code = "billing.reminders"
    begun = document_of(code).model_dump(mode="json")
    typed = forms.shown(code, begun)
    typed["levels"][1]["days"] = "4000"
    with pytest.raises(Refused) as no:
        forms.check(code, forms.document(code, typed, begun))
    assert no.value.field == "levels.1.days"
    with translation.override("en"):
        assert forms.named(code, "levels.1.days") == "Levels of reminders, row 2: From days late"


def test_a_region_nobody_knows_and_an_account_twice_are_refused():
    begun = document_of("approvals.matrix").model_dump(mode="json")
    typed = forms.shown("approvals.matrix", begun)
    typed["rules"][1]["regions"] = "HD XX"
    with pytest.raises(Refused) as no:
        forms.document("approvals.matrix", typed, begun)
    assert no.value.field == "rules.1.regions"
    assert "XX" in str(no.value)
    begun = document_of("billing.ledger_map").model_dump(mode="json")
    typed = forms.shown("billing.ledger_map", begun)
    typed["accounts"][1]["kind"] = "sales"
    with pytest.raises(Refused) as no:
        forms.document("billing.ledger_map", typed, begun)
    assert no.value.field == "accounts.1.kind"


@pytest.mark.django_db
def test_the_editor_drafts_by_form_and_says_which_field_is_wrong(people):
    browser = Client()
    browser.force_login(people("planner"))
    page = browser.get("/control/policies/new/?kind=billing.reminders").content.decode()
    assert "催款间隔" in page
    assert "<textarea" in page
    assert 'name="f.levels.days"' in page
    typed = forms.shown("billing.reminders", document_of("billing.reminders").model_dump(mode="json"))
    head = {"kind": "billing.reminders", "title": "催款", "from": "2026-12-01", "to": ""}
    post = as_posted("billing.reminders", typed)
    post.update(head)
    answer = browser.post("/control/policies/new/", post.urlencode(), TYPE)
    assert answer.status_code == 302
    row = PolicyVersion.objects.get(kind="billing.reminders")
    assert (row.key, row.status, row.effective_from) == ("billing.reminders", "draft", date(2026, 12, 1))
    assert row.document == canonical(document_of("billing.reminders"))[0]
    post["f.repeat_days"] = "999"
    answer = browser.post(f"/control/policies/{row.pk}/edit/", post.urlencode(), TYPE)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "重复催款间隔（天）" in page
    assert "365" in page
    assert 'aria-invalid="true"' in page
    assert PolicyVersion.objects.get(pk=row.pk).document == row.document


@pytest.mark.django_db
def test_a_new_version_begins_with_what_holds_and_json_stays_for_experts(people):
    version = actions.draft(
        SYSTEM, kind="supply.rules", key="supply.rules", title="供货", document=DOCUMENTS["supply.rules"],
        effective_from=date(2026, 1, 1),
    )  # fmt: skip
    actions.publish(SYSTEM, version_id=version)
    browser = Client()
    browser.force_login(people("planner"))
    page = browser.get("/control/policies/new/?kind=supply.rules").content.decode()
    assert 'value="gold silver"' in page
    page = browser.get("/control/policies/new/?kind=supply.rules&as=json").content.decode()
    assert "&quot;gold&quot;" in page
    head = {"kind": "supply.rules", "title": "供货", "from": "2026-12-01"}
    answer = browser.post("/control/policies/new/", head | {"document": json.dumps({"answer_days": 9})})
    assert answer.status_code == 302
    assert json.loads(PolicyVersion.objects.latest("pk").document)["answer_days"] == 9
    answer = browser.post("/control/policies/new/", head | {"document": "[]"})
    assert answer.status_code == 409


@pytest.mark.django_db
def test_without_a_kind_the_editor_asks_for_one(people):
    browser = Client()
    browser.force_login(people("planner"))
    page = browser.get("/control/policies/new/").content.decode()
    own = {"prices.promotion", "prices.terms", "rewards.programme", "credit.rules"}
    assert {code for code in KINDS if f'?kind={code}"' not in page} == own
    assert all(href in page for href in ("/pricing/promotions/new/", "/rewards/programmes/new/", "/credit/rules/"))
