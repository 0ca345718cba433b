"""Receive a file, work it off in steps, undo it; load a folder by a profile."""

from .profile import enter, load
from .steps import receive, start, take, undo, work_off

__all__ = ["enter", "load", "receive", "start", "take", "undo", "work_off"]
