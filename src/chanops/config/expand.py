"""The whole to sites with their channels: what each channel inherits is laid under it, then it is checked."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from chanops.config import nodes
from chanops.config.channel_checks import check_channel
from chanops.config.channels import Declared, read_channel
from chanops.config.document import read_defaults
from chanops.config.layers import Layer, lay_over
from chanops.config.merge import Origins, settle
from chanops.config.rules import is_rule
from chanops.config.site_checks import check_names
from chanops.config.spelling import meant_or_list, shown
from chanops.domain.address import Address
from chanops.domain.resources import ChannelState, DesiredChannel

if TYPE_CHECKING:
    from typing import Any

    from chanops.config.document import Whole
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
    sites = [_build(whole, draft, declared[name]) for name, draft in whole.drafts.items()]
    return tuple(site for site in sites if site is not None)


def _own_channels(draft: Draft) -> list[Declared]:
    found = [read_channel(scope, node, draft.name) for scope, node in draft.channels]
    return [channel for channel in found if channel is not None]


def _shared_channels(whole: Whole) -> list[tuple[Declared, list[str]]]:
    """Return the top-level channels, each with the known sites it names."""
    found = []
    for scope, node in whole.shared:
        channel = read_channel(scope, node, None)
        if channel is None:
            continue
        names = _sites_of(whole, channel)
        channel.scope.tolerated = frozenset(str(whole.drafts[name].kind) for name in names)
        found.append((channel, names))
    return found


def _sites_of(whole: Whole, channel: Declared) -> list[str]:
    if "sites" not in channel.layer:
        detail = "write sites: [one, two], or put the channel under its site"
        channel.scope.error(channel.place, "sites is missing", detail, field="sites")
        return []
    named: dict[str, Any] = channel.layer["sites"].value or {}
    for name, node in named.items():
        if name not in whole.drafts:
            channel.scope.error(node, f"there is no site {shown(name)}", meant_or_list(name, whole.drafts), field="sites")
    return [name for name in named if name in whole.drafts]


class _Inheritance:
    """What the channels of one site inherit; put together once for each provider."""

    def __init__(self, whole: Whole, draft: Draft) -> None:
        self._whole = whole
        self._defaults = whole.defaults
        if "defaults" in draft.settings and not nodes.is_null(draft.settings["defaults"][2]):
            scope, _, node = draft.settings["defaults"]
            self._defaults = lay_over(read_defaults(scope, node), whole.defaults)
        self._known: dict[str, Layer] = {}

    def under(self, channel: Declared) -> Layer:
        """Return the layer that lies under *channel*; a provider that is none is noted."""
        item = channel.layer.get("provider") or self._defaults.get("provider")
        if item is None or item.value is None:
            return self._defaults
        provider: str = item.value
        if provider not in self._whole.providers:
            hint = meant_or_list(provider, self._whole.providers) if self._whole.providers else "declare it under providers:"
            item.scope.error(item.node, f"there is no provider {shown(provider)}", hint, field="provider")
            return self._defaults
        if provider not in self._known:
            self._known[provider] = lay_over(self._whole.providers[provider], self._defaults)
        return self._known[provider]


def _build(whole: Whole, draft: Draft, declared: list[Declared]) -> Site | None:
    site = draft.build(whole.owner)
    inheritance = _Inheritance(whole, draft)
    channels = [_channel(draft, inheritance, channel) for channel in declared]
    check_names(draft.name, declared)
    return replace(site, channels=tuple(channel for channel in channels if channel)) if site else None


def _channel(draft: Draft, inheritance: _Inheritance, declared: Declared) -> DesiredChannel | None:
    layer = lay_over(declared.layer, inheritance.under(declared))
    fields = settle(layer, draft.kind)
    treatment: dict[str, Any] = {key: layer[key].value for key in _TREATMENT if key in layer}
    state = treatment.get("state") or ChannelState.PRESENT
    address = Address.channel(draft.name, declared.name or "")
    if state is ChannelState.PRESENT:
        check_channel(declared, address, layer, fields, draft.kind)
    if declared.name is None:
        return None
    listed = fields.get("models")
    return DesiredChannel(
        address,
        {path: value for path, value in fields.items() if path != "models"} if is_rule(listed) else fields,
        treatment.get("protect") is True,
        state,
        treatment.get("moved_from"),
        treatment.get("ignore") or frozenset(),
        treatment.get("id"),
        declared.name_place.range(),
        Origins({path: layer[path].place for path in fields}),
        listed if is_rule(listed) else None,
        treatment.get("redirect"),
        treatment.get("allow") or (),
        treatment.get("provider") or "",
    )


_TREATMENT = ("protect", "state", "moved_from", "ignore", "id", "redirect", "allow", "provider")
