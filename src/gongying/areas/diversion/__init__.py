"""Diversion: cases about goods that were found outside the territory they were sold for (C190).

Owns reports, cases with their evidence, what was said, and rulings. Tells diversion.case_reported, diversion.case_set_aside,
diversion.case_opened, diversion.case_answered, diversion.case_ruled, diversion.case_objected, diversion.case_closed.

Nobody rules on a case he opened, nobody twice on the same one, and whom a case is against never learns who reported it. It is
about where goods were sold, never about at which price, and it punishes nobody: a ruling is words.
"""
