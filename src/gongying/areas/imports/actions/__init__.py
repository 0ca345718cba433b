"""Receive a file, work it off in steps, undo it."""

from .steps import receive, step, undo, work_off

__all__ = ["receive", "step", "undo", "work_off"]
