"""Network: who plays which role for a distributor (gets the invoice, pays, takes the goods), and how its level went.

Owns no tables: what it decides is posted in the book of parties from a day on, and never rewritten backwards. It never
says who supplies whom or grants a level.
"""
