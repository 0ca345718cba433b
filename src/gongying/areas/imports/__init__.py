"""Imports: distributors, products and sales lines from Excel and CSV.

Owns batches and their row errors. Tells imports.batch_finished. Never evaluates a formula, never
loses a good row because of a bad one, never posts the same line twice.
"""
