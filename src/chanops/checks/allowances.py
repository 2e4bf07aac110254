"""What is to be said of the `allow` lines themselves: one without a reason, and one that silences nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from chanops.domain.finding import notice

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from chanops.domain.finding import Finding, Range
    from chanops.domain.resources import Allowance, DesiredChannel

ALSO_LIVE: Final = frozenset({
    "name-dup", "target-dup", "key-form", "key-type", "url-version", "url-form", "url-raw", "proxy-form", "json-field",
    "test-model", "map-source",
})  # fmt: skip
"""Static rules that values of references, lists of rules or channels of a site may break too: files alone are no proof."""


def check_reasons(channels: Iterable[DesiredChannel]) -> Iterator[Finding]:
    """Note every allowance that does not say why, once for all sites of a channel."""
    for channel, item in _each(channels):
        if not item.reason:
            yield _at(channel, item, notice(f"{item.rule} is allowed without a reason", f"write allow: [{{{item.rule}: why}}]",
                                            field="allow", rule="allow-reason"))  # fmt: skip


def check_use(
    channels: Collection[DesiredChannel], used: Collection[Range], was_run: Callable[[DesiredChannel, str], bool]
) -> Iterator[Finding]:
    """Note every allowance that silenced nothing, where *was_run* says that its rule was looked at on all its sites."""
    unproven = {item.range for channel in channels for item in channel.allow if not was_run(channel, item.rule)}
    for channel, item in _each(channels):
        if item.range not in used and item.range not in unproven:
            detail = "nothing breaks the rule any more: take the line out"
            yield _at(channel, item, notice(f"allow: {item.rule} silences nothing", detail, field="allow", rule="allow-unused"))


def _each(channels: Iterable[DesiredChannel]) -> Iterator[tuple[DesiredChannel, Allowance]]:
    """Yield each line once, though a channel may stand on several sites."""
    seen: dict[Range, tuple[DesiredChannel, Allowance]] = {}
    for channel in channels:
        for item in channel.allow:
            seen.setdefault(item.range, (channel, item))
    yield from seen.values()


def _at(channel: DesiredChannel, item: Allowance, found: Finding) -> Finding:
    return replace(found, address=channel.address, range=item.range)
