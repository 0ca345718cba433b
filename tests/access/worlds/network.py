"""Who plays a role for a distributor: what the verb is asked with."""

SAID = {"other": "", "valid_from": "2026-05-01", "since": "2026-05-01"}


def side(world, code):
    """Nothing of its own: roles are posted in the book of parties."""
    return {}
