"""A reference as the files mention it: where, and whether it stands for anything; never for what."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from chanops.domain.finding import Range


class Mention(NamedTuple):
    """One reference, with every place that holds it and the fields that stand there.

    *resolves* is None when nobody asked. *reason* says why it does not, or that its default stands in.
    """

    reference: str
    ranges: tuple[Range, ...]
    fields: tuple[str, ...] = ()
    resolves: bool | None = None
    reason: str = ""
    hint: str = ""
