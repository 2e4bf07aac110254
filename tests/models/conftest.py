"""Tests of whole runs stand on the same folder as those of the command line."""

from __future__ import annotations

from cli.conftest import stage

__all__ = ["stage"]
