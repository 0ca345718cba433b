"""Awards, lots and their movements, redemptions, vouchers, clearings, adjustments."""

from django.db import models
from django.db.models import F, Q

from gongying.core.scope import Scoped


class Award(models.Model):
    """The points of one period under one policy version, as known at line `watermark`; pending until a second person decides."""

    number = models.CharField(max_length=24, unique=True)
    version_id = models.BigIntegerField()
    policy_hash = models.CharField(max_length=64)
    period = models.CharField(max_length=8)
    watermark = models.BigIntegerField()
    state = models.CharField(max_length=8, default="pending")  # pending | posted | void
    business_date = models.DateField()
    created_by = models.CharField(max_length=120)
    created_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.CharField(max_length=120, blank=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["period"], condition=Q(state="pending"), name="points_award_one_pending"
            )
        ]


class Earning(Scoped):
    """What one distributor is entitled to for the period, was awarded before, and gets now (negative: taken back), with the
    derivation. `posted` is what was posted in the end: of what is taken back no more than was there."""

    award = models.ForeignKey(Award, models.PROTECT, related_name="earnings")
    party = models.ForeignKey("parties.Party", models.PROTECT)
    level = models.CharField(max_length=20, blank=True)
    multiplier = models.DecimalField(max_digits=8, decimal_places=4)
    entitled = models.BigIntegerField()
    before = models.BigIntegerField()
    due = models.BigIntegerField()
    posted = models.BigIntegerField(default=0)
    derivation = models.TextField()
    transfer_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["award", "party"], name="points_earning_once"),
            models.CheckConstraint(condition=Q(due=F("entitled") - F("before")), name="points_earning_adds_up"),
        ]


class PointLot(Scoped):
    """Points that came in together and expire together, with the end of `expires_on` (never when empty). `open` is what its
    movements left; only it ever changes."""

    party = models.ForeignKey("parties.Party", models.PROTECT)
    source = models.CharField(max_length=8)  # award | rebate | adjust | back | transfer
    document = models.CharField(max_length=24)
    earning = models.ForeignKey(Earning, models.PROTECT, null=True, related_name="lots")
    amount = models.BigIntegerField()
    open = models.BigIntegerField()
    on = models.DateField()  # the business day on which they came in
    earned_on = models.DateField()  # differs where they were passed on: points keep their age
    expires_on = models.DateField(null=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gt=0, open__gte=0, open__lte=F("amount")), name="points_lot_open"
            )
        ]
        indexes = [models.Index(fields=["party", "expires_on"], condition=Q(open__gt=0), name="points_lot_left")]


class Move(Scoped):
    """What was taken out of a lot (negative) or put back into it, by a document. Append-only."""

    scope_path = "lot__party_id"
    lot = models.ForeignKey(PointLot, models.PROTECT, related_name="moves")
    kind = models.CharField(max_length=8)  # burn | back | expire | adjust | recall | transfer
    points = models.BigIntegerField()
    document = models.CharField(max_length=24, db_index=True)
    on = models.DateField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(points=0), name="points_move_something")]


class Redemption(Scoped):
    """Points used for a reward of the catalogue, in the version that held; `result` and `ref` say what came of it, `problem`
    why nothing has come of it yet."""

    number = models.CharField(max_length=24, unique=True)
    party = models.ForeignKey("parties.Party", models.PROTECT)
    version_id = models.BigIntegerField()
    reward = models.CharField(max_length=40, db_index=True)
    name = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120, blank=True)
    kind = models.CharField(max_length=10)  # fund | goods | training | advert | equipment
    target = models.CharField(max_length=80, blank=True)
    quantity = models.PositiveIntegerField()
    points = models.BigIntegerField()
    cost_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    state = models.CharField(max_length=10, default="ordered")  # ordered | fulfilled | cancelled
    on = models.DateField()
    ordered_by = models.CharField(max_length=120)
    ordered_at = models.DateTimeField(auto_now_add=True)
    result = models.CharField(max_length=10, blank=True)
    result_id = models.BigIntegerField(null=True)
    ref = models.CharField(max_length=60, blank=True)
    fulfilled_by = models.CharField(max_length=120, blank=True)
    fulfilled_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=300, blank=True)
    cancelled_by = models.CharField(max_length=120, blank=True)
    cancelled_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(points__gt=0, quantity__gt=0), name="points_redemption_something")
        ]
        indexes = [models.Index(fields=["state", "-id"], name="points_redemption_state")]


class Voucher(Scoped):
    """A number that is honoured for a reward until the end of `valid_until`: a seat, advertising space, a subsidy."""

    scope_path = "redemption__party_id"
    redemption = models.OneToOneField(Redemption, models.PROTECT, related_name="voucher")
    number = models.CharField(max_length=24, unique=True)
    valid_until = models.DateField()
    state = models.CharField(max_length=8, default="issued")  # issued | honoured | void
    issued_at = models.DateTimeField(auto_now_add=True)
    used_on = models.DateField(null=True)
    used_by = models.CharField(max_length=120, blank=True)
    note = models.CharField(max_length=200, blank=True)


class Clearing(models.Model):
    """Points whose last day is `due_on` or before are cleared, on `clears_from` at the earliest: first the notice, then the
    days of notice and grace, then a second person."""

    number = models.CharField(max_length=24, unique=True)
    version_id = models.BigIntegerField()
    due_on = models.DateField()
    noticed_on = models.DateField()
    clears_from = models.DateField()
    state = models.CharField(max_length=8, default="noticed")  # noticed | done | off
    created_by = models.CharField(max_length=120)
    created_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.CharField(max_length=120, blank=True)
    decided_on = models.DateField(null=True)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["due_on"], condition=Q(state="noticed"), name="points_clearing_one_open"
            ),
            models.CheckConstraint(
                condition=Q(clears_from__gte=F("noticed_on")), name="points_clearing_after_notice"
            ),
        ]


class Loss(Scoped):
    """What a clearing takes from one distributor: announced, and in the end cleared. `exempt` says why nothing is taken."""

    clearing = models.ForeignKey(Clearing, models.PROTECT, related_name="losses")
    party = models.ForeignKey("parties.Party", models.PROTECT)
    announced = models.BigIntegerField()
    cleared = models.BigIntegerField(default=0)
    exempt = models.CharField(max_length=10, blank=True)  # party | level

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["clearing", "party"], name="points_loss_once"),
            models.CheckConstraint(
                condition=Q(announced__gte=0, cleared__gte=0, cleared__lte=F("announced")),
                name="points_loss_no_more",
            ),
        ]


class Adjustment(Scoped):
    """Points that one person wants to add or take away and another decides on. Of kind `appeal` it is a distributor who asks
    for what a clearing took; granted it is given back with a last day of its own."""

    number = models.CharField(max_length=24, unique=True)
    party = models.ForeignKey("parties.Party", models.PROTECT)
    kind = models.CharField(max_length=6)  # adjust | appeal
    points = models.BigIntegerField()
    clearing = models.ForeignKey(Clearing, models.PROTECT, null=True, related_name="appeals")
    reason = models.CharField(max_length=500)
    state = models.CharField(max_length=8, default="proposed")  # proposed | approved | rejected
    asked_by = models.CharField(max_length=120)
    asked_at = models.DateTimeField(auto_now_add=True)
    answer = models.CharField(max_length=500, blank=True)
    decided_by = models.CharField(max_length=120, blank=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(points=0), name="points_adjustment_something")]
