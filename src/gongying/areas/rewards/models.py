"""Settlement runs, the statements in them, and disputes."""

from django.db import models
from django.db.models import F, Q

from gongying.core.scope import Scoped


class Run(models.Model):
    """One settlement of one programme and period, as known at line `watermark`, under one policy version. A `final` one
    closes the period for the programme until somebody reopens it and says why."""

    number = models.CharField(max_length=24, unique=True)
    programme = models.CharField(max_length=80)
    version_id = models.BigIntegerField()
    policy_hash = models.CharField(max_length=64)
    period = models.CharField(max_length=8)
    watermark = models.BigIntegerField()
    state = models.CharField(max_length=8, default="pending")  # pending | posted | void
    business_date = models.DateField()
    created_by = models.CharField(max_length=120)
    decided_by = models.CharField(max_length=120, blank=True)
    decided_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    final = models.BooleanField(default=False)
    reopened_by = models.CharField(max_length=120, blank=True)
    reopened_because = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "period"], condition=Q(state="pending"), name="run_one_pending"
            )
        ]


class Statement(Scoped):
    """What one distributor is entitled to, was settled before, and is due, with the derivation."""

    run = models.ForeignKey(Run, models.PROTECT, related_name="statements")
    party = models.ForeignKey("parties.Party", models.PROTECT)
    currency = models.CharField(max_length=3)
    base = models.BigIntegerField()
    lines = models.PositiveIntegerField()
    entitled_minor = models.BigIntegerField()
    settled_minor = models.BigIntegerField()
    due_minor = models.BigIntegerField()
    tier = models.SmallIntegerField(null=True)
    derivation = models.TextField()
    transfer_id = models.BigIntegerField(null=True)
    state = models.CharField(max_length=10, default="open")  # open | confirmed | disputed
    confirmed_by = models.CharField(max_length=120, blank=True)
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "party"], name="statement_once"),
            models.CheckConstraint(
                condition=Q(due_minor=F("entitled_minor") - F("settled_minor")), name="statement_adds_up"
            ),
        ]


class Payout(Scoped):
    """What a statement was paid with: a document of another area by its number, or why it could not be. `transfer_id` is the
    posting that took the amount out of the rebate account again."""

    scope_path = "statement__party_id"
    statement = models.OneToOneField(Statement, models.PROTECT, related_name="payout")
    way = models.CharField(max_length=12)  # credit_note | goods | points | fund
    ref = models.CharField(max_length=60, blank=True)
    amount_minor = models.BigIntegerField(default=0)
    transfer_id = models.BigIntegerField(null=True)
    problem = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField(auto_now_add=True)


class Dispute(Scoped):
    """A distributor's objection to a statement, or to one sales line in it, and head office's ruling.

    `verdict` is empty while it is open; `ruling` is the answer in words and `correction` what an upheld objection will
    change: the correction itself is a posting of its own, which the next run of the period trues up.
    """

    scope_path = "statement__party_id"
    statement = models.ForeignKey(Statement, models.PROTECT, related_name="disputes")
    line_id = models.BigIntegerField(null=True)
    reason = models.TextField()
    raised_by = models.CharField(max_length=120)
    raised_at = models.DateTimeField(auto_now_add=True)
    due_on = models.DateField()  # head office answers until the end of this day
    verdict = models.CharField(max_length=8, blank=True)  # upheld | rejected
    ruling = models.TextField(blank=True)
    correction = models.TextField(blank=True)
    ruled_by = models.CharField(max_length=120, blank=True)
    ruled_at = models.DateTimeField(null=True)


class Replay(models.Model):
    """A programme version (its very text, by hash) on a period of the past: what was paid and what it would have paid.
    `answers` is what it would cost if volume answers the change: low, middle, high. Once shared, every distributor in it
    reads his own line."""

    version_id = models.BigIntegerField()
    hash = models.CharField(max_length=64)
    period = models.CharField(max_length=20)
    distributors = models.PositiveIntegerField()
    before_minor = models.BigIntegerField()
    after_minor = models.BigIntegerField()
    digest = models.CharField(max_length=64)
    made_by = models.CharField(max_length=120)
    made_at = models.DateTimeField(auto_now_add=True)
    low_minor = models.BigIntegerField(null=True)
    middle_minor = models.BigIntegerField(null=True)
    high_minor = models.BigIntegerField(null=True)
    shared_by = models.CharField(max_length=120, blank=True)
    shared_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["version_id", "hash"], name="replay_of")]


class ReplayLine(Scoped):
    """What one distributor got and would have got in a kept replay, in minor units."""

    replay = models.ForeignKey(Replay, models.PROTECT, related_name="lines")
    party = models.ForeignKey("parties.Party", models.PROTECT)
    before_minor = models.BigIntegerField()
    after_minor = models.BigIntegerField()
    change_minor = models.BigIntegerField()
    net_minor = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["replay", "party"], name="replay_line_once"),
            models.CheckConstraint(
                condition=Q(change_minor=F("after_minor") - F("before_minor")), name="replay_line_adds_up"
            ),
        ]


class AccrualRun(models.Model):
    """What the rebates that are not settled yet came to at the end of a month (kind `month`), or what a settlement used up of that
    (kind `use`, `document` is the settlement's number): held until a second person approves, then never changed."""

    number = models.CharField(max_length=24, unique=True)
    kind = models.CharField(max_length=8, default="month")  # month | use
    document = models.CharField(max_length=24, blank=True)
    programme = models.CharField(max_length=80, blank=True)  # "" is all of them
    business_date = models.DateField()
    watermark = models.BigIntegerField()
    policy = models.CharField(max_length=80, blank=True)
    state = models.CharField(max_length=8, default="pending")  # pending | posted | void
    created_by = models.CharField(max_length=120)
    created_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.CharField(max_length=120, blank=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["state"], condition=Q(state="pending"), name="accrual_one_pending")
        ]


class AccrualLine(Scoped):
    """The movement of one distributor's accrued rebate of a programme and period (minor units; what was used and released is
    negative), with the estimate behind it. `settled_minor` is what was settled by then: the next movement uses what came since.
    The accounts stay those of the first movement, so that what was accrued is released where it lies."""

    run = models.ForeignKey(AccrualRun, models.PROTECT, related_name="lines")
    party = models.ForeignKey("parties.Party", models.PROTECT)
    programme = models.CharField(max_length=80)
    period = models.CharField(max_length=8)
    version_id = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    base = models.BigIntegerField()
    final_base = models.BigIntegerField()
    expected_minor = models.BigIntegerField()
    earned_minor = models.BigIntegerField()
    settled_minor = models.BigIntegerField()
    opening_minor = models.BigIntegerField()
    accrued_minor = models.BigIntegerField()
    used_minor = models.BigIntegerField()
    released_minor = models.BigIntegerField()
    closing_minor = models.BigIntegerField()
    expense = models.CharField(max_length=20)
    liability = models.CharField(max_length=20)
    derivation = models.TextField()
    use_id = models.BigIntegerField(null=True)
    change_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "programme", "period", "party"], name="accrual_line_once"),
            models.CheckConstraint(
                condition=Q(
                    closing_minor=F("opening_minor") + F("accrued_minor") + F("used_minor") + F("released_minor")
                ),
                name="accrual_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(opening_minor__gte=0, accrued_minor__gte=0, used_minor__lte=0, released_minor__lte=0, closing_minor__gte=0),
                name="accrual_signs",
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["programme", "period", "party"], name="accrual_of")]


class AccrualHandover(models.Model):
    """The vouchers of rebates of a month as they were handed to the general ledger: how many rows, and the hash of the file."""

    month = models.CharField(max_length=7)
    rows = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    policy = models.CharField(max_length=80, blank=True)
    closed = models.BooleanField()
    made_by = models.CharField(max_length=120)
    made_at = models.DateTimeField(auto_now_add=True)


class Acknowledgement(Scoped):
    """That a distributor was shown a published version of a programme, and when one of his people said that he has read it. What
    he read is the text with this hash; it is said once."""

    version_id = models.BigIntegerField()
    party = models.ForeignKey("parties.Party", models.PROTECT, related_name="+")
    policy_hash = models.CharField(max_length=64)
    asked_on = models.DateField()
    due_on = models.DateField()
    read_by = models.CharField(max_length=120, blank=True)
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version_id", "party"], name="acknowledged_once"),
            models.CheckConstraint(
                condition=Q(read_by="", read_at__isnull=True) | (~Q(read_by="") & Q(read_at__isnull=False)),
                name="acknowledged_by_somebody",
            ),
        ]
        indexes = [models.Index(fields=["party", "-version_id"], name="acknowledged_party")]
