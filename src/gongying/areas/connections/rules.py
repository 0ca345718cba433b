"""What keys and endpoints may be, and what distributors' endpoints are told. Pure."""

import re
from collections.abc import Collection

NAME = re.compile(r"[\w. -]{1,40}")
MOST_KEYS = 50  # of one company, revoked ones not counted
MOST_ENDPOINTS = 20
MOST_FACTS = 50
MOST_REPLAYED = 10_000
LONGEST_OVERLAP = 168  # hours two secrets are good side by side

# Facts that are told to a distributor's endpoint when they are about his own company, and the fields he is told of them.
OUTSIDE = (
    "billing.*",
    "channel.declaration_accepted",
    "channel.declaration_returned",
    "channel.declaration_submitted",
    "channel.objection_opened",
    "channel.objection_ruled",
    "channel.sales_reported",
    "orders.*",
    "reconciliation.*",
    "rewards.dispute_ruled",
    "supply.*",
)
FIELDS = (
    "accepted", "amount_minor", "approved", "asked", "claims", "created", "corrected", "credit_note", "currency", "damaged",
    "delivered_on", "delivery", "due_on", "good", "in_full", "inspected_on", "invoice", "invoiced_on", "lines", "net_minor",
    "number", "on_time", "order", "paid_on", "payment", "period", "quantity", "received", "rejected", "return_number", "revision",
    "rma", "shipment", "shipped", "shipped_on", "short", "side", "state", "statement", "tax_minor", "total_minor", "units",
    "verdict", "whole",
)  # fmt: skip
# About a distributor, but head office's own affair.
NEVER = (
    "billing.written_off",
    "reconciliation.difference_closed",
    "reconciliation.difference_opened",
    "supply.agreement_started",
    "supply.claim_settled",
)


def unknown_facts(patterns: Collection[str], offered: Collection[str]) -> list[str]:
    """The patterns that stand for nothing one may hear: names, prefixes such as ``orders.*``, or ``*`` for all.

    >>> unknown_facts(["orders.*", "*", "orders.x", "rewards.*"], ["orders.order_placed"])
    ['orders.x', 'rewards.*']
    """
    apps = {name.split(".")[0] + ".*" for name in offered}
    return [each for each in patterns if each != "*" and each not in apps and each not in offered]


def typed_facts(text: str) -> list[str]:
    """Patterns as people type them: by lines, commas or blanks, each once.

    >>> typed_facts("orders.*, orders.*  rewards.dispute_ruled")
    ['orders.*', 'rewards.dispute_ruled']
    """
    return list(dict.fromkeys(re.split(r"[\s,，;；]+", text.strip()))) if text.strip() else []
