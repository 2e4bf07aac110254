"""The whole to sites with their channels: what each channel inherits is laid under it, then it is checked."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from chanops.config import nodes
from chanops.config.channel_checks import check_channel
from chanops.config.channels import Declared, Life, read_channel
from chanops.config.document import read_defaults
from chanops.config.merge import Origins, lay_over, settle
from chanops.config.site_checks import check_names
from chanops.config.spelling import meant_or_list, shown
from chanops.domain.address import Address
from chanops.domain.resources import ChannelState, DesiredChannel

if TYPE_CHECKING:
    from chanops.config.document import Whole
    from chanops.config.layers import Layer
    from chanops.config.sites import Draft
    from chanops.domain.site import Site


def expand_sites(whole: Whole) -> tuple[Site, ...]:
    """Return every site with its channels, in the order of the files."""
    for draft in whole.drafts.values():
        draft.read_kind()
    declared = {name: _own_channels(draft) for name, draft in whole.drafts.items()}
    for channel, names in _shared_channels(whole):
        for name in names:
            declared[name].append(channel)
    built = (_build(whole, draft, declared[name]) for name, draft in whole.drafts.items())
    return tuple(site for site in built if site is not None)


def _own_channels(draft: Draft) -> list[Declared]:
    found = (read_channel(scope, node, draft.name) for scope, node in draft.channels)
    return [channel for channel in found if channel is not None]


def _shared_channels(whole: Whole) -> list[tuple[Declared, list[str]]]:
    """Return the top-level channels, each with the known sites it names."""
    found = []
    for scope, node in whole.shared:
        channel = read_channel(scope.about(None), node, None)
        if channel is None:
            continue
        names = _sites_of(whole, channel)
        kinds = (whole.drafts[name].kind for name in names)
        channel.scope.tolerated = frozenset(str(kind) for kind in kinds if kind)
        found.append((channel, names))
    return found


def _sites_of(whole: Whole, channel: Declared) -> list[str]:
    if "sites" not in channel.life.nodes:
        detail = "write sites: [one, two], or put the channel under its site"
        channel.scope.error(channel.place, "sites is missing", detail, field="sites")
    names = []
    for name, node in channel.life.values.get("sites") or ():
        if name in whole.drafts:
            names.append(name)
        else:
            channel.scope.error(node, f"there is no site {shown(name)}", meant_or_list(name, whole.drafts), field="sites")
    return names


class _Inheritance:
    """What the channels of one site inherit; put together once for each provider."""

    def __init__(self, whole: Whole, draft: Draft) -> None:
        self._whole = whole
        self._layer: Layer = {}
        self._lives = [whole.life]
        if "defaults" in draft.settings and not nodes.is_null(draft.settings["defaults"][2]):
            scope, _, node = draft.settings["defaults"]
            self._layer, life = read_defaults(scope, node)
            self._lives.insert(0, life)
        self._known: dict[str | None, Layer] = {}

    def life(self, own: Life, key: str) -> Any:  # noqa: ANN401 - each key has its own type
        """Return the nearest value of the life-cycle *key*."""
        return next((life.values[key] for life in (own, *self._lives) if key in life.values), None)

    def under(self, channel: Declared) -> Layer:
        """Return the layer that lies under *channel*."""
        provider = self.life(channel.life, "provider")
        if provider not in self._known:
            layer = lay_over(self._layer, self._whole.defaults)
            self._known[provider] = lay_over(self._whole.providers.get(provider, {}), layer)
        if provider is not None and provider not in self._whole.providers:
            self._refuse_provider(channel, provider)
        return self._known[provider]

    def _refuse_provider(self, channel: Declared, provider: str) -> None:
        summary, detail = f"there is no provider {shown(provider)}", meant_or_list(provider, self._whole.providers)
        node = channel.life.nodes.get("provider")
        for life in self._lives:
            node = node or life.nodes.get("provider")
        channel.scope.error(node or channel.place, summary, detail, field="provider")


def _build(whole: Whole, draft: Draft, declared: list[Declared]) -> Site | None:
    site = draft.build(whole.owner)
    inheritance = _Inheritance(whole, draft)
    channels = [_channel(draft, inheritance, channel) for channel in declared]
    check_names(draft.name, declared)
    return replace(site, channels=tuple(channel for channel in channels if channel)) if site else None


def _channel(draft: Draft, inheritance: _Inheritance, declared: Declared) -> DesiredChannel | None:
    life = declared.life
    state = life.values.get("state") or ChannelState.PRESENT
    layer = lay_over(declared.layer, inheritance.under(declared))
    fields = settle(layer, draft.kind)
    ignore = inheritance.life(life, "ignore") or frozenset()
    if state is ChannelState.PRESENT:
        check_channel(declared, layer, fields, draft.kind, ignore)
    if declared.name is None:
        return None
    return DesiredChannel(
        Address.channel(draft.name, declared.name),
        fields,
        bool(inheritance.life(life, "protect")),
        state,
        life.values.get("moved_from"),
        ignore,
        life.values.get("id"),
        declared.name_place.range(),
        Origins({path: layer[path].place for path in fields}),
    )
