"""What could not be read beside the channels: no fault of the files, and never guessed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chanops.domain.finding import notice, warning
from chanops.errors import RefusedError, UnauthorisedError

if TYPE_CHECKING:
    from chanops.domain.finding import Finding
    from chanops.errors import GatewayError


def unread(what: str, error: GatewayError, rule: str, mend: str = "") -> Finding:
    """Return that *what* has no answer: a notice where the gateway refuses it to this account, else a warning."""
    tell = notice if isinstance(error, UnauthorisedError | RefusedError) else warning
    return tell(f"{what}: {error.reason}", mend or error.hint, rule=rule)
