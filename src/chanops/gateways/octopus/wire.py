"""Rows as Octopus sends them: strict on JSON types, deaf to keys it does not know, silent on what texts hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from chanops.errors import NotUnderstoodError

if TYPE_CHECKING:
    from collections.abc import Iterable

Row = TypeVar("Row", bound="Wire")


class Wire(BaseModel):
    """A JSON object of the gateway; unknown keys are ignored, since gateways grow."""

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore", hide_input_in_errors=True)


class BaseUrl(Wire):
    """One address of a G2 channel; *delay* is measured by the server (contracts/octopus.md 5.5)."""

    url: str
    delay: int = 0


class Key(Wire):
    """One key of a G2 channel; the server's own figures are left out (contracts/octopus.md 5.2)."""

    id: int
    channel_id: int
    enabled: bool
    channel_key: str
    remark: str = ""


class Header(Wire):
    """One header; names may repeat."""

    header_key: str
    header_value: str


class Channel(Wire):
    """What a channel's row holds in every generation from v0.9 on (contracts/octopus.md 5.1)."""

    id: int
    name: str
    enabled: bool
    model: str
    custom_model: str
    proxy: bool
    auto_sync: bool
    custom_header: list[Header] | None
    param_override: str | None
    channel_proxy: str | None
    match_regex: str | None = None  # from v0.9.5 on


class ChannelG2(Channel):
    """A row of v0.9: several addresses and keys, the type as a number."""

    type: int
    auto_group: int
    base_urls: list[BaseUrl] | None
    keys: list[Key] | None


class ChannelG4(Channel):
    """A row of v0.10 and v0.11: one address, one key, the type as a text."""

    type: str
    base_url: str
    key: str


AnyChannel: TypeAlias = ChannelG2 | ChannelG4


class Export(Wire):
    """The database behind a G2 site; empty tables are left out, keys stand apart (contracts/octopus.md 11)."""

    channels: list[ChannelG2] = []
    channel_keys: list[Key] = []


class GroupItem(Wire):
    """One member of a group: a model of a channel."""

    channel_id: int
    model_name: str


class Group(Wire):
    """A group: its name is the model that clients ask for; `items` is left out when empty."""

    name: str
    items: list[GroupItem] = []
    retry_interval: Any = None  # G3 alone has it


class Envelope(Wire):
    """What stands round every answer but the export: `data` is left out where there is nothing to say."""

    code: int
    message: str
    data: Any = None


def parse(model: type[Row], value: object, site: str, what: str) -> Row:
    """Return *value* as *model*; raise NotUnderstoodError naming *what* and the field otherwise."""
    try:
        return model.model_validate(value)
    except ValidationError as fault:
        raise _not_understood(fault, site, what) from None


def parse_rows(model: type[Row], value: object, site: str, what: str) -> list[Row]:
    """Return the list *value* as rows of *model*; raise NotUnderstoodError naming *what* and the field otherwise."""
    try:
        return TypeAdapter(list[model]).validate_python(value)  # type: ignore[valid-type]  # a type at run time
    except ValidationError as fault:
        raise _not_understood(fault, site, what) from None


def _not_understood(fault: ValidationError, site: str, what: str) -> NotUnderstoodError:
    first = fault.errors(include_url=False, include_context=False, include_input=False)[0]
    return NotUnderstoodError(site, f"{what}: {_path(first['loc'])}: {first['msg'].lower()}")


def _path(location: Iterable[int | str]) -> str:
    parts = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in location)
    return parts.removeprefix(".") or "the answer"
