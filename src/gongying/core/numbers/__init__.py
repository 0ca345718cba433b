"""Document numbers without gaps: `series.next_number("DZ", on=day)` gives ``DZ-202607-0001``."""
