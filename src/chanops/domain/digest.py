"""Digests of live channels, by which a saved plan notices that one has moved. No secret can be read out of one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from chanops.domain.secret import Fingerprint, Secret

if TYPE_CHECKING:
    from chanops.domain.resources import LiveChannel
    from chanops.domain.value import Value


def digest_live(channel: LiveChannel, salt: bytes) -> str:
    """Return `sha256:…` over everything comparable of *channel*; its secrets go in as HMACs under *salt*."""
    mark = channel.mark
    content = {
        "name": channel.name,
        "id": channel.remote_id,
        "mark": [mark.owner, mark.name, mark.remote_id] if mark else None,
        "fields": {path: _plain(value, salt) for path, value in channel.fields.items()},
    }
    return digest_json(content)


def digest_fields(fields: Mapping[str, Value], salt: bytes) -> str:
    """Return `sha256:…` over *fields*; their secrets go in as HMACs under *salt*."""
    return digest_json({path: _plain(value, salt) for path, value in fields.items()})


def digest_json(content: Any) -> str:  # noqa: ANN401 - JSON
    """Return `sha256:…` over *content*, whatever the order of its keys."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def _plain(value: Value, salt: bytes) -> Any:  # noqa: ANN401 - JSON
    match value:
        case Secret():
            return Fingerprint.make([value.reveal()], salt).text
        case Fingerprint():
            return value.text
        case str():
            return value
        case Mapping():
            return {key: _plain(item, salt) for key, item in value.items()}
        case Sequence():
            return [_plain(item, salt) for item in value]
        case _:
            return value
