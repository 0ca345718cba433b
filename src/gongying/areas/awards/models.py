"""Rounds of an award, their jury, nominations, conflicts, marks and results."""

from django.db import models
from django.db.models import F, Q

from gongying.core.scope import Scoped


class Round(models.Model):
    """One round of an award under one version of its rules: open for nominations, judged, decided, published or cancelled."""

    number = models.CharField(max_length=24, unique=True)
    category = models.CharField(max_length=80)
    version_id = models.BigIntegerField()
    policy_hash = models.CharField(max_length=64)
    year = models.PositiveIntegerField()
    title = models.CharField(max_length=160)
    title_en = models.CharField(max_length=160, blank=True)
    nominate_from = models.DateField()
    nominate_until = models.DateField()
    judge_until = models.DateField()
    state = models.CharField(max_length=10, default="open")  # open | judging | decided | published | cancelled
    digest = models.CharField(max_length=64, blank=True)
    opened_by = models.CharField(max_length=120)
    opened_at = models.DateTimeField(auto_now_add=True)
    closed_by = models.CharField(max_length=120, blank=True)
    closed_at = models.DateTimeField(null=True)
    published_by = models.CharField(max_length=120, blank=True)
    published_on = models.DateField(null=True)
    reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(nominate_until__gte=F("nominate_from")) & Q(judge_until__gt=F("nominate_until")),
                name="award_days_in_order",
            )
        ]


class Juror(models.Model):
    """Somebody who judges a round."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="jurors")
    user_id = models.BigIntegerField()
    name = models.CharField(max_length=120)  # as the journal knows him
    shown = models.CharField(max_length=160)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["round", "user_id"], name="award_juror_once")]


class Nomination(Scoped):
    """A distributor proposed for a round; `alias` is what jurors see instead of its name, given when judging begins."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="nominations")
    party = models.ForeignKey("parties.Party", models.PROTECT, related_name="+")
    alias = models.CharField(max_length=10, blank=True)
    summary = models.TextField()
    files = models.TextField(default="[]")  # numbers of stored files
    by = models.CharField(max_length=120)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["round", "party"], name="award_nomination_once")]


class Conflict(Scoped):
    """A juror who keeps out of a nomination, and why; he gives no marks for it."""

    scope_path = "nomination__party_id"
    nomination = models.ForeignKey(Nomination, models.PROTECT, related_name="conflicts")
    juror = models.ForeignKey(Juror, models.PROTECT, related_name="conflicts")
    note = models.TextField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["nomination", "juror"], name="award_conflict_once")]


class Mark(Scoped):
    """What a juror gives a nomination, by criterion; he may change it until the round is closed."""

    scope_path = "nomination__party_id"
    nomination = models.ForeignKey(Nomination, models.PROTECT, related_name="marks")
    juror = models.ForeignKey(Juror, models.PROTECT, related_name="marks")
    given = models.TextField()  # {"new": 4, …}
    note = models.TextField(blank=True)
    at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["nomination", "juror"], name="award_mark_once")]


class Result(Scoped):
    """What a round came to for a nomination, with its parts. Append-only."""

    scope_path = "nomination__party_id"
    nomination = models.OneToOneField(Nomination, models.PROTECT, related_name="result")
    round = models.ForeignKey(Round, models.PROTECT, related_name="results")
    score = models.DecimalField(max_digits=9, decimal_places=3)
    rank = models.PositiveIntegerField()
    won = models.BooleanField()
    prize_minor = models.BigIntegerField()
    parts = models.TextField()  # each juror's score, who was left out, the plain mean, the mean of each criterion

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(prize_minor__gte=0), name="award_prize")]
