"""Rewards: rebate programmes, their settlement and the statement both sides read.

Owns runs, statements and disputes. Tells rewards.run_submitted, rewards.rebate_settled,
rewards.statement_confirmed, rewards.statement_disputed, rewards.dispute_ruled. Never changes a sales line, never pays
without a second person, and never shows a distributor another's figures.
"""
