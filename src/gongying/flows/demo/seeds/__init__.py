"""The invented brand, in the order the story is told.

`geography` and `network` say where and who, `names` and `codes` dress them, `brand` makes the goods, `festivals` and
`market` the demand, `simulate` the two years day by day, `paper` the lines people would have booked, `plans` the
targets, and `story` puts it together with the truth. Everything is a function of (end date, seed).

Then it is entered: `load` goes through it day by day under the `clock` of the story. `documents` chooses the deliveries of the
last months that went through orders, `ground`, `terms` and `house` set the house up for them, `trading` works them off, `papers` and
`declaring` are the calendar of finance and of the distributors' reports, and `today` is the open work of the morning after.
"""
