"""Our mark on a channel: a key of `other_info`, beside what the gateway keeps there (DESIGN 4, contracts/new-api.md 9)."""

from __future__ import annotations

from typing import Final

from chanops.domain.resources import Mark
from chanops.domain.secret import Fingerprint
from chanops.gateways.newapi.jsontext import parse_object, to_text

KEY: Final = "chanops"


def read_mark(other_info: str) -> Mark | None:
    """Return the mark in *other_info*; anything that is not an object of texts with owner and name is no mark."""
    if KEY not in other_info:
        return None
    found = parse_object(other_info).get(KEY)
    if not isinstance(found, dict) or not all(isinstance(text, str) for text in found.values()):
        return None
    if "owner" not in found or "name" not in found:
        return None
    key = found.get("key")
    return Mark(found["owner"], found["name"], Fingerprint(key) if key else None, found.get("id") or None)


def write_mark(other_info: str, mark: Mark | None) -> str:
    """Return *other_info* with *mark* in it, or without any; what others keep there stays. Never `null`: it is poison."""
    kept = {key: value for key, value in parse_object(other_info).items() if key != KEY}
    return to_text(kept if mark is None else {**kept, KEY: _texts(mark)}, empty="{}")


def is_same(one: Mark | None, other: Mark | None) -> bool:
    """Tell whether two marks say the same, an id that one of them lacks apart."""
    if one is None or other is None:
        return one is other
    ids = {one.remote_id, other.remote_id} - {None}
    return (one.owner, one.name, _key(one)) == (other.owner, other.name, _key(other)) and len(ids) < 2


def _texts(mark: Mark) -> dict[str, str]:
    texts = {"owner": mark.owner, "name": mark.name, "key": _key(mark), "id": mark.remote_id or ""}
    return {key: text for key, text in texts.items() if text or key in ("owner", "name")}


def _key(mark: Mark) -> str:
    return mark.key.text if mark.key else ""
