"""Keys of the mappings whose keys are fixed, and the small closed values that stand behind them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from chanops.config import nodes, words
from chanops.config.spelling import meant, meant_or_list, shown
from chanops.domain.policy import Limit
from chanops.domain.vocabulary import FIELDS, LIFE_CYCLE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from yaml.nodes import Node, ScalarNode

    from chanops.config.nodes import Pair
    from chanops.config.scope import Scope

_LIMIT: Final = re.compile(r"(?:0|[1-9][0-9]{0,8})%?")
WORD: Final = re.compile(r"[A-Za-z_][A-Za-z_-]{0,39}")
"""An unknown key that may be shown: it has no digit, as most keys of upstreams have."""

_WIRE_WORDS: Final = {
    "api_key": "key",
    "apikey": "key",
    "channel_proxy": "proxy",
    "custom_header": "headers",
    "custom_model": "custom_models",
    "disabled": "enabled",
    "group": "groups",
    "header_override": "headers",
    "model": "models",
    "status": "enabled",
    "url": "base_url",
}  # what the gateways, and people, call the fields of a channel where that is another word

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
    if scope.faults.is_full:
        return  # looking for what was meant takes longer than all the rest
    if not WORD.fullmatch(word):
        scope.error(key, f"this is not a key of {where}", "a blank stands after the : of a key", field=field)
        return
    scope.error(key, f'"{word}" is not a key of {where}', _hint(word, allowed), field=field)


def _hint(word: str, allowed: Collection[str]) -> str:
    """Return what was probably meant by *word*, or where it belongs."""
    field = _BY_KEY.get(_WIRE_WORDS.get(word, word))
    if field is None:
        return "it belongs to a channel" if word in LIFE_CYCLE else meant_or_list(word, allowed)
    if field.key in allowed:
        return f'did you mean "{field.key}"?'
    if field.block and field.block in allowed:
        return f"it belongs in the {field.block}: block"
    if any(allowed == block for block in words.IN_BLOCK.values()):
        return f"it belongs in the {field.block}: block" if field.block else "it stands beside this block, not in it"
    return meant(word, allowed) or "it belongs to a channel"


def choice(scope: Scope, node: Node, among: Sequence[str], *, field: str = "", what: str = "this") -> str | None:
    """Return one of *words*."""
    value = nodes.plain_text(scope, node, what=what, field=field)
    if value is None or value in among:
        return value
    scope.error(node, f"{shown(value)} is not one of {', '.join(among)}", meant(value, among), field=field)
    return None


def limit(scope: Scope, node: Node, *, field: str = "") -> Limit | None:
    """Return a limit: a number, or a percentage."""
    value: object = getattr(node, "value", None)
    if isinstance(value, str) and _LIMIT.fullmatch(value):
        try:
            return Limit.parse(value)
        except ValueError:
            pass
    scope.error(node, "this is neither a number from 0 nor a percentage up to 100%", "write 5 or 30%", field=field)
    return None
