"""Recruiting (招商): campaigns, the applications they bring, and the way of each to a decision.

Owns campaigns, applications with their conflict report, sample file and references, and the applicant's contact data, apart from
everything else so that it can be erased. Tells recruiting.campaign_opened, recruiting.campaign_closed, recruiting.application_received,
recruiting.application_moved, recruiting.conflict_answered, recruiting.reference_answered, recruiting.contact_erased.

It never examines a company (diligence does), never makes a distributor of an applicant (flows/onboarding does), and no fact of it
carries personal data.
"""
