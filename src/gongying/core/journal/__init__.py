"""The journal: facts recorded inside the transaction, sealed in order, delivered to listeners.

Use `book` (record, on, project, seal, deliver, rebuild, verify), `fact.Fact` and `witness` (the heads kept outside the database).
"""
