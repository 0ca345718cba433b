"""The only writers of funds."""

from .claiming import LineIn, ProofIn, submit
from .committing import approve_request, close, expire, reject_request, request, withdraw_request
from .deciding import Verdict, appeal, approve, pass_light, pay, reject, rule, withdraw
from .granting import accrue, budget, grant
from .relieving import ask_debit, claim_debit, decide_debit, protect, settle_relief

__all__ = [
    "LineIn",
    "ProofIn",
    "Verdict",
    "accrue",
    "appeal",
    "approve",
    "approve_request",
    "ask_debit",
    "budget",
    "claim_debit",
    "close",
    "decide_debit",
    "expire",
    "grant",
    "pass_light",
    "pay",
    "protect",
    "reject",
    "reject_request",
    "request",
    "rule",
    "settle_relief",
    "submit",
    "withdraw",
    "withdraw_request",
]
