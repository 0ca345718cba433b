"""Pages of pricing: what they show, what they write, what a stranger gets."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone, translation

from gongying.areas.pricing import actions, queries
from gongying.areas.pricing.rules import form_of, from_form, sentence
from gongying.core.actor import SYSTEM, Actor
from gongying.core.people.access import actor_for, sync_roles
from gongying.core.people.models import User, UserScope
from gongying.core.policies import read as policies
from gongying.core.policies.models import PolicyVersion

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
TEN = {"form": "buy_get", "products": ["P1"], "buy": "10", "get": 1, "cap_units": 40}
SINCE = {"since": TODAY - timedelta(days=9), "until": TODAY + timedelta(days=90)}


@pytest.fixture
def people(shop):
    sync_roles()

    def browser(role, code=""):
        user = User.objects.create_user(
            f"{role}{code}", None, name=role, role=role, party_id=shop.ids.get(code), language="en"
        )
        kind = "region" if role == "regional" else "party" if code else "all"
        key = {"region": {"D1": "HD", "D2": "HN"}.get(code, ""), "party": str(shop.ids.get(code, "")), "all": ""}[
            kind
        ]
        UserScope.objects.create(user=user, kind=kind, key=key)
        found = Client(headers={"accept-language": "en"})
        found.force_login(user)
        found.actor = actor_for(user)
        return found

    return browser


def test_the_price_book_says_for_whom_and_from_when(shop, people):
    shop.enter(scope_kind="party", scope_key="D1", price=Decimal("91.5"), list_code="ONLY-D1")
    text = people("director").get("/pricing/?q=P1").content.decode()
    assert "ONLY-D1" in text
    assert "91.50" in text
    assert "ONLY-D1" not in people("owner", "D2").get("/pricing/").content.decode()
    assert "ONLY-D1" in people("owner", "D1").get("/pricing/?scope=party").content.decode()


def test_the_waterfall_shows_each_step_with_its_document_and_what_was_beaten(shop, people):
    """X06: the net price explained on a page."""
    shop.terms({"rate": "0.05"})
    version = shop.promote(
        "summer",
        form="steps",
        reward="percent",
        basis="value",
        currency="CNY",
        steps=[{"start": "0", "rate": "0.1"}],
        **SINCE,
    )
    shop.enter(scope_kind="region", scope_key="HD", price=Decimal(98), list_code="HD26")
    shop.enter(price=Decimal(97), min_quantity=50, list_code="D26")
    text = people("director").get("/pricing/waterfall/?party=D1&product=P1&packs=10").content.decode()
    for said in (
        "980.00",
        "-¥49.00",
        "-¥93.10",
        "837.90",
        "HD26",
        "a nearer scope has a price",
        f"/pricing/promotions/{version}/",
    ):
        assert said in text, said
    stranger = people("owner", "D2").get("/pricing/waterfall/?party=D1&product=P1&packs=10").content.decode()
    assert "980.00" not in stranger, "the portal asks for one's own company, whatever the address says"
    assert people("regional", "D2").get("/pricing/waterfall/?party=D1&product=P1").status_code == 409


def test_a_distributor_reads_his_prices_and_what_is_left_for_him(shop, people):
    shop.promote("b10g1", **TEN, **SINCE)
    shop.use(shop.quote(("P1", 30), on=TODAY), "SO-1", on=TODAY)
    text = people("owner", "D1").get("/pricing/mine/").content.decode()
    assert "buy 10 pc, 1 pc free" in text
    assert "37 pc left for you" in text
    assert str(SINCE["until"] - timedelta(days=1)) in text
    assert people("director").get("/pricing/mine/").status_code == 403
    with translation.override("zh-hans"):
        (offer,) = queries.offers(SYSTEM, party_id=shop.ids["D1"], on=TODAY)
    assert (offer.says, offer.left) == ("电饭煲：买 10 件 送 1 件", "您还可享 37 件")


def typed(**more):
    return {
        "form": "buy_get", "title": "买三送一", "title_en": "Buy 3 get 1", "key": "b3g1", "from": TODAY.isoformat(), "to": "",
        "reward": "gift", "basis": "quantity", "unit": "", "buy": "3", "get": "1", "products": "P1", "currency": "",
        "t_party": "D1", "t_product": ["P1", "P2"], "t_packs": ["7", "1"], "t_pack": ["", "CS"],
    } | more  # fmt: skip


def test_the_editor_tries_a_basket_and_writes_nothing_until_it_is_saved(shop, people):
    browser = people("planner")
    text = browser.post("/pricing/promotions/preview/", typed()).content.decode()
    assert "buy 3 pc, 1 pc free" in text
    assert "It never ends, and nothing limits it." in text
    assert "850.00" in text, "seven at 100 and a case at 150"
    assert "-¥200.00" in text, "two of them free"
    assert not PolicyVersion.objects.exists()
    fault = browser.post("/pricing/promotions/preview/", typed(buy="x")).content.decode()
    assert "is not a number" in fault
    made = browser.post("/pricing/promotions/new/", typed())
    row = PolicyVersion.objects.get()
    assert made.headers["Location"] == f"/pricing/promotions/{row.pk}/"
    assert (row.status, queries.terms_of(row).buy, queries.terms_of(row).products) == ("draft", 3, ["P1"])
    assert browser.post("/pricing/promotions/new/", typed(key="")).status_code == 409


def test_a_director_publishes_and_sees_what_it_costs(shop, people):
    version = shop.draft("b10g1", **TEN, **SINCE, budget_units=50)
    director = people("director")
    assert director.post(f"/pricing/promotions/{version}/", {"what": "publish"}).status_code == 302
    shop.use(shop.quote(("P1", 20), on=TODAY), "SO-7", on=TODAY)
    text = director.get(f"/pricing/promotions/{version}/").content.decode()
    assert "¥200.00" in text
    assert ">48<" in text, "of fifty"
    assert "SO-7" in director.get(f"/pricing/promotions/{version}/uses/").content.decode()
    shop.unuse("SO-7")
    assert queries.performance(SYSTEM, policies.version(version)).units == 0
    other = people("regional", "D2").get(f"/pricing/promotions/{version}/uses/").content.decode()
    assert "SO-7" not in other


def test_a_promotion_of_one_region_and_a_draft_are_not_there_for_others(shop, people):
    mine = shop.promote("east", **TEN, **SINCE, scope=("region", "HD"))
    draft = shop.draft("later", **TEN, **SINCE)
    for browser in (people("regional", "D2"), people("owner", "D2")):
        assert browser.get(f"/pricing/promotions/{mine}/").status_code == 404
        assert browser.get(f"/pricing/promotions/{draft}/").status_code == 404
    assert people("owner", "D1").get(f"/pricing/promotions/{mine}/").status_code == 200


def test_the_replay_of_a_draft_counts_what_was_really_bought(shop, people):
    """Winners and losers of a draft by distributor, from the sell-in lines."""
    shop.sell(
        shop.line("D1", 2500, qty=25, doc="A1"),
        shop.line("D1", 500, qty=5, doc="A2", on=date(2026, 7, 16)),
        shop.line("D2", 900, qty=9, doc="B1"),
    )
    version = policies.version(shop.draft("b10g1", **TEN, **SINCE))
    found = queries.replayed(SYSTEM, version, date(2026, 7, 1), date(2026, 8, 1))
    assert [(row.code, row.units, row.after_minor, row.before_minor) for row in found] == [("D1", 2, 20_000, 0)]
    together = policies.version(shop.draft("all", **(TEN | {"cumulative": True}), **SINCE))
    assert [row.units for row in queries.replayed(SYSTEM, together, date(2026, 7, 1), date(2026, 8, 1))] == [3]
    capped = policies.version(shop.draft("cap", **(TEN | {"cap_units": 1}), **SINCE))
    assert [row.units for row in queries.replayed(SYSTEM, capped, date(2026, 7, 1), date(2026, 8, 1))] == [1]
    page = people("planner").get(f"/pricing/promotions/{version.pk}/replay/?from=2026-07-01&to=2026-07-31")
    assert "¥200.00" in page.content.decode()
    stranger = Actor("x", parties=frozenset({shop.ids["D2"]}))
    assert queries.replayed(stranger, version, date(2026, 7, 1), date(2026, 8, 1)) == []


def test_level_discounts_are_written_in_a_table(shop, people):
    director = people("director")
    sent = {
        "level": ["gold", ""],
        "goods": ["", "COOK P2"],
        "rate": ["5", "2.5"],
        "from": TODAY.isoformat(),
        "to": "",
        "what": "publish",
    }
    assert director.post("/pricing/levels/", sent).status_code == 302
    assert [line.net_minor for line in shop.quote(("P1", 1), ("P2", 1), on=TODAY).lines] == [9_750, 3_900]
    wrong = director.post("/pricing/levels/", sent | {"goods": ["", "NOSUCH"]})
    assert wrong.status_code == 409
    assert people("planner").get("/pricing/levels/").status_code == 200


def test_a_distributor_asks_with_evidence_and_a_director_decides(shop, people, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    from django.core.files.uploadedfile import SimpleUploadedFile

    owner = people("owner", "D1")
    sent = {
        "product": "P1", "price": "88", "packs": "20", "pack": "", "from": TODAY.isoformat(), "reason": "tender",
        "to": (TODAY + timedelta(days=20)).isoformat(), "competitor": "Rival", "competitor_price": "90",
        "file": SimpleUploadedFile("offer.pdf", b"%PDF-1.4 offer"), "party": "D2",
    }  # fmt: skip
    made = owner.post("/pricing/specials/new/", sent)
    row = queries.specials(SYSTEM).get()
    assert made.headers["Location"] == f"/pricing/specials/{row.pk}/"
    assert (row.party.code, row.file_id is not None) == ("D1", True)
    address = f"/pricing/specials/{row.pk}/"
    assert people("owner", "D2").get(address).status_code == 404
    director = people("director")
    assert "offer.pdf" in director.get(address).content.decode()
    assert director.post(address, {"what": "approve", "answer": "go"}).status_code == 302
    assert queries.special(SYSTEM, row.pk).state == "approved"
    assert "88.00" in owner.get("/pricing/mine/").content.decode()
    assert f"Special price {row.number} was approved" in owner.get("/ui/notices/").content.decode()
    assert owner.post(address, {"what": "approve"}).status_code == 403


def test_a_form_and_its_document_say_the_same(shop):
    documents = [
        TEN | {"cumulative": True, "counted_from": "2026-07-01"},
        {"form": "steps", "reward": "percent", "basis": "value", "currency": "CNY", "steps": [{"start": "100", "end": "200", "rate": "0.015"}, {"start": "200", "rate": "0.02"}], "cap_value": "12.5", "after": ["a"]},
        {"form": "bundle", "reward": "amount", "currency": "CNY", "parts": [{"product": "P1", "quantity": 2}], "rate": "7.5", "levels": ["gold"]},
    ]  # fmt: skip
    with translation.override("en"):
        said = []
        for number, document in enumerate(documents):
            terms = queries.terms_of(policies.version(shop.draft(f"x{number}", **document)))
            assert type(terms).model_validate(from_form(form_of(terms))) == terms
            said.append(sentence(terms, {"P1": "Cooker"}))
    assert said == [
        "Cooker: buy 10 pc, 1 pc free",
        "Everything: from 100 yuan 1.5% off; from 200 yuan 2% off",
        "Every set of Cooker × 2 pc: 7.5 yuan off",
    ]


def test_a_basket_is_priced_for_a_program(shop, people):
    browser = people("owner", "D1")
    found = browser.get(
        "/api/pricing/quote", {"party_id": shop.ids["D1"], "on": "2026-07-15", "items": ["P1:10", "P2:3:CS"]}
    )
    assert found.status_code == 200
    assert found.json()["net_minor"] == 145_000
    assert (
        browser.get(
            "/api/pricing/quote", {"party_id": shop.ids["D1"], "on": "2026-07-15", "items": ["P1"]}
        ).status_code
        == 409
    )
    assert browser.get("/api/pricing/quote", {"party_id": shop.ids["D2"], "on": "2026-07-15"}).status_code == 404


def test_the_palette_finds_promotions_and_special_prices_in_scope(shop, people):
    shop.promote("east-only", **TEN, **SINCE, scope=("region", "HD"))
    text = people("regional", "D1").get("/ui/find/?q=east-only").content.decode()
    assert "Deal east-only" in text
    assert "Deal east-only" not in people("regional", "D2").get("/ui/find/?q=east-only").content.decode()


def test_what_waits_is_on_the_home_page(shop, people):
    actions.request_special(
        SYSTEM, party_id=shop.ids["D1"], product_id=shop.skus["P1"], price=Decimal(90), packs=1, valid_from=TODAY,
        valid_to=TODAY + timedelta(days=3), reason="x",
    )  # fmt: skip
    from gongying.core.ui.todo import todos

    assert any("/pricing/specials/" in each.url for each in todos(people("director").actor))
