"""Pages of funds: what they show, what they write, what a stranger gets."""

import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from gongying.areas.funds import actions, queries
from gongying.areas.funds.models import Claim, Commitment, Relief
from gongying.books.prices import post as prices
from gongying.books.stock import post as stock
from gongying.core.actor import SYSTEM
from gongying.core.policies import read as policies
from gongying.core.refusal import Refused
from gongying.core.ui.typed import money

pytestmark = pytest.mark.django_db


def text_of(answer, status=200):
    assert answer.status_code == status, answer.content[:800]
    return answer.content.decode()


def upload(data, name="shot.jpg", kind="image/jpeg"):
    return SimpleUploadedFile(name, data, content_type=kind)


def asked(funds, **more):
    return {
        "party": "D1", "fund": "market", "kind": "display", "title": "Shelf", "cost": "1,000.00", "reason": "new",
        "from": funds.today.isoformat(), "to": (funds.today + timedelta(days=5)).isoformat(), "place": "West Lake",
        "latitude": "30.2741", "longitude": "120.1551",
    } | more  # fmt: skip


def test_the_whole_way_through_the_pages(funds, people):
    """C035, X04: asked on the phone, committed, claimed with the camera, decided line by line, paid."""
    owner, director, finance, admin = people("owner", "D1"), people("director"), people("finance"), people("admin")
    answer = owner.post("/funds/commitments/new/", asked(funds))
    row = Commitment.objects.for_actor(SYSTEM).get()
    assert answer["Location"] == f"/funds/commitments/{row.pk}/"
    assert "600.00" in text_of(director.get("/funds/commitments/?state=requested"))
    assert director.post(f"/funds/commitments/{row.pk}/", {"what": "approve"}).status_code == 302
    assert "Claim costs" in text_of(owner.get(f"/funds/commitments/{row.pk}/"))
    form = text_of(owner.get(f"/funds/commitments/{row.pk}/claim/"))
    assert 'accept="image/jpeg,image/png,image/webp"' in form
    shots = [upload(funds.photo(n, taken=funds.now()), f"{n}.jpg") for n in (1, 2)]
    sent = {
        "text.0": "rack", "amount.0": "600", "text.1": "flowers", "amount.1": "400", "invoice.1": "A-1",
        "file.photo": shots, "file.agreement": upload(b"%PDF-1.4 signed", "a.pdf", "application/pdf"),
    }  # fmt: skip
    assert owner.post(f"/funds/commitments/{row.pk}/claim/", sent).status_code == 302
    claim = Claim.objects.for_actor(SYSTEM).get()
    _rack, flowers = claim.lines.for_actor(SYSTEM).order_by("id")
    page = text_of(finance.get(f"/funds/claims/{claim.pk}/"))
    assert page.count("<img") == 2
    decided = {"what": "approve", f"line-{flowers.pk}": "100", f"reason-{flowers.pk}": "two bunches"}
    assert finance.post(f"/funds/claims/{claim.pk}/", decided).status_code == 302
    assert "420.00" in text_of(owner.get(f"/funds/claims/{claim.pk}/"))
    assert finance.post("/funds/claims/pay/", {"key": [claim.pk]}).status_code == 409  # he approved it
    assert admin.post("/funds/claims/pay/", {"key": [claim.pk]}).status_code == 302
    assert "420.00" in text_of(owner.get("/funds/mine/"))
    appeal = {"what": "appeal", "answer": "three bunches", "file": upload(funds.photo(9))}
    assert owner.post(f"/funds/claims/{claim.pk}/", appeal).status_code == 302
    assert claim.number in text_of(director.get("/funds/claims/?appeal=open"))
    ruled = {"what": "rule", "verdict": "upheld", "granted": "60", "answer": "one more"}
    assert director.post(f"/funds/claims/{claim.pk}/", ruled).status_code == 302
    assert claim.number not in text_of(director.get("/funds/claims/?appeal=open"))
    claim.refresh_from_db()
    assert (claim.state, claim.approved_minor, claim.paid_minor) == ("approved", 480_00, 420_00)
    assert queries.appeals(SYSTEM).get().file is not None
    assert owner.get(f"/funds/appeals/{queries.appeals(SYSTEM).get().pk}/file/").status_code == 200
    assert owner.get(f"/funds/proofs/{claim.proofs.for_actor(SYSTEM).first().pk}/")["Content-Type"] == "image/jpeg"
    assert text_of(finance.get("/funds/claims/?export=csv")).count(claim.number) == 1


def test_a_form_that_is_wrong_says_where_and_keeps_what_was_typed(funds, people):
    owner = people("owner", "D1")
    page = text_of(owner.post("/funds/commitments/new/", asked(funds, cost="much")), 409)
    assert 'value="Shelf"' in page
    page = text_of(owner.post("/funds/commitments/new/", asked(funds, latitude="x")), 409)
    assert 'value="120.1551"' in page
    made = funds.committed()
    assert owner.post(f"/funds/commitments/{made}/claim/", {}).status_code == 409
    wrong = {"text.0": "rack", "amount.0": "10", "file.photo": upload(b"MZ nothing", "x.exe", "image/jpeg")}
    assert "x.exe" in text_of(owner.post(f"/funds/commitments/{made}/claim/", wrong), 409)
    assert queries.claims(SYSTEM).count() == 0
    for text in ("", "abc", "1.005", "NaN", "1e30"):
        with pytest.raises(Refused):
            money(text, "CNY", "x")
    assert money("1,234.50", "CNY", "x") == 1_234_50


def test_strangers_get_nothing_and_portals_no_desk(funds, people):
    made = funds.committed()
    claim = funds.claim(made)
    proof = queries.claim(SYSTEM, claim).proofs.for_actor(SYSTEM).first().pk
    for browser in (people("owner", "D2"), people("regional", "D2")):
        for address in (f"commitments/{made}/", f"claims/{claim}/", f"proofs/{proof}/"):
            assert browser.get(f"/funds/{address}").status_code == 404, address
        assert browser.post(f"/funds/commitments/{made}/", {"what": "close"}).status_code == 404
    owner = people("owner", "D1")
    for address in ("", "fund/market/", "ageing/", "effects/", "protection/"):
        assert owner.get(f"/funds/{address}").status_code == 403, address
    text = text_of(owner.get("/funds/claims/"))
    assert "Risk" not in text


def test_a_picture_of_somebody_else_is_shown_to_the_desk_and_not_to_the_distributor(funds, people):
    funds.claim(funds.committed(), seed=1)
    again = funds.claim(funds.committed("D2"), code="D2", seed=1)
    desk = text_of(people("finance").get(f"/funds/claims/{again}/"))
    assert desk.count("<img") == 4
    assert "The same file was used before" in desk
    mine = text_of(people("owner", "D2").get(f"/funds/claims/{again}/"))
    assert mine.count("<img") == 2
    assert "somebody else" in mine
    assert "CNRY-D1" not in mine


def test_funds_are_listed_with_their_bars_and_money_is_put_in(funds, people):
    finance = people("finance")
    funds.ask()
    board = text_of(finance.get("/funds/"))
    assert "market fund" in board
    assert "99,400.00" in board
    assert (
        finance.post("/funds/fund/market/", {"what": "budget", "amount": "100", "reason": "more"}).status_code
        == 302
    )
    assert "100,100.00" in text_of(finance.get("/funds/fund/market/"))
    assert finance.post("/funds/fund/market/", {"what": "budget", "amount": "100", "reason": ""}).status_code == 409
    grant = {"what": "grant", "party": "D1", "amount": "50", "reason": "training"}
    assert finance.post("/funds/fund/growth/", grant).status_code == 302
    assert text_of(finance.get("/funds/fund/growth/")).count("50.00") >= 2
    assert finance.post("/funds/fund/growth/", grant | {"party": "NOBODY"}).status_code == 409
    assert finance.get("/funds/fund/nowhere/").status_code == 404
    owner = text_of(people("owner", "D1").get("/funds/mine/"))
    assert "growth fund" in owner


def test_a_fund_is_drafted_in_the_form_of_policies(funds, people):
    admin = people("admin")
    page = text_of(admin.get("/control/policies/new/?kind=funds.fund"))
    assert 'name="f.steps.share"' in page
    typed = {
        "kind": "funds.fund", "key": "spring", "title": "春季基金", "title_en": "Spring", "from": "2026-01-01", "to": "",
        "f.currency": "CNY", "f.source": "fixed", "f.period": "quarter", "f.budget": "500000", "f.rate": "0", "f.own": "no",
        "f.levels": "", "f.parties": "", "f.step_by": "cost", "f.method": "marginal", "f.steps.start": ["0", "10000", ""],
        "f.steps.share": ["70", "40", ""], "f.notice_days": "3", "f.submit_days": "20", "f.expire_days": "40",
    }  # fmt: skip
    assert admin.post("/control/policies/new/", typed).status_code == 302
    row = policies.versions("funds.fund", "spring").get()
    document = policies.parsed(row)
    assert [str(step.share) for step in document.steps] == ["0.7", "0.4"]
    assert (
        admin.post("/control/policies/new/", typed | {"key": "x", "f.steps.share": ["170", "40", ""]}).status_code
        == 409
    )
    link = text_of(people("director").get("/funds/"))
    assert "/control/policies/new/?kind=funds.fund" in link


def test_ageing_and_effects(funds, people):
    made = funds.committed()
    funds.claim(made, 500_00)
    director = people("director")
    page = text_of(director.get("/funds/ageing/"))
    assert page.count("300.00") >= 2
    assert "Committed, not claimed" in page
    for address in ("", f"?period={funds.today.year}", "?period=nonsense", "?export=csv"):
        assert director.get(f"/funds/effects/{address}").status_code == 200, address


@pytest.fixture
def fallen(funds):
    base = prices.PriceIn(
        "L",
        "dealer",
        funds.skus["P1"],
        "CNY",
        100,
        valid_from=funds.today - timedelta(days=90),
        valid_to=funds.today,
    )
    funds.price(base, base._replace(list_code="M", price=90, valid_from=funds.today, valid_to=None))
    funds.moves(
        stock.MoveIn("a", funds.ids["D1"], funds.skus["P1"], funds.today - timedelta(days=5), 12, "receipt", "LOT1")
    )
    return funds


def test_the_calculator_previews_draws_and_somebody_else_decides(fallen, people):
    """X37: preview before it is drawn; four eyes; explained lot by lot."""
    planner, director = people("planner"), people("director")
    term = {"products": "P1", "on": fallen.today.isoformat(), "fund": "market"}
    page = text_of(planner.get("/funds/protection/", term))
    assert "LOT1" in page
    assert "120.00" in page
    assert Relief.objects.unscoped("test").count() == 0
    assert planner.post("/funds/protection/", term | {"title": ""}).status_code == 409
    assert planner.get("/funds/protection/", term | {"products": "NOSUCH"}).status_code == 409
    assert planner.post("/funds/protection/", term | {"title": "P1 falls"}).status_code == 302
    drawn = Relief.objects.unscoped("test").get()
    assert "LOT1" in text_of(director.get(f"/funds/protection/{drawn.pk}/"))
    assert director.post(f"/funds/protection/{drawn.pk}/", {"verdict": "rejected"}).status_code == 409
    assert director.post(f"/funds/protection/{drawn.pk}/", {"verdict": "approved"}).status_code == 302
    assert "P1 falls" in text_of(people("owner", "D1").get("/funds/mine/"))


def test_an_agreement_is_asked_agreed_and_claimed_on_pages(fallen, people):
    """C111: ship and debit."""
    owner, director = people("owner", "D1"), people("director")
    since, until = fallen.today - timedelta(days=4), fallen.today + timedelta(days=4)
    typed = {
        "party": "D1", "product": "P1", "customer": "Hotel", "fund": "market", "acquisition": "100", "agreed": "92.5",
        "units": "50", "from": since.isoformat(), "to": until.isoformat(), "reason": "tender",
    }  # fmt: skip
    assert owner.post("/funds/debits/new/", typed | {"agreed": "101"}).status_code == 409
    assert owner.post("/funds/debits/new/", typed).status_code == 302
    made = queries.agreements(SYSTEM).get().pk
    assert people("owner", "D2").get(f"/funds/debits/{made}/").status_code == 404
    assert director.post(f"/funds/debits/{made}/", {"verdict": "approved"}).status_code == 302
    line = fallen.line(yuan=920, on=fallen.today - timedelta(days=2), doc="T1", qty=10)
    fallen.sell(line._replace(level="sell_through", counterparty="Hotel"))
    assert "75.00" in text_of(owner.get(f"/funds/debits/{made}/"))
    span = {"what": "claim", "from": since.isoformat(), "to": fallen.today.isoformat()}
    answer = owner.post(f"/funds/debits/{made}/", span)
    drawn = Relief.objects.unscoped("test").get()
    assert answer["Location"] == f"/funds/protection/{drawn.pk}/"
    assert "T1" in text_of(owner.get(f"/funds/protection/{drawn.pk}/"))


def test_what_waits_is_told_at_home_and_found_in_the_palette(funds, people):
    made = funds.ask()
    row = queries.commitment(SYSTEM, made)
    assert "Activities to decide: 1" in text_of(people("director").get("/ui/todos/"))
    assert row.number in text_of(people("admin").get(f"/ui/find/?q={row.number}"))
    actions.approve_request(funds.people.director, commitment_id=made)
    assert "Activities to claim soon" not in text_of(people("owner", "D1").get("/ui/todos/"))
    Commitment.objects.unscoped("test").filter(pk=made).update(submit_by=timezone.localdate() + timedelta(days=3))
    assert "Activities to claim soon: 1" in text_of(people("clerk", "D1").get("/ui/todos/"))


def test_both_languages(funds, people):
    claim = funds.claim(funds.committed(), proofs=[])
    finance = people("finance")
    finance.defaults["HTTP_ACCEPT_LANGUAGE"] = "zh-hans"
    from gongying.core.people.models import User

    User.objects.filter(login="finance").update(language="zh-hans")
    page = text_of(finance.get(f"/funds/claims/{claim}/"))
    assert "缺少凭证" in page
    assert "照片：2 份中有 0 份" in page
    assert io.StringIO(page).readline().startswith("<!doctype html>")
