"""The JSON Schema of the YAML, made from the vocabulary, for editors."""

from __future__ import annotations

from typing import Any


def make_schema() -> dict[str, Any]:
    """Return the schema."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object"}
