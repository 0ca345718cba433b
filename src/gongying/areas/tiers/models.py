"""Reviews with the standings they grant, what a level entitles to, simulations of drafts, announcements."""

from django.db import models
from django.db.models import F, Q

from gongying.core.scope import Scoped


class Review(models.Model):
    """One look at all distributors under one version of the rules; its standings hold once it is approved."""

    number = models.CharField(max_length=24, unique=True)
    programme = models.CharField(max_length=80)
    version_id = models.BigIntegerField()
    policy_hash = models.CharField(max_length=64)
    period = models.CharField(max_length=8)
    as_of = models.DateField()
    digest = models.CharField(max_length=64)
    state = models.CharField(max_length=10, default="pending")  # pending | approved | rejected
    created_by = models.CharField(max_length=120)
    created_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme"], condition=Q(state="pending"), name="review_one_pending")
        ]


class Standing(Scoped):
    """The level of a distributor by one review, with the figures it rests on; no level is an empty code. Append-only."""

    review = models.ForeignKey(Review, models.PROTECT, related_name="standings")
    party = models.ForeignKey("parties.Party", models.PROTECT)
    level = models.CharField(max_length=20, blank=True)
    previous = models.CharField(max_length=20, blank=True)
    reason = models.CharField(max_length=8)  # first | up | kept | open | grace | new | down | soft | none
    short_since = models.DateField(null=True)
    figures = models.TextField()  # {"sell_in": "1234567.89", …} as the engine saw them, null for unknown

    class Meta:
        constraints = [models.UniqueConstraint(fields=["review", "party"], name="standing_once")]


class Entitlement(Scoped):
    """What a level entitles a distributor to from a day on, by an approved review. Append-only: it is ended by a row of its
    own. `what` is the benefit as the policy writes it, `period` the one it is for where it is used up in a period."""

    party = models.ForeignKey("parties.Party", models.PROTECT, related_name="+")
    review = models.ForeignKey(Review, models.PROTECT, related_name="granted")
    programme = models.CharField(max_length=80)
    level = models.CharField(max_length=20)
    kind = models.CharField(max_length=10)
    what = models.TextField()
    period = models.CharField(max_length=8, blank=True)
    currency = models.CharField(max_length=3)
    value_minor = models.BigIntegerField(null=True)  # what it is worth in a period
    valid_from = models.DateField()
    key = models.CharField(max_length=100, unique=True)

    class Meta:
        indexes = [models.Index(fields=["party", "programme"], name="tier_entitlement_of")]


class EntitlementEnd(Scoped):
    """The end of an entitlement, and because of what, as facts that can be said in any language. Append-only."""

    scope_path = "entitlement__party_id"
    entitlement = models.OneToOneField(Entitlement, models.PROTECT, related_name="end")
    review = models.ForeignKey(Review, models.PROTECT, related_name="ended")
    ended_on = models.DateField()
    because = (
        models.TextField()
    )  # {"why": "level", "to": "silver", "metric": "sell_in", "value": "1", "at_least": "2"}


class Simulation(models.Model):
    """A version (its very text, by hash) on the figures of a period: who would stand where, against the rules in force.
    Append-only."""

    version_id = models.BigIntegerField()
    hash = models.CharField(max_length=64)
    period = models.CharField(max_length=8)
    as_of = models.DateField()
    distributors = models.PositiveIntegerField()
    up = models.PositiveIntegerField()
    down = models.PositiveIntegerField()
    before_minor = models.BigIntegerField()  # value of the benefits of a period by the rules in force
    after_minor = models.BigIntegerField()
    digest = models.CharField(max_length=64)
    made_by = models.CharField(max_length=120)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["version_id", "hash"], name="tier_simulation_of")]
        constraints = [
            models.CheckConstraint(
                condition=Q(up__lte=F("distributors")) & Q(down__lte=F("distributors")),
                name="tier_simulation_adds_up",
            )
        ]


class Announcement(models.Model):
    """A review by the calendar that distributors were told of ahead, once."""

    programme = models.CharField(max_length=80)
    period = models.CharField(max_length=8)
    due_on = models.DateField()
    interim = models.BooleanField()
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "period", "due_on"], name="tier_announcement_once")
        ]
