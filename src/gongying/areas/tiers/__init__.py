"""Tiers: the levels of distributors (bronze, silver, gold …) by published rules, with what each level brings.

Owns reviews and standings. Tells tiers.review_submitted, tiers.standings_granted, tiers.review_rejected. A level
changes only by a review that a second person approves; a standing is never edited, only followed by another.
"""
