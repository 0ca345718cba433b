"""Tiers: the levels of distributors (bronze, silver, gold …) by published rules, with what each level brings.

Owns reviews, standings, entitlements, simulations of drafts and the calendar of reviews. Tells tiers.review_announced,
tiers.review_submitted, tiers.standings_granted, tiers.review_rejected, tiers.entitlements_granted and _ended,
tiers.programme_simulated. A level changes only by a review that a second person approves; a standing or an entitlement
is never edited, only followed or ended by another row.
"""
