"""Reports, cases, evidence, steps, rulings."""

from django.db import models
from django.db.models import F, Q

from gongying.core.scope import Scoped

PARTY = "parties.Party"
FILE = "files.StoredFile"
STATES = ("reported", "no_case", "opened", "answered", "ruled", "objected", "closed")


class Case(Scoped):
    """A case against a distributor (`party`; nobody yet while it is only reported). It is open from `opened_on` until
    `closed_on`. `summary` is what head office holds against him, in its own words."""

    number = models.CharField(max_length=24, unique=True)
    party = models.ForeignKey(PARTY, models.PROTECT, null=True, related_name="diversion_cases")
    state = models.CharField(max_length=10, default="reported")
    ground = models.CharField(max_length=40, blank=True)  # a code of the policy
    summary = models.CharField(max_length=1000, blank=True)
    version_id = models.BigIntegerField(null=True)  # of the policy it was opened under; empty: the house's own days
    made_by = models.CharField(max_length=120)  # empty where a distributor reported it: see Report
    made_on = models.DateField()
    made_at = models.DateTimeField(auto_now_add=True)
    opened_by = models.CharField(max_length=120, blank=True)
    opened_on = models.DateField(null=True)
    answer_by = models.DateField(null=True)  # the last day
    object_by = models.DateField(null=True)  # the last day, once it was upheld
    closed_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=STATES), name="diversion_case_state"),
            models.CheckConstraint(
                condition=Q(state__in=["reported", "no_case"]) | Q(party__isnull=False, opened_on__isnull=False),
                name="diversion_case_against_somebody",
            ),
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True) | Q(closed_on__gte=F("opened_on")),
                name="diversion_case_forward",
            ),
        ]
        indexes = [models.Index(fields=["state", "answer_by"], name="diversion_case_open")]


class Report(Scoped):
    """That a distributor (`party`) reported something, in his words. Only he and head office see it: it is kept apart from the
    case, which is of whom it is against. Append-only."""

    number = models.CharField(max_length=24, unique=True)
    party = models.ForeignKey(PARTY, models.PROTECT, related_name="+")
    case = models.OneToOneField(Case, models.PROTECT, related_name="report")
    text = models.CharField(max_length=1000)
    made_by = models.CharField(max_length=120)
    made_on = models.DateField()


class Evidence(Scoped):
    """One find: which goods, where, how many, offered by whom, with a picture. Append-only."""

    scope_path = "case__party_id"
    case = models.ForeignKey(Case, models.PROTECT, related_name="evidence")
    product = models.ForeignKey("goods.Product", models.PROTECT, null=True, related_name="+")
    code = models.CharField(max_length=80, blank=True)  # lot, serial or box number as it stands on the goods
    region = models.ForeignKey("parties.Region", models.PROTECT, null=True, related_name="+")
    place = models.CharField(max_length=160)
    quantity = models.PositiveIntegerField()  # base units
    found_on = models.DateField()
    seller = models.CharField(max_length=160, blank=True)  # who offered them there
    file = models.ForeignKey(FILE, models.PROTECT, null=True, related_name="+")
    side = models.CharField(max_length=12)  # house | reporter
    made_by = models.CharField(max_length=120)
    made_on = models.DateField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(quantity__gt=0), name="diversion_evidence_some")]


class Step(Scoped):
    """What happened in a case, in order; `side` is who acted: house, distributor (whom it is against) or reporter. Append-only."""

    scope_path = "case__party_id"
    case = models.ForeignKey(Case, models.PROTECT, related_name="steps")
    # reported | set_aside | opened | evidence | answered | ruled | objected | accepted | closed
    what = models.CharField(max_length=12)
    side = models.CharField(max_length=12)
    text = models.CharField(max_length=2000, blank=True)
    file = models.ForeignKey(FILE, models.PROTECT, null=True, related_name="+")
    by = models.CharField(max_length=120)
    on = models.DateField()
    at = models.DateTimeField(auto_now_add=True)


class Ruling(Scoped):
    """A ruling with its reasons; the second one, after an objection, is the last. Append-only."""

    scope_path = "case__party_id"
    case = models.ForeignKey(Case, models.PROTECT, related_name="rulings")
    round = models.PositiveSmallIntegerField()
    verdict = models.CharField(max_length=10)  # upheld | dismissed
    reasons = models.CharField(max_length=2000)
    by = models.CharField(max_length=120)
    on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "round"], name="diversion_ruling_once"),
            models.UniqueConstraint(fields=["case", "by"], name="diversion_ruling_by_another"),
            models.CheckConstraint(condition=Q(round__in=[1, 2]), name="diversion_ruling_twice_at_most"),
        ]
