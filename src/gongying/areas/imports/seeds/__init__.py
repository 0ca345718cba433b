"""Profiles that come with the house: how the files of a known system are read, as declarations (TOML)."""
