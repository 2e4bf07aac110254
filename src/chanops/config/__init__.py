"""YAML files to the desired state, with every fault as a finding that knows its place."""

from __future__ import annotations

from typing import Any

from chanops.config.load import Loaded, load
from chanops.config.resolve import check_addresses, check_references

__all__ = ["Loaded", "check_addresses", "check_references", "json_schema", "load"]


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of the YAML, made from the vocabulary."""
    from chanops.config.schema import make_schema  # noqa: PLC0415 - only `chanops schema` needs it

    return make_schema()
