"""A change: one action on one address, with both sides and a reason."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chanops.domain.address import Address
    from chanops.domain.resources import LiveChannel
    from chanops.domain.value import Value


class Action(StrEnum):
    """What a plan does to an address."""

    CREATE = "create"
    UPDATE = "update"
    REPLACE = "replace"
    DELETE = "delete"
    ADOPT = "adopt"
    FORGET = "forget"
    NO_OP = "no-op"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of a change; *before* is None when it was not there, *after* None when it goes. *reason*: if not obvious.

    Of a replace, *forces_replacement* marks the fields that cannot change in place; with none marked all are meant.
    """

    path: str
    before: Value
    after: Value
    reason: str = ""
    forces_replacement: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """One action on one address.

    *before* and *after* hold the managed fields of both sides in canonical form, secrets as secrets (`before` of a delete: all
    of them); *fields* what differs. *live* is the channel it acts on, None for a create. *owner* is whose mark to write.
    """

    address: Address
    action: Action
    reason: str
    before: Mapping[str, Value] | None
    after: Mapping[str, Value] | None
    fields: tuple[FieldChange, ...] = ()
    live: LiveChannel | None = None
    owner: str = ""
    previous_address: Address | None = None

    @property
    def remote_id(self) -> str | None:
        """Return the gateway's id of the channel it acts on."""
        return self.live.remote_id if self.live else None

    @property
    def is_pending(self) -> bool:
        """Tell whether it writes anything."""
        return self.action is not Action.NO_OP
