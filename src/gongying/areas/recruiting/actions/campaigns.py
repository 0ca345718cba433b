"""Draft, open and close campaigns."""

import secrets
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.books.parties import read as parties
from gongying.core.actor import Actor
from gongying.core.doors import action
from gongying.core.journal import book
from gongying.core.numbers.series import next_number
from gongying.core.refusal import Refused
from gongying.core.scope import one

from .. import facts, queries
from ..models import Campaign
from ..rules import CHANNELS, PARTNERS

DECIDERS = ("admin", "director")
MOST_PLACES = 500


@action(needs="recruiting.campaign", roles=DECIDERS)
def draft_campaign(
    actor: Actor,
    *,
    title: str,
    region: str,
    places: int,
    opens_on: date,
    closes_on: date,
    title_en: str = "",
    text: str = "",
    text_en: str = "",
    channel: str = "",
    category: str = "",
    partner_type: str = "distributor",
    exclusive: bool = False,
    campaign_id: int | None = None,
) -> int:
    """Draft a campaign, or change one that is still a draft (`campaign_id`). `closes_on` is the first day on which nobody
    applies any more. Returns its id."""
    if not title.strip():
        raise Refused(_("Give the campaign a name."), field="title")
    held = parties.regions([region or "-"]).first()
    if held is None:
        raise Refused(_("There is no region %(code)s.") % {"code": region or "–"}, field="region")
    if closes_on <= opens_on:
        raise Refused(_("The last day must come after the first."), field="closes_on")
    if not 1 <= places <= MOST_PLACES:
        raise Refused(_("A campaign has 1 to %(most)s places.") % {"most": MOST_PLACES}, field="places")
    if channel not in dict(CHANNELS) or partner_type not in dict(PARTNERS):
        raise Refused(_("Choose one of the list."), code="choice", field="channel")
    if category and category not in dict(queries.categories()):
        raise Refused(_("There is no product group %(code)s.") % {"code": category}, field="category")
    values = {
        "name": title.strip()[:80], "name_en": title_en.strip()[:80], "text": text.strip()[:1000],
        "text_en": text_en.strip()[:1000], "region": held, "channel": channel, "category": category,
        "partner_type": partner_type, "exclusive": exclusive, "places": places, "opens_on": opens_on, "closes_on": closes_on,
    }  # fmt: skip
    if campaign_id is not None:
        row = _locked(actor, campaign_id, "draft")
        Campaign.objects.filter(pk=row.pk).update(**values)
        return int(row.pk)
    number = next_number("ZS", on=timezone.localdate())
    row = Campaign.objects.create(number=number, token=secrets.token_urlsafe(9), made_by=actor.name, **values)
    return int(row.pk)


@action(needs="recruiting.campaign", roles=DECIDERS)
def open_campaign(actor: Actor, *, campaign_id: int) -> str:
    """Let a draft take applications from its first day on. Returns the token of its public link."""
    row = _locked(actor, campaign_id, "draft")
    if row.closes_on <= timezone.localdate():
        raise Refused(_("Its last day is over already."), code="late", field="closes_on")
    Campaign.objects.filter(pk=row.pk).update(state="open")
    book.record(actor, facts.CampaignOpened(row.pk, row.number, row.region.code, row.channel, row.places))
    return row.token


@action(needs="recruiting.campaign", roles=DECIDERS)
def close_campaign(actor: Actor, *, campaign_id: int) -> None:
    """Take no more applications; those that came in go on."""
    row = _locked(actor, campaign_id, "open")
    Campaign.objects.filter(pk=row.pk).update(state="closed")
    book.record(actor, facts.CampaignClosed(row.pk, row.number))


def _locked(actor: Actor, campaign_id: int, state: str) -> Campaign:
    """A campaign in scope in a state, locked. Raises Missing, Refused."""
    queries.campaign(actor, campaign_id)
    row = one(Campaign.objects.select_for_update(of=("self",)).select_related("region"), pk=campaign_id)
    if row.state != state:
        raise Refused(_("This campaign is not in the state for that."), code="state")
    return row
