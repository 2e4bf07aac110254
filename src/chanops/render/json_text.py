"""JSON as text: readable letters stay as they are, whatever a terminal would obey is escaped the way JSON does it anyway."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from chanops.render.escape import escape

if TYPE_CHECKING:
    from collections.abc import Mapping


def to_json_text(data: Mapping[str, object]) -> str:
    """Return *data* as indented JSON."""
    text = json.dumps(data, indent=2, ensure_ascii=False)
    return "\n".join(map(escape, text.split("\n")))
