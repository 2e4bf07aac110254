"""How text that nobody declared secret tells that it holds one: an address with a user, a key that names a credential."""

from __future__ import annotations

import re
from typing import Final

CREDENTIALS: Final = re.compile(r"://[^/?#\s]*@|[?&#][^=&#]*(?:auth|key|token|secret|cookie|passw)[^=&#]*=[^&#]", re.IGNORECASE)
"""An address that carries a user or a telling parameter: `http://user:pass@proxy`, `?api_key=…`."""

SECRET_NAMES: Final = re.compile(
    r"(?:^|[_.-])(?:api[_-]?key|passw(?:or)?d|authorization|(?:access|auth|refresh)[_-]?token|(?:client|api)?[_-]?secret|cookie)$",
    re.IGNORECASE,
)
"""Names inside JSON whose texts are credentials; narrower than those of headers: `max_tokens` is none."""
