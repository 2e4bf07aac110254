"""The first answers of a site, before anything else is known of it: is it an Octopus at all (contracts/octopus.md 3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from chanops.errors import NotUnderstoodError
from chanops.gateways.http import parse_json
from chanops.gateways.octopus import wire

if TYPE_CHECKING:
    from chanops.gateways.http import Answer

IS_IT_ONE: Final = "is the url the address of an Octopus, without a path or a login page before it?"


def read_first(site: str, answer: Answer, what: str) -> wire.Envelope:
    """Return the envelope in *answer* to *what*; raises NotUnderstoodError that names the status of another program's."""
    try:
        envelope = wire.parse(wire.Envelope, parse_json(site, answer, what), site, what)
    except NotUnderstoodError as fault:
        words = fault.reason if f"HTTP {answer.status}" in fault.reason else _foreign(answer, what)
        raise NotUnderstoodError(site, words, hint=IS_IT_ONE) from None
    if envelope.code != answer.status:  # they are always the same
        raise NotUnderstoodError(site, _foreign(answer, what), hint=IS_IT_ONE)
    return envelope


def _foreign(answer: Answer, what: str) -> str:
    return f"{what}: HTTP {answer.status} brought JSON that is not Octopus's"
