"""Budgets, commitments, claims, and what is given back by formula. Amounts are whole minor units."""

from django.db import models
from django.db.models import F, Q

from gongying.core.scope import Scoped

PARTY = "parties.Party"
ACCOUNT = "money.Account"


class Budget(Scoped):
    """The money of a fund in a period: of everybody it is for, or (party) of one distributor. Its account holds what is free
    and, pending, what was requested."""

    fund = models.CharField(max_length=40)  # the key of the policy
    period = models.CharField(max_length=8)
    party = models.ForeignKey(PARTY, models.PROTECT, null=True, related_name="fund_budgets")
    currency = models.CharField(max_length=3)
    account = models.OneToOneField(ACCOUNT, models.PROTECT, null=True, related_name="+")
    opened_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["fund", "period", "currency"], condition=Q(party__isnull=True), name="funds_budget_common"
            ),
            models.UniqueConstraint(
                fields=["fund", "period", "currency", "party"],
                condition=Q(party__isnull=False),
                name="funds_budget_own",
            ),
        ]


class Grant(Scoped):
    """Money that was put into a budget, where it came from and why. Never changed."""

    scope_path = "budget__party_id"
    budget = models.ForeignKey(Budget, models.PROTECT, related_name="grants")
    amount_minor = models.BigIntegerField()
    source = models.CharField(max_length=40)
    reason = models.CharField(max_length=200)
    business_date = models.DateField()
    made_by = models.CharField(max_length=120)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(amount_minor__gt=0), name="funds_grant_positive")]


class Commitment(Scoped):
    """An activity that the fund bears a part of: asked for, approved, claimed, closed. From its approval on the account is its
    own: what is free on it may still be claimed."""

    number = models.CharField(max_length=24, unique=True)
    party = models.ForeignKey(PARTY, models.PROTECT, related_name="fund_commitments")
    budget = models.ForeignKey(Budget, models.PROTECT, related_name="commitments")
    account = models.OneToOneField(ACCOUNT, models.PROTECT, null=True, related_name="+")
    version_id = models.BigIntegerField()  # the version of the fund's policy it was asked under
    type_code = models.CharField(max_length=20)
    title = models.CharField(max_length=120)
    outlet = models.CharField(max_length=80, blank=True)  # as sales name it: the other side of a line
    place = models.CharField(max_length=120, blank=True)
    latitude = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    longitude = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    category = models.CharField(max_length=40, blank=True)
    start = models.DateField()
    end = models.DateField()  # not included
    currency = models.CharField(max_length=3)
    cost_minor = models.BigIntegerField()
    goal_minor = models.BigIntegerField(default=0)
    amount_minor = models.BigIntegerField()  # asked for, then committed
    asked_minor = models.BigIntegerField()
    state = models.CharField(
        max_length=10, default="requested"
    )  # requested | approved | rejected | withdrawn | closed
    reason = models.CharField(max_length=400)
    transfer_id = models.BigIntegerField(null=True)  # the pending transfer of a request
    submit_by = models.DateField()
    expires_on = models.DateField()
    made_by = models.CharField(max_length=120)
    made_at = models.DateTimeField(auto_now_add=True)
    made_on = models.DateField()
    decided_by = models.CharField(max_length=120, blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_under = models.CharField(max_length=200, blank=True)
    answer = models.CharField(max_length=400, blank=True)
    closed_on = models.DateField(null=True)
    returned_minor = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(end__gt=F("start")), name="funds_commitment_forward"),
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0, cost_minor__gte=F("amount_minor")), name="funds_commitment_share"
            ),
            models.CheckConstraint(
                condition=~Q(state="approved") | (~Q(decided_by="") & ~Q(decided_by=F("made_by"))),
                name="funds_commitment_by_two",
            ),
        ]
        indexes = [models.Index(fields=["state", "expires_on"], name="funds_commitment_open")]


class Claim(Scoped):
    """What a distributor wants back of a commitment. `claimed_minor` is the fund's part of `cost_minor`; it is held on the
    commitment's account until it is decided and paid."""

    number = models.CharField(max_length=24, unique=True)
    party = models.ForeignKey(PARTY, models.PROTECT, related_name="fund_claims")
    commitment = models.ForeignKey(Commitment, models.PROTECT, related_name="claims")
    currency = models.CharField(max_length=3)
    cost_minor = models.BigIntegerField()
    claimed_minor = models.BigIntegerField()
    approved_minor = models.BigIntegerField(null=True)
    paid_minor = models.BigIntegerField(default=0)
    state = models.CharField(
        max_length=10, default="submitted"
    )  # submitted | approved | rejected | withdrawn | paid
    score = models.PositiveSmallIntegerField(default=0)
    risk = models.CharField(max_length=10, blank=True)
    sampled = models.BooleanField(default=False)
    draw = models.PositiveSmallIntegerField(default=0)  # 0 to 9999: below rate × 10000 somebody looks at it
    rate = models.DecimalField(max_digits=4, decimal_places=3, default=0)
    derivation = models.TextField(default="{}")  # how the fund's part comes about
    transfer_id = models.BigIntegerField(null=True)  # the pending transfer that holds what is to be paid
    holds = models.PositiveSmallIntegerField(default=1)
    version_id = models.BigIntegerField()  # of the policy of claim types it was checked by; 0: the house's own
    made_by = models.CharField(max_length=120)
    made_at = models.DateTimeField(auto_now_add=True)
    made_on = models.DateField()
    decided_by = models.CharField(max_length=120, blank=True)
    decided_on = models.DateField(null=True)
    paid_on = models.DateField(null=True)
    note = models.CharField(max_length=400, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(claimed_minor__gt=0, cost_minor__gte=F("claimed_minor")), name="funds_claim_amount"
            ),
            models.CheckConstraint(
                condition=Q(approved_minor__isnull=True)
                | Q(approved_minor__gte=0, approved_minor__lte=F("claimed_minor")),
                name="funds_claim_approved",
            ),
            models.CheckConstraint(condition=Q(paid_minor__lte=F("claimed_minor")), name="funds_claim_paid"),
        ]
        indexes = [models.Index(fields=["state", "made_on"], name="funds_claim_open")]


class ClaimLine(Scoped):
    """One cost of a claim with its invoice; `approved_minor` is what of the cost is accepted, `reason` why not all."""

    scope_path = "claim__party_id"
    claim = models.ForeignKey(Claim, models.CASCADE, related_name="lines")
    text = models.CharField(max_length=120)
    invoice = models.CharField(max_length=40, blank=True, db_index=True)  # as it is compared: capitals and digits
    invoice_on = models.DateField(null=True)
    invoice_minor = models.BigIntegerField(null=True)
    amount_minor = models.BigIntegerField()
    approved_minor = models.BigIntegerField(null=True)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="funds_line_amount"),
            models.CheckConstraint(
                condition=Q(approved_minor__isnull=True)
                | Q(approved_minor__gte=0, approved_minor__lte=F("amount_minor")),
                name="funds_line_approved",
            ),
        ]


class Proof(Scoped):
    """A file that shows that it happened. Of a picture, what it says of itself; `likeness` is its hash in 16 hex digits."""

    scope_path = "claim__party_id"
    claim = models.ForeignKey(Claim, models.CASCADE, related_name="proofs")
    file = models.ForeignKey("files.StoredFile", models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20)
    sha256 = models.CharField(max_length=64, db_index=True)
    likeness = models.CharField(max_length=16, blank=True)
    taken_at = models.DateTimeField(null=True)
    latitude = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    longitude = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    away_m = models.PositiveIntegerField(null=True)
    made_on = models.DateField()

    class Meta:
        indexes = [models.Index(fields=["made_on"], condition=~Q(likeness=""), name="funds_proof_alike")]


class Finding(Scoped):
    """What the check found in a claim: a code, the line or proof it is about, what it is held against, and figures (JSON)."""

    scope_path = "claim__party_id"
    claim = models.ForeignKey(Claim, models.CASCADE, related_name="findings")
    line = models.ForeignKey(ClaimLine, models.CASCADE, null=True, related_name="findings")
    proof = models.ForeignKey(Proof, models.CASCADE, null=True, related_name="findings")
    other = models.ForeignKey(Claim, models.PROTECT, null=True, related_name="+")
    other_proof = models.ForeignKey(Proof, models.SET_NULL, null=True, related_name="+")
    code = models.CharField(max_length=20)
    facts = models.TextField(default="{}")
    points = models.PositiveSmallIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["code"], name="funds_finding_code")]


class Step(Scoped):
    """What happened to a claim, in order."""

    scope_path = "claim__party_id"
    claim = models.ForeignKey(Claim, models.CASCADE, related_name="steps")
    what = models.CharField(max_length=20)
    amount_minor = models.BigIntegerField(null=True)
    text = models.CharField(max_length=400, blank=True)
    under = models.CharField(max_length=200, blank=True)
    by = models.CharField(max_length=120)
    at = models.DateTimeField(auto_now_add=True)


class Appeal(Scoped):
    """A distributor does not accept what was decided; head office rules with words."""

    scope_path = "claim__party_id"
    claim = models.ForeignKey(Claim, models.CASCADE, related_name="appeals")
    reason = models.CharField(max_length=1000)
    file = models.ForeignKey("files.StoredFile", models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=10, default="open")  # open | upheld | rejected
    made_by = models.CharField(max_length=120)
    made_on = models.DateField()
    due_on = models.DateField()
    ruling = models.CharField(max_length=1000, blank=True)
    granted_minor = models.BigIntegerField(default=0)
    ruled_by = models.CharField(max_length=120, blank=True)
    ruled_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["claim"], condition=Q(state="open"), name="funds_appeal_one_open")
        ]


class DebitAgreement(Scoped):
    """Ship and debit: what a distributor sells to a named end customer at an agreed price is compensated by the difference to
    what it cost him. Prices are major units a base unit."""

    number = models.CharField(max_length=24, unique=True)
    party = models.ForeignKey(PARTY, models.PROTECT, related_name="fund_debits")
    product = models.ForeignKey("goods.Product", models.PROTECT, related_name="+")
    customer = models.CharField(max_length=80)
    fund = models.CharField(max_length=40)
    currency = models.CharField(max_length=3)
    acquisition = models.DecimalField(max_digits=20, decimal_places=6)
    agreed = models.DecimalField(max_digits=20, decimal_places=6)
    units = models.PositiveIntegerField()
    start = models.DateField()
    end = models.DateField()  # not included
    state = models.CharField(max_length=10, default="requested")  # requested | approved | rejected
    reason = models.CharField(max_length=400)
    made_by = models.CharField(max_length=120)
    made_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.CharField(max_length=120, blank=True)
    decided_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=400, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(acquisition__gt=F("agreed")), name="funds_debit_gap"),
            models.CheckConstraint(condition=Q(end__gt=F("start")), name="funds_debit_forward"),
        ]


class Relief(Scoped):
    """Credits by formula, drawn by one person and approved by another: `protection` of a price change over many distributors
    (party empty), or `debit` of one agreement. `terms` is what it was reckoned with (JSON)."""

    number = models.CharField(max_length=24, unique=True)
    kind = models.CharField(max_length=10)
    party = models.ForeignKey(PARTY, models.PROTECT, null=True, related_name="+")
    agreement = models.ForeignKey(DebitAgreement, models.PROTECT, null=True, related_name="claims")
    budget = models.ForeignKey(Budget, models.PROTECT, related_name="reliefs")
    title = models.CharField(max_length=120)
    currency = models.CharField(max_length=3)
    on = models.DateField()  # the day of the change; the last day of the sales
    start = models.DateField(null=True)
    terms = models.TextField()
    amount_minor = models.BigIntegerField()
    transfers = models.TextField(default="[]")  # the pending transfers that hold it, one a distributor
    state = models.CharField(max_length=10, default="proposed")  # proposed | approved | rejected
    made_by = models.CharField(max_length=120)
    made_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.CharField(max_length=120, blank=True)
    decided_on = models.DateField(null=True)
    answer = models.CharField(max_length=400, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(amount_minor__gt=0), name="funds_relief_amount")]


class ReliefLine(Scoped):
    """One lot (or one sale) of a relief: units on hand or sold, those paid for, the fall of the price a unit, the credit."""

    relief = models.ForeignKey(Relief, models.CASCADE, related_name="lines")
    party = models.ForeignKey(PARTY, models.PROTECT, related_name="+")
    product = models.ForeignKey("goods.Product", models.PROTECT, related_name="+")
    lot = models.CharField(max_length=40, blank=True)
    document = models.CharField(max_length=60, blank=True)
    day = models.DateField(null=True)
    on_hand = models.BigIntegerField()
    units = models.BigIntegerField()
    gap = models.DecimalField(max_digits=20, decimal_places=6)
    amount_minor = models.BigIntegerField()
    why = models.CharField(max_length=10, blank=True)

    class Meta:
        indexes = [models.Index(fields=["relief", "party"], name="funds_relief_line")]
