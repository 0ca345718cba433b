"""Products, their groups and their packs."""
