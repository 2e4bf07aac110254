"""All files together: what each says at its top level, put into one whole."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from chanops.config import keys, nodes, texts, words
from chanops.config.compose import PLAIN
from chanops.config.layers import Layer, read_layer
from chanops.config.sites import Draft
from chanops.config.source import first_line_of
from chanops.config.spelling import shown
from chanops.domain.vocabulary import BLOCKS

if TYPE_CHECKING:
    from yaml.nodes import Node, ScalarNode

    from chanops.config.nodes import Pair
    from chanops.config.scope import Scope
    from chanops.config.source import Place

VERSION: Final = "1"
_NAME: Final = re.compile(r"\w[\w.\-]*")
_ANY_BLOCK: Final = frozenset(BLOCKS)


class Whole:
    """What the files say so far."""

    def __init__(self) -> None:
        self.owner = ""
        self.defaults: Layer = {}
        self.providers: dict[str, Layer] = {}
        self.drafts: dict[str, Draft] = {}
        self.shared: list[tuple[Scope, Node]] = []
        self._owner_place: Place | None = None
        self._provider_places: dict[str, Place] = {}

    def add(self, scope: Scope, root: Node) -> None:
        """Take in one file."""
        entries = nodes.pairs(scope, root, want="a mapping with version, sites, …")
        if entries is None:
            return
        found = {name: (key, node) for name, key, node in keys.known(scope, entries, words.TOP, "the top level")}
        self._check_version(scope, root, found)
        scope.allows_plaintext = self._allows(scope, found, "allow_plaintext_secrets")
        scope.around = scope.around._replace(allows_commands=self._allows(scope, found, "allow_commands"))
        shared = scope.about(None, tolerated=_ANY_BLOCK)
        for name, reader in (("owner", self._add_owner), ("defaults", self._add_defaults), ("providers", self._add_providers)):
            if name in found and not nodes.is_null(found[name][1]):
                reader(shared, found[name][1])
        if "sites" in found and not nodes.is_null(found["sites"][1]):
            self._add_sites(scope, found["sites"][1])
        if "channels" in found and not nodes.is_null(found["channels"][1]):
            items = nodes.items(scope, found["channels"][1], want="a list of channels")
            self.shared += [(scope, item) for item in items or ()]

    def _check_version(self, scope: Scope, root: Node, found: dict[str, tuple[ScalarNode, Node]]) -> None:
        if "version" not in found:
            scope.error(first_line_of(scope.source, root), "version is missing", f"write version: {VERSION}", field="version")
            return
        node = found["version"][1]
        if getattr(node, "value", None) != VERSION or nodes.tag_of(node) != PLAIN:
            scope.error(node, "this version of the format is not known", f"write version: {VERSION}", field="version")

    def _allows(self, scope: Scope, found: dict[str, tuple[ScalarNode, Node]], key: str) -> bool:
        return key in found and nodes.boolean(scope, found[key][1], field=key) is True

    def _add_owner(self, scope: Scope, node: Node) -> None:
        owner = texts.line(scope, node, "the owner", field="owner")
        if owner is None:
            return
        if self._owner_place and self.owner != owner:
            scope.error(node, f"another owner is already declared at {self._owner_place}", field="owner")
            return
        self.owner, self._owner_place = owner, scope.place(node)

    def _add_defaults(self, scope: Scope, node: Node) -> None:
        for path, item in read_defaults(scope, node).items():
            if path in self.defaults:
                summary = f"this default is already declared at {self.defaults[path].place}"
                scope.error(item.key, summary, "take one of them out", field=path)
            else:
                self.defaults[path] = item

    def _add_providers(self, scope: Scope, node: Node) -> None:
        for name, key, value in nodes.pairs(scope, node, want="a mapping of providers") or ():
            if not check_name(scope, key, "a provider"):
                continue
            if name in self.providers:
                summary = f"the provider {shown(name)} is already declared at {self._provider_places[name]}"
                scope.error(key, summary, "give one of them another name")
                continue
            entries = nodes.pairs(scope, value, want="a provider") or []
            self.providers[name] = read_layer(scope, keys.known(scope, entries, words.PROVIDER, "a provider"))
            self._provider_places[name] = scope.place(key)

    def _add_sites(self, scope: Scope, node: Node) -> None:
        for name, key, value in nodes.pairs(scope, node, want="a mapping of sites") or ():
            if not check_name(scope, key, "a site"):
                continue
            draft = self.drafts.setdefault(name, Draft(name, scope, key, value))
            entries: list[Pair] | None = [] if nodes.is_null(value) else nodes.pairs(scope, value, want="a site")
            draft.add(scope, entries or [])


def read_defaults(scope: Scope, node: Node) -> Layer:
    """Return the layer of a `defaults:` mapping."""
    entries = nodes.pairs(scope, node, want="a mapping of channel fields") or []
    return read_layer(scope, keys.known(scope, entries, words.DEFAULTS, "defaults"))


def check_name(scope: Scope, key: ScalarNode, what: str) -> bool:
    """Tell whether *key* can name *what*; one that cannot is noted."""
    if _NAME.fullmatch(key.value):
        return True
    scope.error(key, f"this cannot name {what}", "letters, digits, - _ and . make a name")
    return False
