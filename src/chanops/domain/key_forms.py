"""Keys of several parts, which New API takes apart at the `|` (contracts/new-api.md 7.2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from chanops.domain.value import reveal
from chanops.domain.vocabulary import CHANNEL_TYPES, SiteKind

if TYPE_CHECKING:
    from chanops.domain.value import Value

FORMS: Final = {
    15: "APIKey|SecretKey",
    18: "APPID|APISecret|APIKey",
    23: "AppId|SecretId|SecretKey",
    33: "AccessKey|SecretKey|Region",
    50: "AccessKey|SecretKey",
    51: "AccessKey|SecretKey",
}
AWS: Final = 33
RELAYED: Final = frozenset({50, 51})  # behind another New API they take its keys, which begin with sk-


def wanted_form(channel_type: Value, settings: Value) -> str:
    """Return the form that the keys of *channel_type* have with *settings*; nothing where any text is a key."""
    number = CHANNEL_TYPES[SiteKind.NEWAPI].get(channel_type) if isinstance(channel_type, str) else channel_type
    if number == AWS and isinstance(settings, Mapping) and reveal(settings.get("aws_key_type")) == "api_key":
        return "APIKey|Region"
    return FORMS.get(number, "") if isinstance(number, int) else ""


def has_form(key: str, form: str, channel_type: Value) -> bool:
    """Tell whether *key* has the parts of *form*."""
    is_relayed = channel_type in {"kling", "jimeng", *RELAYED} and key.strip().startswith("sk-")
    parts = key.split("|")
    return is_relayed or (len(parts) == form.count("|") + 1 and all(part.strip() for part in parts))
