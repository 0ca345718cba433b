"""From a public link to the decision: consent, throttle, conflicts, referees, personal data, whose regions."""

import json
from datetime import timedelta

import pytest
from applicants import APPLICANT, CODE, DIRECTOR, OTHER, SAID
from django.utils import timezone

from gongying.areas.recruiting import actions, queries
from gongying.areas.recruiting.models import Application, Contact, Knock, Reference
from gongying.books.places.post import TerritoryIn
from gongying.core.actor import SYSTEM
from gongying.core.audit.models import AuditRow
from gongying.core.files import shelf
from gongying.core.journal.models import Entry
from gongying.core.refusal import Forbidden, Missing, Refused

pytestmark = pytest.mark.django_db
LEVELS = {"pays": 5, "keeps": 4, "market": 4, "service": 3, "people": 4}


def refused(code):
    return pytest.raises(Refused, check=lambda no: no.code == code)


def test_nobody_is_kept_without_consent_and_the_text_is_kept_with_the_name(recruiting):
    place = recruiting.campaign()
    with refused("consent"):
        actions.apply(APPLICANT, token=place.token, company="X Ltd", region="HZ", name="Lin", phone="13800001111")
    assert not Application.objects.exists()
    secret = recruiting.apply(place.token)
    held = queries.contact(queries.of_secret(secret))
    assert "withdraw" in held.consent
    assert len(held.consent_hash) == 64


def test_no_fact_and_no_audit_line_carries_personal_data(recruiting):
    place = recruiting.campaign()
    row, secret = recruiting.handed(place.token, referees=[["bank", "A Bank", "Mr Hu", "13900002222"]])
    actions.assign(DIRECTOR, application_id=row.pk)
    texts = [str(each.__dict__) for each in (*Entry.objects.all(), *AuditRow.objects.all())]
    assert len(texts) > 6
    for text in texts:
        assert not any(word in text for word in ("Lin", "13800001111", "Mr Hu", "13900002222", secret))


def test_a_campaign_takes_applications_only_while_it_is_open(recruiting):
    later = recruiting.campaign(opens_on=recruiting.today + timedelta(days=2))
    with refused("closed"):
        recruiting.apply(later.token)
    place = recruiting.campaign()
    actions.close_campaign(DIRECTOR, campaign_id=place.pk)
    with refused("closed"):
        recruiting.apply(place.token)
    draft = actions.draft_campaign(
        DIRECTOR,
        title="x",
        region="HD",
        places=1,
        opens_on=recruiting.today,
        closes_on=recruiting.today + timedelta(days=1),
    )
    with pytest.raises(Missing):
        recruiting.apply(queries.campaign(DIRECTOR, draft).token)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"company": " "}, "company"), ({"name": "L"}, "name"), ({"phone": "call me"}, "phone"), ({"email": "nowhere"}, "email"),
        ({"region": "GZ"}, "region"), ({"region": "XX"}, "region"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_the_short_form_is_named(recruiting, wrong, field):
    place = recruiting.campaign()
    given = {"company": "X Ltd", "region": "HZ", "name": "Lin", "phone": "13800001111"} | wrong
    with pytest.raises(Refused) as no:
        actions.apply(APPLICANT, token=place.token, consent=True, **given)
    assert no.value.field == field


def test_an_application_is_handed_in_complete_with_a_sound_code(recruiting):
    place = recruiting.campaign()
    secret = recruiting.apply(place.token)
    with refused("incomplete"):
        actions.hand_in(APPLICANT, secret=secret)
    with refused("code"):
        actions.fill(APPLICANT, secret=secret, uscc=CODE[:-1] + "4", channel="", said=SAID)
    assert actions.fill(APPLICANT, secret=secret, uscc=CODE, channel="", said=SAID | {"outlets": None}) == [
        "outlets"
    ]
    with refused("invalid"):
        actions.fill(APPLICANT, secret=secret, uscc=CODE, channel="", said=SAID | {"founded": 99})
    assert actions.fill(APPLICANT, secret=secret, uscc=f" {CODE.lower()} ", channel="", said=SAID) == []
    assert actions.hand_in(APPLICANT, secret=secret) == 0
    assert queries.of_secret(secret).state == "application"
    with refused("state"):
        actions.fill(APPLICANT, secret=secret, uscc=CODE, channel="", said=SAID)


def test_a_conflict_blocks_until_somebody_answers_for_it_with_a_reason(recruiting):
    recruiting.grant(TerritoryIn(recruiting.ids["D1"], "ZJ", exclusive=True))
    recruiting.sell(recruiting.line(yuan=9000, on=recruiting.today - timedelta(days=30)))
    place = recruiting.campaign()
    row, _secret = recruiting.handed(place.token)
    clash = queries.clashes(DIRECTOR, row, recruiting.today)[0]
    assert (clash.row.code, clash.row.level, clash.party_id) == ("exclusive", "block", recruiting.ids["D1"])
    assert clash.volume_minor == 9000_00, "what the other one bought in twelve months is what is at stake"
    actions.assign(DIRECTOR, application_id=row.pk)
    actions.move(DIRECTOR, application_id=row.pk, after="examination")
    with refused("conflicts"):
        actions.move(DIRECTOR, application_id=row.pk, after="decision")
    with pytest.raises(Refused):
        actions.answer_conflict(
            DIRECTOR, application_id=row.pk, conflict_id=clash.row.pk, verdict="agreed", reason="ok"
        )
    actions.answer_conflict(
        DIRECTOR,
        application_id=row.pk,
        conflict_id=clash.row.pk,
        verdict="agreed",
        reason="D1 gives up Hangzhou by letter",
    )
    assert actions.recheck(DIRECTOR, application_id=row.pk) == 0, (
        "an answer stays as long as the very conflict does"
    )
    actions.move(DIRECTOR, application_id=row.pk, after="decision")
    recruiting.grant(TerritoryIn(recruiting.ids["D2"], "HZ", channel="online", exclusive=False))
    assert actions.recheck(DIRECTOR, application_id=row.pk) == 0
    assert row.conflicts.count() == 2


def test_known_partners_brands_and_accounts_are_found(recruiting):
    recruiting.rules(
        competitors=[{"name": "acme", "level": "block"}], accounts=[{"name": "Big Mart", "party": "D2"}]
    )
    place = recruiting.campaign()
    row, _secret = recruiting.handed(place.token)
    assert {(each.code, each.party_ref) for each in row.conflicts.all()} == {
        ("competing", None), ("key_account", recruiting.ids["D2"]),
    }  # fmt: skip
    again, _other = recruiting.handed(place.token)
    assert "twice" in {each.code for each in again.conflicts.all()}


def test_nobody_accepts_but_by_a_document_and_the_applicant_is_told(recruiting):
    place = recruiting.campaign()
    row, secret = recruiting.handed(place.token)
    actions.assign(DIRECTOR, application_id=row.pk)
    with refused("state"):
        actions.conclude(DIRECTOR, application_id=row.pk, verdict="accepted", document="JC-1", answer="Welcome")
    actions.move(DIRECTOR, application_id=row.pk, after="examination")
    actions.move(DIRECTOR, application_id=row.pk, after="decision")
    with refused("document"):
        actions.conclude(DIRECTOR, application_id=row.pk, verdict="accepted", document="", answer="Welcome")
    with refused("answer"):
        actions.conclude(DIRECTOR, application_id=row.pk, verdict="conditional", document="JC-1", answer=" ")
    actions.conclude(
        DIRECTOR,
        application_id=row.pk,
        verdict="conditional",
        document="JC-1",
        answer="With a deposit",
        conditions="100,000",
    )
    held = queries.of_secret(secret)
    assert (held.state, held.answer, held.conditions) == ("conditional", "With a deposit", "100,000")
    assert queries.left(held.campaign) == 1


def test_a_sample_of_sales_is_read_and_graded(recruiting, tmp_path):
    place = recruiting.campaign()
    secret = recruiting.apply(place.token)
    lines = "\n".join(
        f"2026-{1 + n // 4:02d}-{1 + 7 * (n % 4):02d},货{n % 3},{n + 1},店{n % 5},{n}.50" for n in range(44)
    )
    for name, text, grade in (
        ("sales.csv", f"日期,品名,数量,客户,金额\n{lines}", "A"),
        ("bare.csv", "品名,数量\nx,1", "E"),
    ):
        file = shelf.store(APPLICANT, name=name, chunks=[text.encode()], purpose="recruiting")
        assert actions.keep_sample(APPLICANT, secret=secret, file_id=file.pk) == grade
    held = queries.readiness(queries.of_secret(secret))
    assert held.lacking == ("day", "customer", "amount")
    file = shelf.store(APPLICANT, name="x.pdf", chunks=[b"%PDF-1.4"], purpose="recruiting")
    with refused("type"):
        actions.keep_sample(APPLICANT, secret=secret, file_id=file.pk)
    foreign = shelf.store(SYSTEM, name="sales.csv", chunks=[b"a,b\n1,2"], purpose="import")
    with pytest.raises(Missing):
        actions.keep_sample(APPLICANT, secret=secret, file_id=foreign.pk)


def test_a_referee_answers_once_within_his_days(recruiting):
    place = recruiting.campaign()
    row, _secret = recruiting.handed(
        place.token, referees=[["bank", "A Bank", "Mr Hu", "139"], ["customer", "", "Ms Wu", ""]]
    )
    first, second = row.references.order_by("id")
    old = actions.ask_reference(DIRECTOR, application_id=row.pk, reference_id=first.pk)
    link = actions.ask_reference(DIRECTOR, application_id=row.pk, reference_id=first.pk)
    with pytest.raises(Missing):
        queries.referred(old)
    with pytest.raises(Refused):
        actions.answer_reference(APPLICANT, secret=link, levels={"pays": 5}, years=3, again=True, who="Hu")
    actions.answer_reference(
        APPLICANT, secret=link, levels=LEVELS, years=3, again=True, who="Hu, A Bank", text="曾有纠纷"
    )
    held = queries.references(row)[0]
    assert held[1].levels == LEVELS
    assert held[0].flags == "纠纷"
    with pytest.raises(Missing):
        actions.answer_reference(APPLICANT, secret=link, levels=LEVELS, years=3, again=True, who="Hu")
    with refused("answered"):
        actions.ask_reference(DIRECTOR, application_id=row.pk, reference_id=first.pk)
    late = actions.ask_reference(DIRECTOR, application_id=row.pk, reference_id=second.pk)
    Reference.objects.filter(pk=second.pk).update(until=recruiting.today - timedelta(days=1))
    with refused("late"):
        actions.answer_reference(APPLICANT, secret=late, levels=LEVELS, years=3, again=True, who="Wu")


def test_who_withdraws_is_erased_at_once_and_the_numbers_stay(recruiting):
    place = recruiting.campaign()
    row, secret = recruiting.handed(place.token, referees=[["bank", "A Bank", "Mr Hu", "139"]])
    actions.take_back(APPLICANT, secret=secret)
    assert queries.contact(row) is None
    assert list(Reference.objects.values_list("name", "phone", "company")) == [("", "", "A Bank")]
    assert json.loads(Application.objects.get().profile)["outlets"] == 200
    with refused("state"):
        actions.take_back(APPLICANT, secret=secret)


def test_personal_data_are_erased_when_their_time_is_over(recruiting):
    recruiting.rules(keep_days=30)
    place = recruiting.campaign()
    row, _secret = recruiting.handed(place.token)
    other, _other = recruiting.handed(place.token, OTHER)
    for each in (row, other):
        actions.reject(DIRECTOR, application_id=each.pk, answer="not this year")
    Application.objects.filter(pk=row.pk).update(moved_at=timezone.now() - timedelta(days=31))
    assert actions.expire(SYSTEM) == 1
    assert list(Contact.objects.values_list("application_id", flat=True)) == [other.pk]
    assert actions.expire(SYSTEM) == 0
    actions.erase(SYSTEM, application_id=other.pk)
    with refused("erased"):
        actions.erase(SYSTEM, application_id=other.pk)


def test_forms_are_counted_by_address_and_in_all(recruiting):
    recruiting.rules(per_hour=2, all_per_hour=3)
    now = timezone.now()
    for address in ("a", "a"):
        assert not queries.throttled(address, now)
        actions.knock(APPLICANT, address=address)
    later = timezone.now()
    assert queries.throttled("a", later)
    assert not queries.throttled("b", later)
    actions.knock(APPLICANT, address="b")
    assert queries.throttled("c", timezone.now()), "all of them together"
    Knock.objects.update(at=now - timedelta(hours=2))
    assert not queries.throttled("a", timezone.now())


def test_a_regional_manager_sees_and_moves_his_own_regions_only(recruiting):
    east, south = recruiting.campaign(), recruiting.campaign(region="HN", title="华南招商")
    here, _one = recruiting.handed(east.token)
    there, _two = recruiting.handed(south.token, OTHER, region="GZ")
    manager = recruiting.person("regional", "region", "HD").actor
    assert [row.pk for row in queries.applications(manager)] == [here.pk]
    assert [row.pk for row in queries.campaigns(manager)] == [east.pk]
    actions.assign(manager, application_id=here.pk)
    for verb, more in ((actions.assign, {}), (actions.recheck, {}), (actions.reject, {"answer": "no"})):
        with pytest.raises(Missing):
            verb(manager, application_id=there.pk, **more)
    with pytest.raises(Forbidden):
        actions.close_campaign(manager, campaign_id=east.pk)
    met = {"company": "Met Ltd", "contact_name": "Mr Qi", "phone": "13700001111", "consent": True}
    secret = actions.enter(manager, campaign_id=east.pk, region="NB", **met)
    assert queries.of_secret(secret).owner == manager.name
    with pytest.raises(Missing):
        actions.enter(manager, campaign_id=south.pk, region="GZ", **met)
    whole = recruiting.campaign(region="CN", title="全国")
    with refused("scope"):
        actions.enter(manager, campaign_id=whole.pk, region="GZ", **met)


def test_white_space_is_where_nobody_holds_anything(recruiting):
    recruiting.grant(
        TerritoryIn(recruiting.ids["D1"], "HZ", channel="retail"), TerritoryIn(recruiting.ids["D2"], "HZ")
    )
    place = recruiting.campaign()
    recruiting.handed(place.token, region="NB")
    spots = {spot.code: spot for spot in queries.coverage(DIRECTOR, on=recruiting.today)}
    assert (spots["HZ"].holders, spots["HZ"].overlaps, spots["HZ"].white) == (2, 1, False)
    assert (spots["NB"].white, spots["NB"].applications) == (True, 1)
    assert not spots["ZJ"].white, "what lies in it is held"
    online = {spot.code: spot for spot in queries.coverage(DIRECTOR, on=recruiting.today, channel="online")}
    assert online["HZ"].holders == 1
