"""What is wrong with one channel as a whole, everything inherited included (contracts/upstreams.md 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chanops.config.channels import Declared
    from chanops.config.layers import Layer
    from chanops.domain.value import Value
    from chanops.domain.vocabulary import SiteKind

_MISSING: Final = {
    "type": "write the upstream's protocol, such as type: openai",
    "models": "list the models it serves",
}


def check_channel(
    declared: Declared, layer: Layer, fields: Mapping[str, Value], kind: SiteKind | None, ignore: frozenset[str]
) -> None:
    """Note what keeps the channel from being created or from working."""
    for path, detail in _MISSING.items():
        if path not in fields and path not in ignore and not (path in layer and layer[path].is_bad):
            declared.scope.error(declared.place, f"{path} is missing", detail, field=path)
