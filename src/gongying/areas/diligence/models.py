"""The file of a company that is examined. None of these rows is of a distributor: who sees them sees his own regions."""

from django.db import models
from django.db.models import F, Q


class Dossier(models.Model):
    """A company that is examined. `subject` is the number of the application it came by, `said` what it said there (JSON)."""

    number = models.CharField(max_length=24, unique=True)
    subject = models.CharField(max_length=24, blank=True)
    subject_ref = models.BigIntegerField(null=True)
    company = models.CharField(max_length=160)
    uscc = models.CharField(max_length=18)
    partner_type = models.CharField(max_length=20)
    region = models.ForeignKey("parties.Region", models.PROTECT, related_name="+")
    currency = models.CharField(max_length=3, default="CNY")
    said = models.TextField(default="{}")
    state = models.CharField(max_length=10, default="open")  # open | proposed | decided
    opened_by = models.CharField(max_length=120)
    opened_on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject"], condition=~Q(subject=""), name="diligence_one_file")
        ]


class Paper(models.Model):
    """A document as it was sent; a newer one of its kind replaces it. The bytes lie under their hash."""

    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="papers")
    kind = models.CharField(max_length=30)
    file = models.ForeignKey("files.StoredFile", models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64)
    number = models.CharField(max_length=60, blank=True)
    issued_on = models.DateField(null=True)
    expires_on = models.DateField(null=True)
    state = models.CharField(max_length=10, default="received")  # received | verified | refused | replaced
    note = models.CharField(max_length=400, blank=True)
    sent_by = models.CharField(max_length=120)
    sent_at = models.DateTimeField(auto_now_add=True)
    checked_by = models.CharField(max_length=120, blank=True)
    checked_at = models.DateTimeField(null=True)


class Snapshot(models.Model):
    """What a registry said at a time. Never changed: asked again, there is another one. `changes` is what differs from the one
    before (JSON: field, before, after)."""

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="snapshots")
    check_code = models.CharField(max_length=30)
    provider = models.CharField(max_length=30)
    result = models.TextField()
    verdict = models.CharField(max_length=8)  # clear | look | bad
    sha256 = models.CharField(max_length=64)
    file = models.ForeignKey("files.StoredFile", models.PROTECT, null=True, related_name="+")
    cost_minor = models.BigIntegerField(default=0)
    changes = models.TextField(default="[]")
    taken_by = models.CharField(max_length=120)
    taken_at = models.DateTimeField(auto_now_add=True)


class Year(models.Model):
    """The statements of a year on the standard sheet: minor units by line (JSON)."""

    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="years")
    year = models.PositiveSmallIntegerField()
    lines = models.TextField()
    audited = models.BooleanField(default=False)
    entered_by = models.CharField(max_length=120)
    entered_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dossier", "year"], name="diligence_year_once")]


class Rating(models.Model):
    """What one of two raters found of a criterion, with what he saw."""

    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="ratings")
    criterion = models.CharField(max_length=30)
    rater = models.CharField(max_length=120)
    level = models.PositiveSmallIntegerField()
    evidence = models.CharField(max_length=400)
    rated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dossier", "criterion", "rater"], name="diligence_rated_once"),
            models.CheckConstraint(condition=Q(level__gte=1, level__lte=5), name="diligence_rating_level"),
        ]


class Talk(models.Model):
    """On what two raters agreed after they talked about a criterion."""

    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="talks")
    criterion = models.CharField(max_length=30)
    level = models.PositiveSmallIntegerField()
    text = models.CharField(max_length=400)
    by = models.CharField(max_length=120)
    at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dossier", "criterion"], name="diligence_talked_once")]


class Interview(models.Model):
    """A talk with the management: what was said, section by section (JSON), signed by a second person who was there."""

    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="interviews")
    held_on = models.DateField()
    sections = models.TextField()
    made_by = models.CharField(max_length=120)
    made_at = models.DateTimeField(auto_now_add=True)
    signed_by = models.CharField(max_length=120, blank=True)
    signed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(signed_by=F("made_by")), name="diligence_signed_by_another")
        ]


class Risk(models.Model):
    """A risk: how likely and how bad (1 to 5), what is done against it, and what is left then."""

    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="risks")
    category = models.CharField(max_length=20)
    title = models.CharField(max_length=160)
    likelihood = models.PositiveSmallIntegerField()
    impact = models.PositiveSmallIntegerField()
    answer = models.CharField(max_length=400, blank=True)
    likelihood_after = models.PositiveSmallIntegerField()
    impact_after = models.PositiveSmallIntegerField()
    by = models.CharField(max_length=120)
    at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dossier", "category", "title"], name="diligence_risk_once"),
            models.CheckConstraint(
                condition=Q(likelihood__gte=1, likelihood__lte=5, impact__gte=1, impact__lte=5)
                & Q(likelihood_after__gte=1, likelihood_after__lte=F("likelihood"))
                & Q(impact_after__gte=1, impact_after__lte=F("impact")),
                name="diligence_risk_scale",
            ),
        ]


class Memo(models.Model):
    """A proposed decision with every figure it rests on (JSON), approved by a second person. What was decided is not changed."""

    number = models.CharField(max_length=24, unique=True)
    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="memos")
    verdict = models.CharField(max_length=12)  # accepted | conditional | rejected
    currency = models.CharField(max_length=3)
    deposit_minor = models.BigIntegerField(default=0)
    limit_minor = models.BigIntegerField(default=0)
    conditions = models.CharField(max_length=1000, blank=True)
    reason = models.CharField(max_length=1000)
    told = models.CharField(max_length=400)  # what the applicant is told
    figures = models.TextField()
    digest = models.CharField(max_length=64)
    state = models.CharField(max_length=10, default="proposed")  # proposed | approved | returned
    made_by = models.CharField(max_length=120)
    made_at = models.DateTimeField(auto_now_add=True)
    made_on = models.DateField()
    decided_by = models.CharField(max_length=120, blank=True)
    decided_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=400, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="proposed") | (~Q(decided_by="") & ~Q(decided_by=F("made_by"))),
                name="diligence_memo_by_two",
            ),
            models.CheckConstraint(
                condition=Q(deposit_minor__gte=0, limit_minor__gte=0), name="diligence_memo_amounts"
            ),
            models.UniqueConstraint(
                fields=["dossier"], condition=Q(state__in=("proposed", "approved")), name="diligence_memo_one"
            ),
        ]


class Step(models.Model):
    """What happened to a file, in order."""

    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="steps")
    what = models.CharField(max_length=20)
    text = models.CharField(max_length=400, blank=True)
    by = models.CharField(max_length=120)
    at = models.DateTimeField(auto_now_add=True)
