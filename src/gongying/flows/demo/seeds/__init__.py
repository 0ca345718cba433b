"""The invented brand, in the order the story is told.

`geography` and `network` say where and who, `names` and `codes` dress them, `brand` makes the goods, `festivals` and
`market` the demand, `simulate` the two years day by day, `paper` the lines people would have booked, `plans` the
targets, and `story` puts it together with the truth. Everything is a function of (end date, seed).
"""
