"""Funds and claims: money for joint marketing, from the budget to the distributor's account.

Owns budgets (common ones and those of one distributor), commitments, claims with their proofs and findings, appeals, and what is
given back by formula: price protection, ship and debit. Tells funds.budget_granted, funds.commitment_decided,
funds.commitment_closed, funds.claim_submitted, funds.claim_decided, funds.claim_paid, funds.appeal_ruled, funds.relief_settled.

All money is accounts of books/money with a floor of nothing: the budget of a fund (`fund`), each commitment (`fund_committed`),
and the distributor's rebate account it is paid to. It never judges sales, never issues an invoice.
"""
