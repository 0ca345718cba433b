"""Statements of account: our ledger and the distributor's, document by document, until both agree.

Owns statements, the lines of both ledgers, matches, differences and what was said about them. Tells reconciliation.statements_sent,
reconciliation.statement_confirmed, reconciliation.statement_reopened, reconciliation.difference_opened,
reconciliation.difference_closed. Never posts to an account: a correction is a document of billing, which the next run finds. Never takes
silence for consent unless a published policy says so.
"""
