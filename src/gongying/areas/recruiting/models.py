"""Campaigns and applications. None of these rows is of a distributor: whoever may see them sees his own regions (queries room)."""

from django.db import models
from django.db.models import F, Q

REGION = "parties.Region"


class Campaign(models.Model):
    """Distributors are looked for: where, for which channel and goods, until when, how many."""

    number = models.CharField(max_length=24, unique=True)
    name = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80, blank=True)
    text = models.CharField(max_length=1000, blank=True)
    text_en = models.CharField(max_length=1000, blank=True)
    region = models.ForeignKey(REGION, models.PROTECT, related_name="+")
    channel = models.CharField(max_length=20, blank=True)
    category = models.CharField(max_length=40, blank=True)
    partner_type = models.CharField(max_length=20)
    exclusive = models.BooleanField(default=False)
    places = models.PositiveSmallIntegerField()
    opens_on = models.DateField()
    closes_on = models.DateField()  # not included
    token = models.CharField(max_length=32, unique=True)  # of the public link; it is printed, so it is no secret
    state = models.CharField(max_length=10, default="draft")  # draft | open | closed
    made_by = models.CharField(max_length=120)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(closes_on__gt=F("opens_on")), name="recruiting_campaign_forward"),
            models.CheckConstraint(condition=Q(places__gt=0), name="recruiting_campaign_places"),
        ]


class Application(models.Model):
    """One company's application. `profile` is what it says of itself (JSON by rules.Profile); `secret` is the hash of the
    applicant's own link."""

    number = models.CharField(max_length=24, unique=True)
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="applications")
    state = models.CharField(max_length=12, default="lead")
    source = models.CharField(max_length=8)  # link | qr | house
    company = models.CharField(max_length=160)
    uscc = models.CharField(max_length=18, blank=True, db_index=True)
    region = models.ForeignKey(REGION, models.PROTECT, related_name="+")
    channel = models.CharField(max_length=20, blank=True)
    profile = models.TextField(default="{}")
    secret = models.CharField(max_length=64, unique=True)
    owner = models.CharField(max_length=120, blank=True)
    handed_in_at = models.DateTimeField(null=True)
    received_on = models.DateField()
    checked_at = models.DateTimeField(null=True)  # when conflicts were looked for
    sample = models.ForeignKey("files.StoredFile", models.PROTECT, null=True, related_name="+")
    readiness = models.TextField(default="{}")  # what the sample file came to (JSON by rules.Readiness)
    grade = models.CharField(max_length=1, blank=True)
    answer = models.CharField(max_length=400, blank=True)  # what the applicant is told
    conditions = models.CharField(max_length=1000, blank=True)
    document = models.CharField(max_length=24, blank=True)  # what the decision rests on
    became = models.CharField(max_length=40, blank=True)  # the code of the distributor it became
    moved_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=("accepted", "conditional")) | ~Q(document=""),
                name="recruiting_accepted_by_document",
            ),
            models.CheckConstraint(
                condition=Q(state__in=("lead", "withdrawn", "rejected")) | Q(handed_in_at__isnull=False),
                name="recruiting_application_handed_in",
            ),
        ]
        indexes = [models.Index(fields=["state", "campaign"], name="recruiting_by_state")]


class Contact(models.Model):
    """Who speaks for the applicant, and the text he agreed to. Apart, so that it can be erased: then the row is gone."""

    application = models.OneToOneField(Application, models.CASCADE, related_name="contact")
    name = models.CharField(max_length=80)
    phone = models.CharField(max_length=40)
    email = models.CharField(max_length=120, blank=True)
    consent = models.TextField()
    consent_hash = models.CharField(max_length=64)
    consented_at = models.DateTimeField(auto_now_add=True)


class Conflict(models.Model):
    """What an application collides with. `party_ref` is the distributor concerned (a number, for its name is his own)."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="conflicts")
    code = models.CharField(max_length=20)
    level = models.CharField(max_length=8)  # block | warn | note
    party_ref = models.BigIntegerField(null=True)
    words = models.TextField(default="{}")
    verdict = models.CharField(max_length=10, blank=True)  # agreed | narrowed | unfounded
    reason = models.CharField(max_length=400, blank=True)
    answered_by = models.CharField(max_length=120, blank=True)
    answered_at = models.DateTimeField(null=True)


class Reference(models.Model):
    """Somebody who is asked about the applicant, once, by a link of his own. Personal data go with the contact."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="references")
    name = models.CharField(max_length=80, blank=True)
    company = models.CharField(max_length=120, blank=True)
    relation = models.CharField(max_length=20)
    phone = models.CharField(max_length=40, blank=True)
    secret = models.CharField(
        max_length=64, blank=True, db_index=True
    )  # the hash of the link; empty before and after
    asked_on = models.DateField(null=True)
    until = models.DateField(null=True)
    answers = models.TextField(default="{}")
    digest = models.CharField(max_length=64, blank=True)
    answered_at = models.DateTimeField(null=True)
    flags = models.CharField(max_length=400, blank=True)  # words that ask for a second look


class Step(models.Model):
    """What happened to an application, in order."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="steps")
    what = models.CharField(max_length=20)
    text = models.CharField(max_length=400, blank=True)
    by = models.CharField(max_length=120)
    at = models.DateTimeField(auto_now_add=True)


class Knock(models.Model):
    """A form that came in from an address (its hash), for the throttle."""

    address = models.CharField(max_length=64, db_index=True)
    at = models.DateTimeField(auto_now_add=True, db_index=True)
