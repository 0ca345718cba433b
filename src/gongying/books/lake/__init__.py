"""The columnar mirror of the books, for engines and figures: Parquet parts that only grow, read by DuckDB through Ibis.

The same expressions compile for other engines; nothing here decides anything.
"""
