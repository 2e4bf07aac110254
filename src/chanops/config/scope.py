"""Where something is being read: which file, for which channel, and who notes what is wrong there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chanops.config.faults import note
from chanops.config.source import Place, place_of
from chanops.domain.finding import Severity

if TYPE_CHECKING:
    from yaml.nodes import Node

    from chanops.config.faults import Faults
    from chanops.config.references import Surroundings
    from chanops.config.source import Source
    from chanops.domain.address import Address


class Scope:
    """The file that is read, where its references look, and the channel it is about, if it is about one."""

    __slots__ = ("address", "allows_plaintext", "around", "faults", "source", "tolerated")

    def __init__(self, source: Source, faults: Faults, around: Surroundings, *, allows_plaintext: bool = False) -> None:
        self.source = source
        self.faults = faults
        self.around = around
        self.allows_plaintext = allows_plaintext
        self.address: Address | None = None
        self.tolerated: frozenset[str] = frozenset()  # blocks of other gateways that may stand here

    def place(self, node: Node) -> Place:
        """Return where *node* stands."""
        return place_of(self.source, node)

    def about(self, address: Address | None, *, tolerated: frozenset[str] = frozenset()) -> Scope:
        """Return the same scope for findings about *address*; the blocks *tolerated* may stand there for other sites."""
        scope = Scope(self.source, self.faults, self.around, allows_plaintext=self.allows_plaintext)
        scope.address = address
        scope.tolerated = tolerated
        return scope

    def error(self, where: Node | Place, summary: str, detail: str = "", *, field: str = "", rule: str = "") -> None:
        """Note an error at *where*."""
        self._note(Severity.ERROR, where, (summary, detail), field, rule)

    def warning(self, where: Node | Place, summary: str, detail: str = "", *, field: str = "", rule: str = "") -> None:
        """Note a warning at *where*."""
        self._note(Severity.WARNING, where, (summary, detail), field, rule)

    def notice(self, where: Node | Place, summary: str, detail: str = "", *, field: str = "", rule: str = "") -> None:
        """Note at *where* what chanops does with what was written."""
        self._note(Severity.NOTICE, where, (summary, detail), field, rule)

    def _note(self, severity: Severity, where: Node | Place, texts: tuple[str, str], field: str, rule: str) -> None:
        if self.faults.is_full:
            return
        place = where if isinstance(where, Place) else place_of(self.source, where)
        note(self.faults, severity, place, texts, address=self.address, field=field, rule=rule)
