"""What goes into one file: written as a file of its own, or put behind what stands there."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from chanops.authoring.document import CHANNELS, Document, channel_lines, default_lines, provider_lines, text_of
from chanops.authoring.layout import put_in
from chanops.authoring.references import KeyMode, in_files
from chanops.authoring.yaml_text import INDENT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from chanops.authoring.document import Line
    from chanops.authoring.draft import Draft
    from chanops.authoring.providers import Provider
    from chanops.domain.value import Value


@dataclass(frozen=True, slots=True)
class Part:
    """Channels of *site*, providers that are new, and what most of the channels share; *title* heads a file of its own."""

    site: str
    title: str
    keys: KeyMode
    drafts: Sequence[Draft]
    providers: Sequence[Provider] = ()
    defaults: Mapping[str, Value] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Tell whether it says nothing."""
        return not (self.drafts or self.providers or self.defaults)

    def text(self) -> str:
        """Return the part as a file of its own."""
        return self._written(text_of(Document(self.site, self.title, self.drafts, self.providers, self.defaults).lines()))

    def put_into(self, text: str) -> str:
        """Return the file *text* with the part in it, behind what is there. Raises UsageError when it cannot be put there."""
        under_site = ("sites", self.site)
        if self.providers:
            text = put_in(text, ("providers",), self._indented(provider_lines(self.providers), 1))
        if self.defaults:
            text = put_in(text, (*under_site, "defaults"), self._indented(default_lines(self.defaults), CHANNELS))
        drafts = [draft for draft in self.drafts if not (draft.silent and _is_told(text, draft))]
        if drafts:
            text = put_in(text, (*under_site, "channels"), self._indented(channel_lines(drafts), CHANNELS))
        return text

    def _indented(self, lines: Sequence[Line], depth: int) -> Callable[[int], Sequence[str]]:
        """Return what renders *lines*, made for *depth*, for another column."""
        made = self._written(text_of(lines)).splitlines()
        room = len(INDENT) * depth
        return lambda column: [" " * column + line[room:] if line else line for line in made]

    def _written(self, text: str) -> str:
        """Return *text* with its references in the way that was asked for."""
        return in_files(text) if self.keys is KeyMode.FILE else text


def _is_told(text: str, draft: Draft) -> bool:
    """Tell whether a comment in *text* says already that *draft* is left out."""
    return re.search(rf"^ *# +id: {draft.live.remote_id}$", text, re.MULTILINE) is not None
