"""Gongying (共赢): a distributor management system in which both sides gain.

Six floors, arrows only down: site > flows > areas > books > core > engines. See docs/map.md.
"""

__version__ = "0.1.0"
