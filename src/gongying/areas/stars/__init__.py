"""Stars: distributors who had several good years one after the other, the loyalty bonus and the right of first renewal it brings.

Owns runs of a year with their lines, excuses of gaps, and rights. Tells stars.run_submitted, stars.stars_granted,
stars.run_voided, stars.excuse_decided. A star is given by a run that a second person approves; what was posted is never
edited, and doing a year again pays only what is missing.
"""
