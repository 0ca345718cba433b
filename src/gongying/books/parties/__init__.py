"""Organisations we deal with, where they belong, and who supplies whom, by date."""
