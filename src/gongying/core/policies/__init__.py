"""Policies are data: versioned, effective-dated, scoped (network > region > distributor), linted, published.

`kinds.register(Kind(...))` declares a sort of policy with its schema and linter;
`actions.draft / revise / publish / withdraw` change it; `read.value(...)` answers
"which value holds here, on this day, and why".
"""
