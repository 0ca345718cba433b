"""Receive a file, work it off in steps, undo it; load a folder by a profile."""

from .profile import enter, load
from .steps import receive, step, undo, work_off

__all__ = ["enter", "load", "receive", "step", "undo", "work_off"]
