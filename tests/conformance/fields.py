"""What the suite knows of a field: values it must take, how a raw row shows them, how somebody else writes them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from chanops.domain.value import reveal

if TYPE_CHECKING:
    from conformance.bench import Bench
    from conformance.wire import Row

ByHand: TypeAlias = Callable[["Bench", str, Any], Any]


@dataclass(frozen=True)
class FieldCase:
    """One field of one gateway.

    *values* differ from each other. *read* takes a value out of a raw row, *shown* says what it then is of a declared one;
    *write* makes the columns that bring it there by hand. *empty* are the values that take it away in place. Fields of *beside*
    are declared with it, those of *ignored* left to the gateway, those of *drags* may change with it. *is_set*: order means
    nothing. *is_partial*: only declared keys of the mapping are managed.
    """

    path: str
    values: Mapping[str, Any]
    read: Callable[[Row], Any]
    write: Callable[[Any], Row]
    empty: Sequence[Any] = ()
    beside: Mapping[str, Any] = field(default_factory=dict)
    ignored: frozenset[str] = frozenset()
    drags: frozenset[str] = frozenset()
    shown: Mapping[Any, Any] = field(default_factory=dict)
    is_set: bool = False
    is_partial: bool = False
    by_hand: ByHand | None = None

    def __str__(self) -> str:
        return self.path

    def declared(self, value: Any) -> dict[str, Any]:
        """Return the fields that declare *value*."""
        return {**self.beside, self.path: value}

    def state(self, *more: str) -> dict[str, Any]:
        """Return the life cycle the case needs, with *more* ignored fields."""
        ignored = self.ignored | set(more)
        return {"ignore": ignored} if ignored else {}

    def holds(self, row: Row, value: Any) -> bool:
        """Tell whether *row* holds *value*."""
        held, wanted = self.read(row), plain(value)
        if isinstance(wanted, str | int):
            wanted = self.shown.get(wanted, wanted)
        if self.is_set:
            return sorted(held) == sorted(wanted)
        if self.is_partial:
            return all((held.get(key) or None) == (item or None) for key, item in wanted.items())
        return bool(held == wanted and type(held) is type(wanted))

    async def write_by_hand(self, bench: Bench, remote_id: str, value: Any) -> None:
        """Bring *value* to a channel as somebody else would."""
        if self.by_hand:
            await self.by_hand(bench, remote_id, value)
        else:
            await bench.wire.change(remote_id, **self.write(value))


def plain(value: Any) -> Any:
    """Return *value* as JSON would carry it: secrets revealed, lists as lists."""
    return json.loads(json.dumps(reveal(value)))


def names(text: str) -> list[str]:
    """Return the names in a comma list."""
    return [name for name in text.split(",") if name]


def joined(value: Sequence[str]) -> str:
    """Return names as a comma list."""
    return ",".join(value)


TEXTS: Final[Mapping[str, str]] = {
    "plain": "a plain text",
    "unicode": "Kanäle für Zürich, 渠道, قناة",
    "emoji": "🚀 👩‍🚀 🇨🇭",
    "decomposed": "Ae\u0301rger",
    "quotes": "a \"quoted\" 'value' `and` a \\ back",
    "lines": "one\ntwo\r\n\tthree",
    "markup": "<b>&amp;</b> <script>",
    "pattern": "100% %s {0} ${HOME} $1 _",
    "true": "true",
    "null": "null",
    "zero": "0",
    "number": "1e3",
    "braces": "{}",
    "brackets": "[]",
    "blank": " ",
    "padded": "  both ends  ",
    "long": "long " * 51,
}
"""Texts that something on the way might take for something else; none longer than New API's shortest text column."""

MODELS: Final[Mapping[str, tuple[str, ...]]] = {
    "one": ("gpt-4o-mini",),
    "several": ("o3", "claude-sonnet-4", "gemini-2.5-pro"),
    "odd": ("org/model:free", "a model", "модель", "🚀", 'say "hi"', "back\\slash", "@cf/meta/llama", "x?y#z&w=1"),
    "look-alikes": ("true", "null", "0", "{}", "[]", "1e3"),
    "long": ("m" * 255,),
    "case": ("GPT-4o", "gpt-4O"),
}

OBJECTS: Final[Mapping[str, dict[str, Any]]] = {
    "one": {"temperature": 0.5},
    "types": {"i": 1, "f": 2.5, "t": True, "n": None, "s": "x", "l": (1, "2", False, None), "zero": 0, "off": False, "e": ""},
    "deep": {"a": {"b": {"c": {"d": ({"e": ({},)}, ())}}}},
    "odd keys": {"": 1, "a b": 2, 'q"q': 3, "ключ": 4, "🚀": 5, "a.b": 6, "<&>": 7},
    "odd texts": dict(TEXTS),
    "numbers": {"big": 2**53, "small": 1e-7, "huge": 1e300, "negative": -0.25},
    "null only": {"stop": None},
}

HEADERS: Final[Mapping[str, dict[str, str]]] = {
    "one": {"X-Team": "platform"},
    "several": {"X-B": "2", "X-A": "1", "x-lower": "3"},
    "secret": {"Authorization": "Bearer sk-invented", "X-Api-Key": "{api_key}", "Cookie": "a=b"},
    "odd": {f"X-{number}": text for number, text in enumerate(TEXTS.values())},
    "empty value": {"X-Empty": ""},
}
