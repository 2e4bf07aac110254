"""Keys of the mappings whose keys are fixed, and the small closed values that stand behind them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from chanops.config import nodes
from chanops.config.spelling import meant, meant_or_list, shown
from chanops.domain.policy import Limit
from chanops.domain.vocabulary import BLOCKS, FIELDS, LIFE_CYCLE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from yaml.nodes import Node, ScalarNode

    from chanops.config.nodes import Pair
    from chanops.config.scope import Scope

_WORD: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,39}")

WIRE_WORDS: Final = {
    "api_key": "key",
    "apikey": "key",
    "channel_proxy": "proxy",
    "custom_header": "headers",
    "custom_model": "octopus.custom_models",
    "disabled": "enabled",
    "group": "groups",
    "header_override": "headers",
    "model": "models",
    "status": "enabled",
    "url": "base_url",
}
"""What the gateways call the fields of a channel, where that is another word."""

_BY_KEY: Final = {field.key: field for field in FIELDS.values()}


def known(scope: Scope, entries: Iterable[Pair], allowed: Collection[str], where: str, *, field: str = "") -> list[Pair]:
    """Return the entries whose key is *allowed* in *where*; the others are noted."""
    found = []
    for pair in entries:
        if pair[0] in allowed:
            found.append(pair)
        else:
            refuse_key(scope, pair[1], allowed, where, field=field)
    return found


def refuse_key(scope: Scope, key: ScalarNode, allowed: Collection[str], where: str, *, field: str = "") -> None:
    """Note that *where* has no such key, and which was probably meant."""
    word: str = key.value
    if not _WORD.fullmatch(word):
        scope.error(key, f"this is not a key of {where}", "a blank stands after the : of a key", field=field)
        return
    scope.error(key, f'"{word}" is not a key of {where}', _hint(word, allowed), field=field)


def _hint(word: str, allowed: Collection[str]) -> str:
    home = _BY_KEY.get(WIRE_WORDS.get(word, word))
    if home and home.block in allowed and word not in allowed:
        return f"it belongs in the {home.block}: block"
    if "name" in allowed and WIRE_WORDS.get(word) in allowed:
        return f'did you mean "{WIRE_WORDS[word]}"?'
    if allowed and not home and (near := meant(word, allowed)):
        return near
    if home and not home.block and "models" not in allowed:
        return "it belongs to the channel itself, outside of this block" if _is_block(allowed) else "it belongs to a channel"
    if word in LIFE_CYCLE:
        return "it belongs to a channel"
    return meant_or_list(word, allowed)


def _is_block(allowed: Collection[str]) -> bool:
    return any(set(allowed) == {field.key for field in FIELDS.values() if field.block == block} for block in BLOCKS)


def choice(scope: Scope, node: Node, words: Sequence[str], *, field: str = "", what: str = "this") -> str | None:
    """Return one of *words*."""
    value = nodes.plain_text(scope, node, what=what, field=field)
    if value is None or value in words:
        return value
    scope.error(node, f"{shown(value)} is not one of {', '.join(words)}", meant(value, words), field=field)
    return None


def limit(scope: Scope, node: Node, *, field: str = "") -> Limit | None:
    """Return a limit: a number, or a percentage."""
    value: object = getattr(node, "value", None)
    if isinstance(value, str) and len(value) < 20:
        try:
            return Limit.parse(value)
        except ValueError:
            pass
    scope.error(node, "this is neither a number from 0 nor a percentage up to 100%", "write 5 or 30%", field=field)
    return None
