"""Policies of funds, and what the check of a claim says. Pure."""

from .checks import CODES, Checked, LineFacts, ProofFacts, Term, away, check, said
from .policies import (
    FUND,
    PROOFS,
    PROTECTION,
    TYPES,
    ClaimType,
    ClaimTypes,
    Fund,
    Protection,
    default_types,
)

__all__ = [
    "CODES",
    "Checked",
    "ClaimType",
    "ClaimTypes",
    "FUND",
    "Fund",
    "LineFacts",
    "PROOFS",
    "PROTECTION",
    "ProofFacts",
    "Protection",
    "TYPES",
    "Term",
    "away",
    "check",
    "default_types",
    "said",
]
