"""What is wrong with one channel as a whole, everything inherited included (contracts/upstreams.md 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from yaml.nodes import ScalarNode

from chanops.config import urls
from chanops.config.rules import is_rule
from chanops.config.spelling import shown
from chanops.domain.vocabulary import KIND_TITLES, SiteKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yaml.nodes import Node

    from chanops.config.channels import Declared
    from chanops.config.layers import Item, Layer
    from chanops.config.scope import Scope
    from chanops.config.source import Place
    from chanops.domain.address import Address
    from chanops.domain.value import Value

_WITHOUT_ADDRESS: Final = frozenset({"azure", "custom", "sunoapi", "xinference"})  # contracts/upstreams.md 2: no default
_UPSTREAM_SYNC: Final = "upstream_model_update_auto_sync_enabled"


def check_channel(
    declared: Declared, address: Address, layer: Layer, fields: Mapping[str, Value], kind: SiteKind | None
) -> None:
    """Note what keeps the channel from being created or from working."""
    check = _Check(declared, address, layer, fields, kind)
    check.required()
    check.address_of_upstream()
    check.mapping()
    check.test_model()
    check.second_writer()
    check.proxies()
    check.redirect()


class _Check:
    """The checks of one channel on one site."""

    def __init__(
        self, declared: Declared, address: Address, layer: Layer, fields: Mapping[str, Value], kind: SiteKind | None
    ) -> None:
        self._declared = declared
        self._layer = layer
        self._fields = fields
        self._kind = kind
        self._address = address
        item = layer.get("ignore")
        self._ignored: frozenset[str] = (item.value if item else None) or frozenset()

    def required(self) -> None:
        """Note the fields without which no gateway takes a channel."""
        if not self._has("type"):
            self._missing("type", "write the upstream's protocol, such as type: openai")
        if not self._has("models"):
            self._missing("models", "list the models it serves", rule="models-empty")
        if not self._has("key", "keys"):
            self._missing("key", "write key: ${env:NAME}, or name a provider that has one", rule="key-missing")
        elif self._fields.get("keys") == ():
            self._error(
                self._layer["keys"].place,
                "the list of keys is empty",
                "write keys: [${env:NAME}]",
                field="keys",
                rule="key-missing",
            )

    def address_of_upstream(self) -> None:
        """Note a missing address where the gateway has none by default, and a word where Octopus wants an address."""
        kind, base_url = self._kind, self._fields.get("base_url")
        if kind is SiteKind.OCTOPUS and base_url in urls.PLAN_WORDS:
            summary = f"{base_url} is a word of New API, not an address"
            self._error(self._layer["base_url"].place, summary, "write https://…", field="base_url", rule="url-form")
        if kind is SiteKind.NEWAPI and self._fields.get("type") not in _WITHOUT_ADDRESS:
            return
        if kind is None or base_url or self._fields.get("base_urls"):
            return
        place = self._declared.place
        who = "Octopus" if kind is SiteKind.OCTOPUS else f"the type {self._fields.get('type')}"
        for path in ("base_url", "base_urls"):
            if path in self._ignored or self._is_bad(path):
                return
            place = self._layer[path].place if path in self._fields else place
        detail = f"{who} has no address of its own; write base_url: https://…, or name a provider"
        self._error(place, "base_url is missing", detail, field="base_url", rule="url-required")

    def mapping(self) -> None:
        """Note mapped models that no client can ask for, since the channel does not serve them."""
        models, mapping = self._fields.get("models"), self._fields.get("model_mapping")
        if not isinstance(models, tuple) or not isinstance(mapping, dict) or "models" in self._ignored:
            return
        if not all(isinstance(name, str) for name in models):
            return
        unserved = mapping.keys() - set(models)
        places = _key_places(self._layer["model_mapping"]) if unserved else {}
        for name in unserved:
            summary = f"{shown(name)} is mapped but not among the models"
            where = places.get(name, self._layer["model_mapping"].place)
            self._error(where, summary, "nobody can ask for it; add it to models", field="model_mapping", rule="map-source")

    def test_model(self) -> None:
        """Note a test model that the channel does not serve."""
        models, name = self._fields.get("models"), self._fields.get("test_model")
        if not isinstance(models, tuple) or not isinstance(name, str) or not name or name in models:
            return
        if all(isinstance(model, str) for model in models):
            item = self._layer["test_model"]
            summary = f"{shown(name)} is not among the models"
            detail = "the gateway's test of the channel will fail"
            self._scope().warning(item.place, summary, detail, field="test_model", rule="test-model")

    def second_writer(self) -> None:
        """Note a gateway that would write the models beside chanops."""
        settings = self._fields.get("newapi.settings")
        by_path = {
            "octopus.auto_sync": self._fields.get("octopus.auto_sync") is True,
            "newapi.settings": isinstance(settings, dict) and settings.get(_UPSTREAM_SYNC) is True,
        }
        if "models" not in self._fields or "models" in self._ignored or self._kind is None:
            return
        for path, does_sync in by_path.items():
            if does_sync:
                summary = f"{KIND_TITLES[self._kind]} would overwrite the declared models with the upstream's"
                detail = "switch it off, or write ignore: [models]"
                self._error(self._layer[path].place, summary, detail, field=path, rule="auto-sync")

    def proxies(self) -> None:
        """Note a proxy that is declared twice: New API keeps it inside of its setting."""
        setting = self._fields.get("newapi.setting")
        if "proxy" in self._fields and isinstance(setting, dict) and "proxy" in setting:
            item = self._layer["newapi.setting"]
            where = _key_places(item).get("proxy", item.place)
            self._error(
                where,
                "the proxy is declared twice",
                "proxy and newapi.setting.proxy are one field",
                field="proxy",
                rule="proxy-twice",
            )

    def redirect(self) -> None:
        """Note a redirect where it has nothing to work on, or nothing to write to (contracts/models.md 3)."""
        item = self._layer.get("redirect")
        if item is None or item.value is None:
            return
        if self._kind is SiteKind.OCTOPUS:
            summary = "Octopus maps no models: the same intent needs groups there"
            self._error(item.place, summary, "take it out; redirect: null takes back an inherited one", field="redirect")
        elif not is_rule(self._fields.get("models")):
            summary = "a redirect needs the models of the upstream"
            self._error(item.place, summary, "write models: {from: upstream}", field="redirect")

    def _has(self, *paths: str) -> bool:
        return any(path in self._fields or path in self._ignored or self._is_bad(path) for path in paths)

    def _is_bad(self, path: str) -> bool:
        """Tell whether *path* is declared and was noted as wrong: then it is not missing."""
        return path in self._layer and self._layer[path].is_declared and path not in self._fields

    def _missing(self, path: str, detail: str, *, rule: str = "") -> None:
        self._error(self._declared.place, f"{path} is missing", detail, field=path, rule=rule)

    def _error(self, where: Place, summary: str, detail: str, *, field: str, rule: str = "") -> None:
        self._scope().error(where, summary, detail, field=field, rule=rule)

    def _scope(self) -> Scope:
        """Return the scope of the channel, which is about its address."""
        scope = self._declared.scope
        return scope if scope.address or not self._declared.name else scope.about(self._address)


def _key_places(item: Item) -> dict[str, Place]:
    """Return where the keys of a declared mapping stand; those merged into it are left out."""
    entries: list[tuple[ScalarNode, Node]] = item.node.value
    return {key.value: item.scope.place(key) for key, _ in entries if type(key) is ScalarNode}
