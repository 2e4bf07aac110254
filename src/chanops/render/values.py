"""Values as text, in Terraform's manner: one line where it fits, otherwise lists and maps with an item a line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from chanops.render.conceal import is_hidden, secret_text
from chanops.render.escape import escape, quote, shorten
from chanops.render.lines import Label, Line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chanops.domain.value import Value

UNITS = {"models": "model", "groups": "group", "keys": "key", "base_urls": "address", "octopus.custom_models": "model"}
PLURALS = {"address": "addresses"}


def one_line(value: Value) -> str:
    """Return *value* on one line, however long."""
    if is_hidden(value):
        return escape(secret_text(value))
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case str():
            return quote(shorten(value))
        case Mapping():
            return "{" + ", ".join(f"{quote(key)} = {one_line(item)}" for key, item in value.items()) + "}"
        case Sequence():
            return "[" + ", ".join(map(one_line, value)) + "]"
        case _:
            return str(value)


def whole(value: Value, label: Label, depth: int, symbol: str) -> Iterator[Line]:
    """Yield *value* with *symbol* on every line that holds something."""
    match value:
        case str() if "\n" in value:
            yield from whole_text(value, label, depth, symbol)
        case str():
            yield label.line(depth, symbol, quote(shorten(value)))
        case Mapping() if value:
            yield label.opening(depth, symbol, "{")
            heads = aligned(value)
            for key, item in value.items():
                yield from whole(item, Label(heads[key]), depth + 1, symbol)
            yield Line(depth, "", "}" + label.tail)
        case Sequence() if value:
            yield label.opening(depth, symbol, "[")
            for item in value:
                yield from whole(item, Label("", tail=","), depth + 1, symbol)
            yield Line(depth, "", "]" + label.tail)
        case _:
            yield label.line(depth, symbol, one_line(value))


def whole_text(value: str, label: Label, depth: int, symbol: str) -> Iterator[Line]:
    """Yield a text of several lines as it reads."""
    yield label.opening(depth, symbol, "<<-EOT")
    for line in value.split("\n"):
        yield Line(depth + 1, "", escape(shorten(line)))
    yield Line(depth, "", "EOT" + label.tail)


def aligned(keys: Mapping[str, object]) -> dict[str, str]:
    """Return the keys of a map quoted and padded to one width, each with its equals sign."""
    quoted = {key: quote(shorten(key)) for key in keys}
    longest = max(map(len, quoted.values()), default=0)
    return {key: f"{text.ljust(longest)} = " for key, text in quoted.items()}
