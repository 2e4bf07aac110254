"""Where something is being read: which file, for which channel, and who notes what is wrong there."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from chanops.config.faults import note
from chanops.config.source import Place, place_of
from chanops.domain.finding import Severity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yaml.nodes import Node

    from chanops.config.faults import Faults
    from chanops.config.source import Source
    from chanops.config.surroundings import Surroundings
    from chanops.domain.address import Address
    from chanops.domain.finding import Range


_NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})


class Scope:
    """The file that is read, where its references look, and the channel it is about, if it is about one."""

    __slots__ = ("address", "allowed", "allows_plaintext", "around", "faults", "rule", "source", "tolerated")

    def __init__(self, source: Source, faults: Faults, around: Surroundings, *, allows_plaintext: bool = False) -> None:
        self.source = source
        self.faults = faults
        self.around = around
        self.allows_plaintext = allows_plaintext
        self.address: Address | None = None
        self.tolerated: frozenset[str] = frozenset()  # blocks of other gateways that may stand here
        self.allowed: Mapping[str, Range] = _NOTHING  # rules that the channel may break, and where it says so
        self.rule = ""  # of what is wrong here, where nothing more is known

    def place(self, node: Node) -> Place:
        """Return where *node* stands."""
        return place_of(self.source, node)

    def about(self, address: Address | None, *, tolerated: frozenset[str] = frozenset()) -> Scope:
        """Return the same scope for findings about *address*; the blocks *tolerated* may stand there for other sites."""
        scope = Scope(self.source, self.faults, self.around, allows_plaintext=self.allows_plaintext)
        scope.address = address
        scope.tolerated = tolerated
        scope.allowed = self.allowed
        return scope

    def under(self, rule: str) -> Scope:
        """Return the same scope; what is found there without a rule of its own belongs to *rule*."""
        scope = self.about(self.address, tolerated=self.tolerated)
        scope.rule = rule
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
        if self.faults.is_full or (self.allowed and self._is_allowed(rule, severity)):
            return
        place = where if isinstance(where, Place) else place_of(self.source, where)
        note(self.faults, severity, place, texts, address=self.address, field=field, rule=rule or self.rule)

    def _is_allowed(self, rule: str, severity: Severity) -> bool:
        """Tell whether the channel's `allow` silences that; if so, its line is not in vain."""
        from chanops.domain.rules import is_silenced  # noqa: PLC0415 - few channels allow anything

        if rule not in self.allowed or not is_silenced(rule, severity):
            return False
        self.faults.silenced.add(self.allowed[rule])
        return True
