"""Checks that need the files alone, and would be noise in a plan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from chanops.checks.subject import Check

STATIC: Final[tuple[Check, ...]] = ()
"""The static checks, in the order of the table."""
