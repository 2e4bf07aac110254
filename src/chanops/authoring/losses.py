"""What is lost on the way to another gateway: one row for each field that the other kind has nothing for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chanops.domain.value import Value

MODE: Final = "newapi.multi_key_mode"


class Loss(NamedTuple):
    """One thing that is not the same any more: the *field*, *what* becomes of it, and what to do about it."""

    field: str
    what: str
    advice: str = ""


class _Lost(NamedTuple):
    """A field that the other kind lacks: the value that says nothing, and what to do instead."""

    default: Value
    advice: str


LOST: Final[Mapping[str, _Lost]] = {
    "groups": _Lost(("default",), "Octopus has no user groups; limit what its API keys may ask for"),
    "priority": _Lost(0, "order the channels inside of an Octopus group"),
    "weight": _Lost(0, "order the channels inside of an Octopus group"),
    "tag": _Lost("", "keep it in a comment"),
    "remark": _Lost("", "keep it in a comment"),
    "test_model": _Lost("", "Octopus does not test channels"),
    "newapi.auto_ban": _Lost(True, "Octopus has no such switch"),  # noqa: FBT003 - a value of the wire
    "newapi.status_code_mapping": _Lost({}, "Octopus answers with the status codes of the upstream"),
    "newapi.setting": _Lost({}, "Octopus has no such settings"),
    "newapi.settings": _Lost({}, "Octopus has no such settings"),
    "newapi.other": _Lost("", "Octopus has no such field"),
    MODE: _Lost("", "Octopus chooses among keys by a rule of its own"),
    "octopus.auto_sync": _Lost(False, "write `models: {from: upstream}`: the names written here are those of today"),  # noqa: FBT003
    "octopus.auto_group": _Lost("none", "New API routes by the names of models and needs no groups"),
    "octopus.match_regex": _Lost("", "write `models: {from: upstream, include: […]}`"),
}
"""Fields of one kind that the other has nothing for."""

CONVERTED: Final = frozenset(
    {"type", "enabled", "base_url", "base_urls", "key", "keys", "models", "model_mapping", "headers", "proxy"}
    | {"newapi.openai_organization", "octopus.custom_models"}
)
"""Fields that take a function each."""

KEPT: Final = frozenset({"name", "param_override"})
"""Fields that stay what they are."""
