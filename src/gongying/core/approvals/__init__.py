"""Who may decide what: the authority matrix (a policy), and delegation with an end date.

`read.may(actor, verb, …)` answers whether somebody may decide over an amount, and by which rule; `read.who(verb, …)` names
everybody who may. A permission opens the door of a verb; the matrix says up to which amount. Four eyes stay four: whoever made
a thing decides over it neither himself nor through somebody he deputises for.
"""
