"""Due diligence (尽职调查): the file of a company that wants to become a distributor, from its papers to the memo that decides.

Owns the file with its papers, registry snapshots, statements of three years, ratings of two raters, interview, risks, and the decision
memo that a second person approves. Tells diligence.file_opened, diligence.paper_checked, diligence.snapshot_taken,
diligence.memo_proposed, diligence.memo_decided.

It never receives applications (recruiting does) and never makes a distributor (flows/onboarding does).
"""
