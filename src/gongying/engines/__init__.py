"""Pure Python maths: no Django, no clock, no files, no floats in money.

Every result explains itself: an engine returns the parts of a figure, not only the figure. A refusal is
a `fault.Fault` with a code that the floors above put into the reader's language. One page per engine in
docs/algorithms/.
"""
