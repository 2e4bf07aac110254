"""The canonical form of single values, the same for what is declared and for what lives."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from chanops.domain.secret import Secret
from chanops.domain.vocabulary import CHANNEL_TYPES, SiteKind, is_secret_header
from chanops.gateways.newapi.jsontext import freeze, freeze_map, parse_map

if TYPE_CHECKING:
    from chanops.domain.value import Value

TYPE_NUMBERS: Final = CHANNEL_TYPES[SiteKind.NEWAPI]
TYPE_NAMES: Final = {number: name for name, number in TYPE_NUMBERS.items()}

_PASSWORD: Final = re.compile(r"^[^/?#]*//[^/?#@]*:[^/?#]*@")


def type_name(value: Value) -> Value:
    """Return a channel type as its name, or as the number when it has none."""
    return TYPE_NAMES.get(value, value) if isinstance(value, int) else value


def type_number(value: Value) -> int | None:
    """Return the number of a channel type, None for a word that is no type."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    return TYPE_NUMBERS.get(value) if isinstance(value, str) else None


def split_names(text: str) -> tuple[str, ...]:
    """Return the names in a comma-separated *text*: trimmed, none empty, none twice, in their order."""
    return tuple(dict.fromkeys(filter(None, map(str.strip, text.split(",")))))


def names(value: Value) -> Value:
    """Return declared names as `split_names` would find them on the wire."""
    if not isinstance(value, Sequence) or isinstance(value, str):
        return value
    return tuple(dict.fromkeys(filter(None, (item.strip() if isinstance(item, str) else item for item in value))))


def headers(value: Value) -> Value:
    """Return headers with the values of telling names as secrets (DESIGN 2, law 4)."""
    if not isinstance(value, Mapping):
        return value
    return {key: _shield(item) if is_secret_header(key) else item for key, item in freeze_map(value).items()}


def text_or_map(value: Value) -> Value:
    """Return `other`: an object when the text holds one, else the text; an empty object is an empty text."""
    found = parse_map(value) if isinstance(value, str) else freeze(value)
    return found if found != {} else ""


def shield_url(url: str) -> str | Secret:
    """Return a live *url*, as a secret when it carries a password."""
    return Secret(url) if _PASSWORD.match(url) else url


def _shield(value: Value) -> Value:
    if isinstance(value, Secret):
        return value
    return Secret(value if isinstance(value, str) else json.dumps(value))
