"""Statements of account, the lines of both ledgers, what was matched, and what differs."""

from django.db import models
from django.db.models import F, Q

from gongying.core.scope import Scoped


class Feed(Scoped):
    """How far one account of a distributor was taken up: nothing up to transfer `upto` is new any more; `before_minor` is what
    was posted for the days before `since`, which no line tells. Amounts count like the statement: for a receivable plus is
    "owes more".
    """

    party = models.ForeignKey("parties.Party", models.PROTECT, related_name="+")
    account = models.CharField(max_length=20)
    currency = models.CharField(max_length=3)
    since = models.DateField()
    before_minor = models.BigIntegerField(default=0)
    upto = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["party", "account", "currency"], name="feed_once")]


class Statement(Scoped):
    """The statement of account of one distributor and month: everything taken up until it was drawn and not on an earlier one."""

    party = models.ForeignKey("parties.Party", models.PROTECT, related_name="+")
    month = models.CharField(max_length=7)
    number = models.CharField(max_length=24, unique=True)
    start = models.DateField()
    end = models.DateField()
    state = models.CharField(max_length=10, default="prepared")  # prepared | sent | received | answered | confirmed
    version_id = models.BigIntegerField(null=True)
    policy_hash = models.CharField(max_length=64, blank=True)
    due_on = models.DateField(null=True)
    sent_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.CharField(max_length=120, blank=True)
    tacit = models.BooleanField(default=False)
    figures_hash = models.CharField(max_length=64, blank=True)
    sealed = models.TextField(blank=True)  # the very text of the figures that were confirmed: what the hash covers
    reminders = models.PositiveSmallIntegerField(default=0)
    reminded_on = models.DateField(null=True)
    escalated_on = models.DateField(null=True)
    drawn_by = models.CharField(max_length=120)
    drawn_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["party", "month"], name="soa_once"),
            models.CheckConstraint(condition=Q(end__gt=F("start")), name="soa_forward"),
            models.CheckConstraint(
                condition=~Q(state="confirmed") | (Q(confirmed_at__isnull=False) & ~Q(figures_hash="")),
                name="soa_confirmed_sealed",
            ),
        ]
        indexes = [models.Index(fields=["state", "due_on"], name="soa_waiting")]


class Section(Scoped):
    """One account and currency of a statement: opening + up − down = closing, in minor units; and what his books say."""

    scope_path = "statement__party_id"
    statement = models.ForeignKey(Statement, models.PROTECT, related_name="sections")
    account = models.CharField(max_length=20)
    currency = models.CharField(max_length=3)
    opening_minor = models.BigIntegerField()
    up_minor = models.BigIntegerField()
    down_minor = models.BigIntegerField()
    closing_minor = models.BigIntegerField()
    lines = models.PositiveIntegerField()
    their_opening_minor = models.BigIntegerField(null=True)
    their_closing_minor = models.BigIntegerField(null=True)
    bridge = models.JSONField(default=list)  # [kind, reason, count, minor units], from our closing to theirs

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["statement", "account", "currency"], name="soa_section_once"),
            models.CheckConstraint(
                condition=Q(closing_minor=F("opening_minor") + F("up_minor") - F("down_minor")),
                name="soa_section_adds_up",
            ),
        ]


class Ledger(Scoped):
    """A ledger a distributor sent: the accounts and the days [since, until) it covers. What is sent again replaces it."""

    party = models.ForeignKey("parties.Party", models.PROTECT, related_name="+")
    statement = models.ForeignKey(Statement, models.PROTECT, related_name="ledgers")
    file_id = models.BigIntegerField()
    file_name = models.CharField(max_length=200)
    since = models.DateField()
    until = models.DateField()
    accounts = models.JSONField(default=list)  # ["receivable:CNY", …]
    closings = models.JSONField(default=dict)  # {"receivable:CNY": minor units}
    lines = models.PositiveIntegerField()
    turned = models.BooleanField(default=False)
    replaced = models.BooleanField(default=False)
    sent_by = models.CharField(max_length=120)
    sent_at = models.DateTimeField(auto_now_add=True)


class LedgerLayout(Scoped):
    """Which headers a distributor's ledger has for the fields, and on which side he books; proposed the next time."""

    party = models.OneToOneField("parties.Party", models.PROTECT, related_name="+")
    columns = models.JSONField(default=dict)
    turned = models.BooleanField(default=False)
    kept_at = models.DateTimeField(auto_now=True)


class Match(Scoped):
    """Lines that belong together, for a reason; `difference_minor` (ours less theirs) is what both let stand."""

    party = models.ForeignKey("parties.Party", models.PROTECT, related_name="+")
    account = models.CharField(max_length=20)
    currency = models.CharField(max_length=3)
    reason = models.CharField(max_length=12)
    difference_minor = models.BigIntegerField(default=0)
    statement = models.ForeignKey(Statement, models.PROTECT, null=True)  # in whose run it was found
    by = models.CharField(max_length=120)
    at = models.DateTimeField(auto_now_add=True)


class Difference(Scoped):
    """Something both ledgers do not agree on, from the run that found it until it is closed, over as many months as it takes.

    `turn` says who moves next: house, party, or nobody (time does it). `owner` is who of head office takes care of it.
    """

    party = models.ForeignKey("parties.Party", models.PROTECT, related_name="+")
    statement = models.ForeignKey(Statement, models.PROTECT, related_name="differences")  # on which it was found
    account = models.CharField(max_length=20)
    currency = models.CharField(max_length=3)
    kind = models.CharField(max_length=10)  # ours | theirs | amount | proposed | opening
    reason = models.CharField(max_length=12)
    number = models.CharField(max_length=60, blank=True)
    day = models.DateField()
    ours_minor = models.BigIntegerField(default=0)
    theirs_minor = models.BigIntegerField(default=0)
    amount_minor = models.BigIntegerField(default=0)
    state = models.CharField(max_length=8, default="open")  # open | agreed | closed
    turn = models.CharField(max_length=8, default="house")
    owner = models.CharField(max_length=120, blank=True)
    next_step = models.CharField(max_length=400, blank=True)
    due_on = models.DateField(null=True)
    opened_on = models.DateField()
    closed_on = models.DateField(null=True)
    closed_by = models.CharField(max_length=120, blank=True)
    how = models.CharField(max_length=10, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_minor=F("ours_minor") - F("theirs_minor")), name="difference_adds_up"
            ),
            models.CheckConstraint(
                condition=Q(state="closed", closed_on__isnull=False) | (~Q(state="closed") & Q(closed_on=None)),
                name="difference_closed_when",
            ),
        ]
        indexes = [models.Index(fields=["party", "state"], name="difference_open")]


class LedgerLine(Scoped):
    """One line of our ledger (`ours`: a document on an account) or of the distributor's, as it was taken up. Amounts count
    like the statement. A line waits without a statement until the month it belongs to is drawn; it is matched once.
    """

    party = models.ForeignKey("parties.Party", models.PROTECT, related_name="+")
    side = models.CharField(max_length=6)  # ours | theirs
    account = models.CharField(max_length=20)
    currency = models.CharField(max_length=3)
    day = models.DateField()
    number = models.CharField(max_length=60, blank=True)
    kind = models.CharField(max_length=40, blank=True)
    text = models.CharField(max_length=200, blank=True)
    amount_minor = models.BigIntegerField()
    transfer_id = models.BigIntegerField(null=True)  # of ours: the last of the document's transfers
    ledger = models.ForeignKey(Ledger, models.PROTECT, null=True, related_name="entries")
    row = models.PositiveIntegerField(null=True)
    statement = models.ForeignKey(Statement, models.PROTECT, null=True, related_name="entries")
    match = models.ForeignKey(Match, models.SET_NULL, null=True, related_name="entries")
    difference = models.ForeignKey(Difference, models.PROTECT, null=True, related_name="entries")
    settled = models.BooleanField(default=False)  # he agreed to it without a line of his own
    withdrawn = models.BooleanField(default=False)
    apart = models.BooleanField(default=False)  # a person has told it apart from what it resembles

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(side="ours", transfer_id__isnull=False) | Q(side="theirs", transfer_id__isnull=True),
                name="soa_entry_ours_is_posted",
            )
        ]
        indexes = [
            models.Index(fields=["party", "side"], condition=Q(match__isnull=True), name="soa_entry_free"),
            models.Index(fields=["statement", "account", "currency"], name="soa_entry_of"),
        ]


class Leg(Scoped):
    """A transfer that was taken up for an account: into a line, or (without one) into the opening before the first line."""

    party = models.ForeignKey("parties.Party", models.PROTECT, related_name="+")
    account = models.CharField(max_length=20)
    transfer_id = models.BigIntegerField()
    entry = models.ForeignKey(LedgerLine, models.PROTECT, null=True, related_name="legs")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["transfer_id", "account"], name="soa_leg_once")]


class Note(Scoped):
    """What happened to a statement or was said about a difference; `side` is house, party or system."""

    scope_path = "statement__party_id"
    statement = models.ForeignKey(Statement, models.PROTECT, related_name="notes")
    difference = models.ForeignKey(Difference, models.PROTECT, null=True, related_name="notes")
    kind = models.CharField(max_length=12)
    text = models.TextField(blank=True)
    file_id = models.BigIntegerField(null=True)
    by = models.CharField(max_length=120)
    side = models.CharField(max_length=6)
    at = models.DateTimeField(auto_now_add=True)
