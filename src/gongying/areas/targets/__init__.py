"""Targets: what is asked of each distributor by product group and month, drafted from history, agreed by two people.

Owns plans and their lines. Tells targets.plan_submitted, targets.plan_approved, targets.plan_rejected. What is approved
lands in the book of plans as revisions; an approved plan is never edited, the next plan of the year follows it.
"""
