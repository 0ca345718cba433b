"""The journal: facts recorded inside the transaction, sealed in order, delivered to listeners.

Use `book` (record, on, project, seal, deliver, rebuild, verify) and `fact.Fact`.
"""
