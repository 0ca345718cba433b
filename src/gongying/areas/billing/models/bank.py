"""Files of the bank and their lines."""

from django.db import models

from gongying.core.scope import Scoped


class BankFile(models.Model):
    """A statement of the bank as it was read; the same file twice is one."""

    name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64, unique=True)
    currency = models.CharField(max_length=3)
    read_by = models.CharField(max_length=120)
    read_at = models.DateTimeField(auto_now_add=True)


class BankLine(Scoped):
    """A receipt in such a file. `party` is who paid by the proposal or by hand; it waits, was taken as a payment, or left out."""

    file = models.ForeignKey(BankFile, models.PROTECT, related_name="lines")
    row = models.PositiveIntegerField()
    received_on = models.DateField()
    amount_minor = models.BigIntegerField()
    payer = models.CharField(max_length=200, blank=True)
    text = models.CharField(max_length=400, blank=True)
    reference = models.CharField(max_length=80, blank=True)
    party = models.ForeignKey("parties.Party", models.PROTECT, null=True)
    why = models.CharField(max_length=40, blank=True)
    state = models.CharField(max_length=8, default="waiting")  # waiting | taken | skipped
    payment = models.ForeignKey("billing.Payment", models.PROTECT, null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["file", "row"], name="bank_line_once")]
