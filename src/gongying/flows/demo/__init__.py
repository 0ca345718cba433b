"""The demonstration year: one invented brand, its network and two years of trade.

Owns: the simulator that invents them (`seeds`, pure Python, seeded) and the loader that enters them through the same
verbs a person would use. Keeps the truth behind the figures, so that tests can ask whether the house finds it.
Tells no facts of its own. Will never write a table past a verb, and is never needed by anything else.
"""
