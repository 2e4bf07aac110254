"""One change as a block of lines: its heading, its reason, and what it does to each field."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from chanops.domain.change import Action, FieldChange
from chanops.render.conceal import conceal
from chanops.render.differences import difference
from chanops.render.escape import escape, quote, shorten
from chanops.render.lines import Label, Line, comment
from chanops.render.values import whole
from chanops.render.words import WORDS, count_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from chanops.domain.change import Change
    from chanops.domain.value import Value

REASONED: Final = frozenset({Action.DELETE, Action.REPLACE, Action.ADOPT, Action.FORGET})
"""The actions that nobody wrote down: their reason is always shown."""

SHOWN_OF_DELETED: Final = 8
"""Items of a list that the block of a deleted channel shows."""


def block(change: Change, *, verbose: bool = False) -> Iterator[Line]:
    """Yield the block of *change*; a *verbose* one has its reason and, of a delete, every field and item."""
    yield from _heading(change, verbose=verbose)
    if change.action is Action.NO_OP:
        return
    body = list(_body(change, verbose=verbose))
    symbol, title = WORDS[change.action].symbol, f"{escape(change.address.kind)} {quote(shorten(change.address.name))}"
    if body:
        yield Line(0, symbol, title + " {")
        yield from body
        yield Line(0, "", "}")
    else:
        yield Line(0, symbol, title)


def in_short(change: Change) -> Line:
    """Return *change* on one line: its address, and the fields it touches."""
    fields = ", ".join(escape(field.path) for field in change.fields) if change.before is not None else ""
    text = f"{escape(shorten(str(change.address)))}{f' ({fields})' if fields else ''}"
    return Line(0, WORDS[change.action].symbol, text)


def _heading(change: Change, *, verbose: bool) -> Iterator[Line]:
    address = escape(shorten(str(change.address)))
    if change.previous_address:
        yield Line(0, "#", f"{escape(shorten(str(change.previous_address)))} has moved to {address}", "bold")
    yield Line(0, "#", f"{address} {WORDS[change.action].will}", "bold")
    if change.reason and (change.action in REASONED or (verbose and change.is_pending)):
        yield Line(0, "#", f"({_because(change)})")


def _because(change: Change) -> str:
    is_clause = change.action in REASONED and not change.reason.startswith("because ")
    return ("because " if is_clause else "") + escape(shorten(change.reason))


def _body(change: Change, *, verbose: bool) -> Iterator[Line]:
    match change.action:
        case Action.CREATE:
            yield from _all_fields(change.after or {}, "+", verbose=True)
        case Action.DELETE:
            yield from _all_fields(change.before or {}, "-", verbose=verbose)
        case _:
            yield from _changed_fields(change)


def _all_fields(fields: Mapping[str, Value], symbol: str, *, verbose: bool) -> Iterator[Line]:
    empty = [path for path in fields if not verbose and fields[path] in ("", (), [], {}, None)]
    paths = sorted(path for path in fields if path not in ("name", *empty))  # the block's title says the name
    heads = _heads(paths)
    for path in paths:
        sides = conceal(path, fields[path], None) if symbol == "-" else conceal(path, None, fields[path])
        value = sides.before if symbol == "-" else sides.after
        lines = list(whole(value, Label(heads[path]), 1, symbol))
        yield from lines if verbose else _cut(lines)
    if empty:
        yield comment(1, f"({count_of(len(empty), 'empty field')} hidden)")


def _cut(lines: list[Line]) -> list[Line]:
    """Return the lines of one value, a long list cut after its first items."""
    if len(lines) <= SHOWN_OF_DELETED + 3:
        return lines
    more = len(lines) - SHOWN_OF_DELETED - 2
    return [*lines[: SHOWN_OF_DELETED + 1], comment(2, f"({count_of(more, 'more line')} hidden)"), lines[-1]]


def _changed_fields(change: Change) -> Iterator[Line]:
    fields = sorted(change.fields, key=lambda field: field.path)
    heads = _heads([field.path for field in fields])
    forcing = _forcing(change)
    for field in fields:
        note = _note(field, forces=field.path in forcing)
        pair = conceal(field.path, field.before, field.after)
        yield from difference(field.path, pair, Label(heads[field.path], note), 1)
    unchanged = (change.after or {}).keys() - {field.path for field in fields} - {"name"}
    if unchanged and fields:
        yield comment(1, f"({count_of(len(unchanged), 'unchanged field')} hidden)")


def _forcing(change: Change) -> Collection[str]:
    """Return the fields of a replace that cannot change in place: the marked ones, or all."""
    if change.action is not Action.REPLACE:
        return ()
    marked = {field.path for field in change.fields if field.forces_replacement}
    return marked or {field.path for field in change.fields}


def _note(field: FieldChange, *, forces: bool) -> str:
    notes = (["forces replacement"] if forces else []) + ([escape(shorten(field.reason))] if field.reason else [])
    return f" # {': '.join(notes)}" if notes else ""


def _heads(paths: Collection[str]) -> dict[str, str]:
    longest = max(map(len, paths), default=0)
    return {path: f"{escape(path).ljust(longest)} = " for path in paths}
