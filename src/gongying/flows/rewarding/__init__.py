"""Rewarding: what points were used for comes into being, and whoever is concerned by points is told."""
