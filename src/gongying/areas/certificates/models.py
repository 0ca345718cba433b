"""Certificates and the reminders that were sent of them."""

from django.db import models
from django.db.models import F, Q

from gongying.core.scope import Scoped

STATES = ("submitted", "accepted", "rejected", "withdrawn")


class Certificate(Scoped):
    """A certificate of a kind (a code of the policy `certificates.kinds`) held by a distributor or, with `holder`, by one of its
    people, from the first to the last day it is good for (no last day: without end). What was entered never changes; only what
    was decided on it does."""

    number = models.CharField(max_length=24, unique=True)
    party = models.ForeignKey("parties.Party", models.PROTECT, related_name="certificates")
    kind = models.CharField(max_length=40)
    holder = models.CharField(max_length=80, blank=True)  # a person's name; empty: the distributor itself
    serial = models.CharField(max_length=60)  # as it stands on the paper
    issuer = models.CharField(max_length=120)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)  # the last day, it counts until its end
    file = models.ForeignKey("files.StoredFile", models.PROTECT, null=True, related_name="+")
    side = models.CharField(max_length=12)  # house | distributor: who entered it
    state = models.CharField(max_length=10, default="submitted")  # submitted | accepted | rejected | withdrawn
    made_by = models.CharField(max_length=120)
    made_at = models.DateTimeField(auto_now_add=True)
    made_on = models.DateField()
    decided_by = models.CharField(max_length=120, blank=True)
    decided_on = models.DateField(null=True)
    answer = models.CharField(max_length=400, blank=True)
    withdrawn_by = models.CharField(max_length=120, blank=True)
    withdrawn_on = models.DateField(null=True)  # from this day on it counts no more
    reason = models.CharField(max_length=400, blank=True)  # why it was withdrawn

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=STATES), name="certificates_state"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="certificates_forward"
            ),
            models.CheckConstraint(
                condition=~Q(state="accepted") | (~Q(decided_by="") & ~Q(decided_by=F("made_by"))),
                name="certificates_by_two",
            ),
            models.CheckConstraint(
                condition=~Q(state="withdrawn") | (Q(withdrawn_on__isnull=False) & ~Q(reason="")),
                name="certificates_withdrawn_why",
            ),
            models.UniqueConstraint(
                fields=["party", "kind", "holder", "serial"],
                condition=Q(state__in=["submitted", "accepted"]),
                name="certificates_once",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "valid_to"], name="certificates_expiring"),
            models.Index(fields=["kind", "party"], name="certificates_held"),
        ]


class Reminder(Scoped):
    """That a distributor was told so many days before a certificate expires; once each. Append-only."""

    scope_path = "certificate__party_id"
    certificate = models.ForeignKey(Certificate, models.PROTECT, related_name="reminders")
    days = models.PositiveSmallIntegerField()
    sent_on = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["certificate", "days"], name="certificates_reminded_once")]
