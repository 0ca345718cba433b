"""From the public link to a distributor in the books: the whole way, on conditions, rejected, and what undoes a step."""

import sys
from pathlib import Path

import pytest

from gongying.areas.diligence import actions as diligence
from gongying.areas.diligence import queries as files
from gongying.areas.diligence.models import Dossier
from gongying.areas.recruiting import queries as recruiting
from gongying.areas.recruiting.models import Application
from gongying.books.parties import read as parties
from gongying.books.places import read as places
from gongying.books.places.post import TerritoryIn
from gongying.core.actor import SYSTEM
from gongying.core.people.access import sync_roles
from gongying.core.refusal import Missing, Refused
from gongying.flows.onboarding import actions, queries

sys.path += [str(Path(__file__).parents[1] / name) for name in ("recruiting", "diligence")]
import applicants
import examined

pytestmark = pytest.mark.django_db
DIRECTOR, FINANCE = examined.DIRECTOR, examined.FINANCE


@pytest.fixture
def onboarding(network, tmp_path, settings):
    sync_roles()
    examined.world(network, tmp_path, settings)
    return applicants.world(network, tmp_path, settings)


def refused(code):
    return pytest.raises(Refused, check=lambda no: no.code == code)


def decided(onboarding, verdict="accepted", **campaign):
    """An application whose memo was approved."""
    place = onboarding.campaign(**({"exclusive": True, "channel": "retail"} | campaign))
    row, secret = onboarding.handed(place.token, channel="retail")
    file = actions.examine(DIRECTOR, application_id=row.pk)
    onboarding.whole(Dossier.objects.get(pk=file))
    memo = onboarding.propose(
        Dossier.objects.get(pk=file), verdict, deposit_minor=90_000_00, conditions="a warehouse in Hangzhou"
    )
    diligence.decide(DIRECTOR, memo_id=memo, approve=True)
    return row, secret


def test_an_application_becomes_a_distributor_with_hierarchy_and_territory(onboarding):
    row, secret = decided(onboarding)
    held = files.by_subject(DIRECTOR, row.number)
    assert held.subject_ref == row.pk
    made = actions.carry_out(
        DIRECTOR, application_id=row.pk, code="D9", supplier="D1", since=onboarding.today, name_en="Blue Whale"
    )
    assert made == "D9"
    party = parties.party(SYSTEM, parties.ids_by_code(["D9"])["D9"])
    assert (party.name, party.uscc, party.region.code, party.contact) == (
        "Company 0Y43",
        applicants.CODE,
        "HZ",
        "Ms Lin",
    )
    assert parties.ancestors(party.pk, onboarding.today) == [onboarding.ids["D1"]]
    grant = places.territories(SYSTEM, party_id=party.pk).get()
    assert (grant.region.code, grant.channel, grant.exclusive, grant.valid_from) == (
        "HZ",
        "retail",
        True,
        onboarding.today,
    )
    application = recruiting.of_secret(secret)
    assert (application.state, application.became) == ("accepted", "D9")
    assert application.document.startswith("JC-")
    with refused("state"):
        actions.carry_out(DIRECTOR, application_id=row.pk, code="D10")


def test_on_conditions_nobody_is_made_until_they_are_met(onboarding):
    row, secret = decided(onboarding, "conditional")
    assert actions.carry_out(DIRECTOR, application_id=row.pk) == ""
    held = recruiting.of_secret(secret)
    assert held.state == "conditional"
    assert "a warehouse in Hangzhou" in held.conditions
    assert "90,000.00" in held.conditions
    with refused("met"):
        actions.carry_out(DIRECTOR, application_id=row.pk, code="D9")
    assert actions.carry_out(DIRECTOR, application_id=row.pk, code="D9", met="deposit came in, lease seen") == "D9"


def test_a_rejection_is_told_and_makes_nobody(onboarding):
    row, secret = decided(onboarding, "rejected")
    assert actions.carry_out(DIRECTOR, application_id=row.pk) == ""
    assert recruiting.of_secret(secret).state == "rejected"
    assert set(parties.all_ids()) == {"D1", "D2"}


def test_nothing_half_made_is_left_where_the_territory_is_anothers(onboarding):
    row, _secret = decided(onboarding)
    for given, code in (
        ({"code": "D1"}, "taken"),
        ({"code": "D9", "supplier": "NOBODY"}, "refused"),
        ({"code": ""}, "refused"),
    ):
        with refused(code):
            actions.carry_out(DIRECTOR, application_id=row.pk, **given)
    onboarding.grant(TerritoryIn(onboarding.ids["D1"], "HZ", exclusive=True))
    with pytest.raises(Refused):
        actions.carry_out(DIRECTOR, application_id=row.pk, code="D9")
    assert "D9" not in parties.all_ids()
    assert Application.objects.get(pk=row.pk).state == "examination", "the conflict stops it before the decision"


def test_without_an_approved_memo_nothing_is_carried_out(onboarding):
    place = onboarding.campaign()
    row, _secret = onboarding.handed(place.token)
    with refused("document"):
        actions.carry_out(DIRECTOR, application_id=row.pk, code="D9")
    actions.examine(DIRECTOR, application_id=row.pk)
    with refused("twice"):
        actions.examine(DIRECTOR, application_id=row.pk)
    assert queries.joined(DIRECTOR, application_id=row.pk).file
    manager = onboarding.person("regional", "region", "HN").actor
    with pytest.raises(Missing):
        actions.examine(manager, application_id=row.pk)


def test_the_page_leads_from_step_to_step(onboarding):
    place = onboarding.campaign()
    row, _secret = onboarding.handed(place.token)
    boss, page = onboarding.person("director").browser, f"/onboarding/{row.pk}/"
    assert "Open the file and examine" in boss.get(page).content.decode()
    opened = boss.post(page, {"what": "examine"})
    assert opened.status_code == 302
    assert boss.get(opened["Location"]).status_code == 200
    file = Dossier.objects.get()
    onboarding.whole(file)
    diligence.decide(DIRECTOR, memo_id=onboarding.propose(file), approve=True)
    assert "Make the distributor" in boss.get(page).content.decode()
    assert boss.post(page, {"what": "carry_out", "code": "D1"}).status_code == 409
    assert boss.post(page, {"what": "carry_out", "code": "D9", "since": "soon"}).status_code == 409
    assert (
        boss.post(page, {"what": "carry_out", "code": "D9", "since": onboarding.today.isoformat()}).status_code
        == 302
    )
    assert "D9" in boss.get(page).content.decode()
    assert boss.post(page, {"what": "other"}).status_code == 404
