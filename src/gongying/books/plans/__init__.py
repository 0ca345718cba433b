"""Targets as posted figures: what was asked of a distributor (or a seller) for a group of goods in a period.

An area plans and agrees targets; what is agreed lands here, as revisions, so that attainment, tiers and rebates rest on
one figure.
"""
