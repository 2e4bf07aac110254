"""One live channel as YAML in the shape of our own files; what is secret is named in a comment and not shown."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from chanops.domain.vocabulary import BLOCKS, FIELDS
from chanops.render.conceal import conceal_all, is_hidden
from chanops.render.escape import escape, shorten

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chanops.domain.resources import LiveChannel
    from chanops.domain.value import Value

PLAIN: Final = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*\Z")
"""Texts that YAML reads as they stand."""

MOST: Final = 100_000
"""Characters that one field may take: some two thousand models. Beyond that it is named, and left to `--json`."""

RESERVED: Final = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
INDENT: Final = "  "


def render_channel(channel: LiveChannel, whose: str) -> str:
    """Return *channel* as an entry of `channels`, with a first line that says whose it is."""
    fields = conceal_all(channel.fields)
    blocks = {block: {p: v for p, v in fields.items() if p.startswith(f"{block}.")} for block in BLOCKS}
    about = f"# {shorten(str(channel.address))}: id {shorten(channel.remote_id)}, {channel.status.value}, {shorten(whose)}"
    name = shorten(_scalar(channel.name), MOST)
    lines = [escape(about), "channels:", f"  - name: {name}", f"    sites: [{_scalar(channel.address.site)}]"]
    for path, value in _in_order({path: value for path, value in fields.items() if "." not in path}):
        lines += _bounded(path, value, 2)
    if not {"key", "keys"} & fields.keys():
        lines.append("    # key: not shown")
    for block, inside in blocks.items():
        shown = [(path.removeprefix(f"{block}."), value) for path, value in _in_order(inside)]
        if shown:
            lines += [f"    {block}:" if any(not is_hidden(value) for _, value in shown) else f"    {block}: {{}}"]
        for key, value in shown:
            lines += _bounded(key, value, 3)
    return "\n".join(lines) + "\n"


def _in_order(fields: Mapping[str, Value]) -> list[tuple[str, Value]]:
    known = [path for path in FIELDS if path in fields]
    return [(path, fields[path]) for path in [*known, *sorted(fields.keys() - FIELDS.keys())]]


def _bounded(key: str, value: Value, depth: int) -> list[str]:
    """Return the lines of `key: value`, or a remark where they would fill the screen many times over."""
    lines = list(_entry(key, value, depth))
    size = sum(map(len, lines))
    return lines if size <= MOST else [f"{INDENT * depth}# {escape(key)}: {size:,} characters, left out here (--json has them)"]


def _entry(key: str, value: Value, depth: int) -> Iterator[str]:
    """Yield the lines of `key: value`; a secret is only named."""
    room, name = INDENT * depth, _scalar(key)
    if is_hidden(value) or _is_list_of_secrets(value):
        yield f"{room}# {escape(key)}: not shown"
    elif isinstance(value, Mapping) and value:
        has_open = any(not is_hidden(item) for item in value.values())
        yield f"{room}{name}:" if has_open else f"{room}{name}: {{}}"
        for inner, item in value.items():
            yield from _entry(inner, item, depth + 1)
    elif isinstance(value, Sequence) and not isinstance(value, str) and value:
        yield f"{room}{name}:"
        yield from (f"{room}{INDENT}- {_flow(item)}" for item in value)
    else:
        yield f"{room}{name}: {_flow(value)}"


def _flow(value: Value) -> str:
    """Return *value* on one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_scalar(key)}: {_flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(map(_flow, value)) + "]"
    if value is None or is_hidden(value):
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    return _scalar(value) if isinstance(value, str) else _number(str(value))


def _number(text: str) -> str:
    """Return a number with the dot without which YAML 1.1 takes `1e-07` for a text."""
    return text.replace("e", ".0e") if "e" in text and "." not in text else text


def _scalar(text: str) -> str:
    """Return *text* as YAML reads it back: plain where that is certain, otherwise in double quotes."""
    if PLAIN.match(text) and text.lower() not in RESERVED:
        return text
    return '"' + "".join(map(_quoted_character, text)) + '"'


def _quoted_character(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    return character if character.isprintable() else f"\\U{ord(character):08x}"


def _is_list_of_secrets(value: Value) -> bool:
    is_list = isinstance(value, Sequence) and not isinstance(value, str) and bool(value)
    return is_list and all(map(is_hidden, value))  # type: ignore[arg-type]  # is_list told
