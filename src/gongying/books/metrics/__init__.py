"""The registry of figures: one definition serves page, score, policy and command line."""
