"""What a shell completes besides commands and flags: the sites and addresses of the files. No site is asked, no secret read."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    import click
    from click.shell_completion import CompletionItem

    from chanops.domain.site import Desired


def suggest_sites(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return the sites whose names begin with *incomplete*."""
    return _items((site.name for site in _declared(ctx).sites), incomplete)


def suggest_addresses(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return the declared addresses that begin with *incomplete*."""
    return _items((str(channel.address) for site in _declared(ctx).sites for channel in site.channels), incomplete)


def suggest_sides(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return the sites that begin with *incomplete*, else let the shell complete a path."""
    from click.shell_completion import CompletionItem  # noqa: PLC0415 - only when a shell asks

    return suggest_sites(ctx, param, incomplete) or [CompletionItem(incomplete, type="file")]


def _declared(ctx: click.Context) -> Desired:
    """Return what the files of the unfinished command line declare, as far as they can be read."""
    from chanops import config  # noqa: PLC0415 - keeps --help fast
    from chanops.domain.secret import Ledger  # noqa: PLC0415

    return config.load(list(ctx.params.get("files") or ()) or None, ledger=Ledger()).desired


def _items(words: Iterable[str], incomplete: str) -> list[CompletionItem]:
    from click.shell_completion import CompletionItem  # noqa: PLC0415 - only when a shell asks

    return [CompletionItem(_as_typed(word)) for word in words if word.startswith(incomplete)]


def _as_typed(word: str) -> str:
    """Return *word* as it is to be typed: bash puts it there as it stands, and its `read` takes a backslash away."""
    if not os.environ.get("_CHANOPS_COMPLETE", "").startswith("bash"):
        return word
    return re.sub(r"([^\w@%+=:,./-])", r"\\\\\1", word)
