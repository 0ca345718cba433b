"""The walk's view of recruiting: a campaign of each side's region, with an application, a conflict, a referee and a sample file."""

from datetime import timedelta

from django.utils import timezone

from gongying.areas.recruiting import actions, queries
from gongying.areas.recruiting.models import Application, Conflict, Reference
from gongying.books.places import post as places
from gongying.core.actor import SYSTEM, Actor
from gongying.core.doors import action
from gongying.core.doors.registry import ACTIONS
from gongying.core.files import shelf

SIDES = {"D1": "HD", "D2": "HN"}
CODES = {"D1": "91350100M000100Y43", "D2": "91110000600037341L"}
APPLICANT = Actor("applicant", may=frozenset({"recruiting.apply"}), language="en")
SHARED = {
    "region": "HD", "places": 1, "opens_on": "2027-01-01", "closes_on": "2027-02-01", "company": "x", "contact_name": "x",
    "phone": "x", "after": "examination",
}  # fmt: skip
SALES = "day,product,quantity,customer,amount\n2026-01-05,{canary},3,{canary},10.5\n2026-01-12,P2,1,B,2\n"


@action(needs="tests.granted", roles=("admin",), name="tests.granted", exposed=False)
def _granted(actor: Actor, *, party_id: int, region: str) -> None:
    """An exclusive territory of a product group nobody else sells."""
    places.territories(actor, [places.TerritoryIn(party_id, region, category="COOK", exclusive=True)])


ACTIONS.pop("tests.granted", None)


def side(world, code):
    """Everything of recruiting that belongs to one side."""
    today = timezone.localdate()
    campaign = actions.draft_campaign(
        SYSTEM, title=f"CNRY-{code} 招商", title_en=f"CNRY-{code} campaign", region=SIDES[code], places=2, opens_on=today,
        closes_on=today + timedelta(days=30), category="COOK", exclusive=True,
    )  # fmt: skip
    token = actions.open_campaign(SYSTEM, campaign_id=campaign)
    secret = actions.apply(
        APPLICANT, token=token, company=f"CNRY-{code} company", region=SIDES[code], name=f"CNRY-{code} person",
        phone="13800001111", consent=True,
    )  # fmt: skip
    said = {
        "founded": 2010, "people": 30, "outlets": 200, "sales": 9_000_000, "warehouse_m2": 500, "plan": f"CNRY-{code} by visits",
        "brands": [f"CNRY-{code} brand"],
    }  # fmt: skip
    referee = [["bank", f"CNRY-{code} bank", f"CNRY-{code} banker", "13800002222"]]
    actions.fill(APPLICANT, secret=secret, uscc=CODES[code], channel="", said=said, referees=referee)
    file = shelf.store(
        APPLICANT,
        name=f"CNRY-{code}.csv",
        chunks=[SALES.format(canary=f"CNRY-{code}").encode()],
        purpose="recruiting",
    )
    actions.keep_sample(APPLICANT, secret=secret, file_id=file.pk)
    _granted(SYSTEM, party_id=world.ids[code], region=SIDES[code])
    actions.hand_in(APPLICANT, secret=secret)
    row = Application.objects.get(pk=queries.of_secret(secret).pk)
    return {
        "application_id": row.pk,
        "campaign_id": campaign,
        "conflict_id": Conflict.objects.filter(application=row)[0].pk,
        "reference_id": Reference.objects.get(application=row).pk,
    }
