"""Onboarding (准入): an application becomes a file, an approved memo becomes a distributor.

Joins recruiting, diligence and the books of parties and places, one transaction a step, passing values. It owns no table and tells no
facts of its own: `examine` opens the file of an application, `carry_out` does what an approved memo says.
"""
