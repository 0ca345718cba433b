"""A campaign that is open, and somebody who applies."""

from datetime import timedelta
from types import SimpleNamespace

from django.test import Client
from django.utils import timezone

from gongying.areas.recruiting import actions, queries
from gongying.areas.recruiting.models import Application
from gongying.books.parties import post as parties
from gongying.books.places import post as places
from gongying.core.actor import SYSTEM, Actor
from gongying.core.doors import action
from gongying.core.doors.registry import ACTIONS
from gongying.core.people.access import actor_for
from gongying.core.people.models import User, UserScope
from gongying.core.policies import actions as policies

APPLICANT = Actor("applicant", may=frozenset({"recruiting.apply"}), language="en")
DIRECTOR = Actor("director", role="director", may=frozenset({"*"}), parties=None)
CODE, OTHER = "91350100M000100Y43", "91110000600037341L"
SAID = {
    "founded": 2010, "people": 30, "sellers": 8, "outlets": 200, "sales": 9_000_000, "warehouse_m2": 500, "system": "erp",
    "feed": "weekly", "brands": ["Acme"], "accounts": ["Big Mart"], "plan": "Two sellers visit every shop each week.",
}  # fmt: skip


@action(needs="tests.places", roles=("admin",), name="tests.places", exposed=False)
def _places(actor: Actor, *, regions: list[parties.RegionIn], rows: list[places.TerritoryIn]) -> None:
    """Regions and territories."""
    parties.regions(actor, regions)
    places.territories(actor, rows)


ACTIONS.pop("tests.places", None)


def world(network, tmp_path, settings):
    """The network with a city in each region, a campaign over all of the east, and how people apply."""
    settings.DATA_DIR = tmp_path
    today = timezone.localdate()
    network.today = today
    cities = [
        parties.RegionIn("ZJ", "浙江", "Zhejiang", "province", "HD"),
        parties.RegionIn("HZ", "杭州", "Hangzhou", "city", "ZJ"),
        parties.RegionIn("NB", "宁波", "Ningbo", "city", "ZJ"),
        parties.RegionIn("GZ", "广州", "Guangzhou", "city", "HN"),
    ]
    network.grant = lambda *rows: _places(SYSTEM, regions=[], rows=list(rows))
    _places(SYSTEM, regions=cities, rows=[])

    def campaign(**more):
        asked = {
            "title": "华东招商", "title_en": "East wanted", "region": "HD", "places": 2, "opens_on": today,
            "closes_on": today + timedelta(days=30),
        }  # fmt: skip
        made = actions.draft_campaign(DIRECTOR, **(asked | more))
        return SimpleNamespace(pk=made, token=actions.open_campaign(DIRECTOR, campaign_id=made))

    def apply(token, company="Blue Whale Trading", region="HZ", **more):
        return actions.apply(
            APPLICANT,
            token=token,
            company=company,
            region=region,
            name="Ms Lin",
            phone="13800001111",
            consent=True,
            **more,
        )

    def handed(token, code=CODE, region="HZ", referees=None, channel="", **said):
        secret = apply(token, region=region, company=f"Company {code[-4:]}")
        actions.fill(APPLICANT, secret=secret, uscc=code, channel=channel, said=SAID | said, referees=referees)
        actions.hand_in(APPLICANT, secret=secret)
        return Application.objects.get(pk=queries.of_secret(secret).pk), secret

    def rules(**document):
        version = policies.draft(
            SYSTEM,
            kind="recruiting.rules",
            key="recruiting",
            title="招商规则",
            document=document,
            effective_from=today,
        )
        policies.publish(SYSTEM, version_id=version)

    network.campaign, network.apply, network.handed, network.rules = campaign, apply, handed, rules
    network.person = person
    return network


def person(role, scope="all", key="", login="", party=None):
    """Somebody of a role, as a user, an actor and a browser."""
    user = User.objects.create_user(login or role + key, None, name=role, role=role, language="en", party_id=party)
    UserScope.objects.create(user=user, kind=scope, key=key)
    browser = Client(headers={"accept-language": "en"})
    browser.force_login(user)
    return SimpleNamespace(user=user, actor=actor_for(user), browser=browser)
