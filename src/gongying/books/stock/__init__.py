"""Stock by holder, product and lot: movements that are never edited, declarations, and the balances they come to."""
