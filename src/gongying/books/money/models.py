"""Accounts and transfers, open items and what was matched with what."""

from django.db import models
from django.db.models import F, Q

from gongying.core.scope import Scoped


class Account(Scoped):
    """An account; `balance_minor` is credits less debits that are posted, kept with the postings.

    `held_minor` is what pending transfers will take out. The database refuses to go below `floor_minor`.
    """

    scope_path = "holder_id"
    code = models.CharField(max_length=60, unique=True)
    holder = models.ForeignKey("parties.Party", models.PROTECT, null=True)
    kind = models.CharField(max_length=20)
    currency = models.CharField(max_length=3)
    floor_minor = models.BigIntegerField(null=True)
    balance_minor = models.BigIntegerField(default=0)
    held_minor = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(floor_minor__isnull=True) | Q(balance_minor__gte=F("floor_minor") + F("held_minor")),
                name="account_floor",
            ),
            models.CheckConstraint(condition=Q(held_minor__gte=0), name="account_held"),
        ]


class Transfer(Scoped):
    """`amount_minor` from `debit` to `credit`, accounts of one currency. Append-only: a pending row is resolved, once, by a
    later row of the same accounts and amount that names it (a trigger holds that, on both databases).
    """

    scope_path = ("debit__holder_id", "credit__holder_id")
    key = models.CharField(max_length=100, unique=True)
    debit = models.ForeignKey(Account, models.PROTECT, related_name="debits")
    credit = models.ForeignKey(Account, models.PROTECT, related_name="credits")
    amount_minor = models.BigIntegerField()
    status = models.CharField(max_length=8)  # pending | posted | void
    resolves = models.OneToOneField("self", models.PROTECT, null=True, related_name="resolution")
    document = models.CharField(max_length=60)
    business_date = models.DateField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="transfer_positive"),
            models.CheckConstraint(condition=~Q(debit=F("credit")), name="transfer_two_accounts"),
            models.CheckConstraint(
                condition=Q(status="pending", resolves__isnull=True)
                | Q(status__in=("posted", "void"), resolves__isnull=False),
                name="transfer_status",
            ),
        ]
        indexes = [models.Index(fields=["business_date"], name="transfer_day")]


class Item(Scoped):
    """What a distributor owes on one document (negative: what he has to his credit), and how much of it is open.

    The sum of his items is his receivable account with the sign turned. Only `open_minor` ever changes, by matches; the
    database keeps it between nothing and the amount, and refuses every other change.
    """

    scope_path = "holder_id"
    key = models.CharField(max_length=100, unique=True)
    holder = models.ForeignKey("parties.Party", models.PROTECT)
    currency = models.CharField(max_length=3)
    kind = models.CharField(max_length=10)  # invoice | credit | payment | opening
    document = models.CharField(max_length=60, db_index=True)
    business_date = models.DateField()
    due_on = models.DateField()
    amount_minor = models.BigIntegerField()
    open_minor = models.BigIntegerField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(amount_minor=0), name="item_amount"),
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0, open_minor__gte=0, open_minor__lte=F("amount_minor"))
                | Q(amount_minor__lt=0, open_minor__lte=0, open_minor__gte=F("amount_minor")),
                name="item_open",
            ),
        ]
        indexes = [
            models.Index(
                fields=["holder", "currency", "due_on"], condition=~Q(open_minor=0), name="item_still_open"
            )
        ]


class Match(Scoped):
    """`amount_minor` of a debit item and of a credit item that settle each other; a negative row takes a match back."""

    scope_path = "debit__holder_id"
    debit = models.ForeignKey(Item, models.PROTECT, related_name="debit_matches")
    credit = models.ForeignKey(Item, models.PROTECT, related_name="credit_matches")
    amount_minor = models.BigIntegerField()
    business_date = models.DateField()
    by = models.CharField(max_length=120)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(amount_minor=0), name="match_amount")]
