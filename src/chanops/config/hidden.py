"""Which parts of a file are never shown: values of secret fields, and whatever stands where nobody expected it.

A reference is no secret; a user name or password in a URL is one. When in doubt a value is hidden.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from yaml.nodes import MappingNode, ScalarNode, SequenceNode

from chanops.config import keys, words
from chanops.config.compose import PLAIN, QUOTED
from chanops.domain.vocabulary import is_secret_header

if TYPE_CHECKING:
    from yaml.nodes import Node

    from chanops.config.source import Source

_NAMED: Final = frozenset({"sites", "providers"})  # mappings from names of the user's choice to mappings
_ADDRESSES: Final = frozenset({"base_url", "base_urls", "proxy", "url"})
_MAPPINGS: Final = frozenset({"auth", "tls", "defaults", "guards", "newapi", "octopus", *_NAMED, *(words.FREE - {"other"})})
_EXPECTANT: Final = _ADDRESSES | words.FREE | {"channels"}  # lists whose every item is looked at
_REFERENCES: Final = re.compile(
    r"(?:(?:Bearer|Basic) )?(?:\$\{env:[A-Za-z0-9_]+\}|\$\{file:[^}:]+\}"
    r"|\$\{(?:sops|vault|keyring):[^}#\s]+#[^}#\s]+\}|\{api_key\})"
)

_TAGS: Final = frozenset({PLAIN, QUOTED})
_CREDENTIALS: Final = re.compile(
    r"@|[?&#][^=&#]*(?:auth|key|token|secret|cookie|passw)[^=&#]*="
    r"|//[^/?#]*:(?![0-9]*(?:[/?#]|\Z))",  # a port that is no number may be the password of a forgotten @
    re.IGNORECASE,
)


def hide_secrets(source: Source, root: Node) -> None:
    """Tell *source* which parts of it must never be shown."""
    spans = _Spans(source)
    spans.look(root, "", is_free=False)


class _Spans:
    """Walks the tree once; a repeated part again only when it must now be hidden."""

    def __init__(self, source: Source) -> None:
        source.hidden = {}
        self._hidden = source.hidden
        self._seen: set[tuple[int, bool]] = set()

    def look(self, node: Node, key: str, *, is_free: bool) -> None:
        """Look for secrets in *node*, which stands under *key*; *is_free*: in a mapping that takes any key."""
        if node.tag not in _TAGS:
            self._hide(node)
        elif type(node) is ScalarNode:
            if key in _MAPPINGS or (("//" in node.value or key in _ADDRESSES) and _CREDENTIALS.search(node.value)):
                self._hide(node)
        elif (id(node), False) not in self._seen:
            self._seen.add((id(node), False))
            self._look_inside(node, key, is_free=is_free)

    def _look_inside(self, node: Node, key: str, *, is_free: bool) -> None:
        if type(node) is SequenceNode:
            for item in node.value:
                if type(item) is not ScalarNode or "//" in item.value or key in _EXPECTANT or item.tag not in _TAGS:
                    self.look(item, "defaults" if key == "channels" else key, is_free=is_free)
        elif type(node) is MappingNode:
            for name, value in node.value:
                self._look_at_entry(name, value, key, is_free=is_free)

    def _look_at_entry(self, key: Node, value: Node, parent: str, *, is_free: bool) -> None:
        name = key.value if type(key) is ScalarNode and key.tag in _TAGS else ""
        if not name:
            self._hide(key)
            self._hide(value)
        elif parent in _NAMED:
            self.look(value, "defaults", is_free=False)
            if not name.isidentifier():
                self._hide(key)
        elif parent == "headers":
            self._hide(value)
            self._hide_odd_key(key)
        elif is_free:
            if is_secret_header(name) or "passw" in name.lower():
                self._hide(value)
            else:
                self.look(value, "", is_free=True)
        elif name in words.SECRET:
            self._hide(value)
        elif name in words.ALL or name == "<<":
            self.look(value, name, is_free=name in words.FREE)
        else:
            self._hide(value)
            self._hide_odd_key(key)

    def _hide_odd_key(self, key: Node) -> None:
        if not keys.WORD.fullmatch(key.value):
            self._hide(key)

    def _hide(self, node: Node) -> None:
        if type(node) is ScalarNode:
            if not _REFERENCES.fullmatch(node.value):
                self._add(node)
            return
        if (id(node), True) in self._seen:
            return
        self._seen.add((id(node), True))
        for item in node.value:
            for part in item if type(item) is tuple else (item,):
                self._hide(part)

    def _add(self, node: ScalarNode) -> None:
        first, last = node.start_mark, node.end_mark
        if (first.line, first.column) == (last.line, last.column):
            return
        for line in range(first.line, last.line + 1):
            start = first.column if line == first.line else 0
            end = last.column if line == last.line else None
            self._hidden.setdefault(line, set()).add((start, end))
