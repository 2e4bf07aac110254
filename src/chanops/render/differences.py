"""The difference of two values as lines: only what moved, and how much did not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from chanops.domain.value import is_list
from chanops.domain.vocabulary import FIELDS, Compare
from chanops.render.conceal import identity, is_hidden, secret_text
from chanops.render.escape import escape, shorten, shorten_pair
from chanops.render.lines import Label, Line, comment
from chanops.render.values import PLURALS, UNITS, aligned, one_line, whole

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

    from chanops.domain.value import Value
    from chanops.render.conceal import Pair


class _Step(NamedTuple):
    """One item of a list difference: its symbol, empty when it stays, and the item."""

    symbol: str
    item: Value


def difference(path: str, pair: Pair, label: Label, depth: int) -> Iterator[Line]:
    """Yield what changes between the two sides of the field *path*; its name stands in *label*."""
    field = FIELDS.get(path)
    if field and field.is_secret:
        yield label.line(depth, "~", escape(secret_text(pair.after)) if is_hidden(pair.after) else one_line(pair.after))
    elif field and field.compare is Compare.SET and is_list(pair.before) and is_list(pair.after):
        yield from _list_lines(_set_steps(pair.before, pair.after), label, depth, UNITS.get(path, "element"))
    else:
        yield from _difference(pair.before, pair.after, label, depth)


def _difference(before: Value, after: Value, label: Label, depth: int) -> Iterator[Line]:
    if before is None:
        yield from whole(after, label, depth, "+")
    elif after is None:
        yield label.line(depth, "-", f"{one_line(before)} -> null")
    elif isinstance(before, Mapping) and isinstance(after, Mapping) and before and after:
        yield from _map_lines(before, after, label, depth)
    elif is_list(before) and is_list(after) and before and after:
        yield from _list_lines(_sequence_steps(before, after), label, depth, "element")
    elif isinstance(before, str) and isinstance(after, str) and "\n" in before + after:
        yield from _text_lines(before, after, label, depth)
    elif isinstance(after, Mapping) or is_list(after):
        yield Line(depth, "-", f"{label.head}{one_line(before)}{label.tail}")
        yield from whole(after, label, depth, "+")
    else:
        yield label.line(depth, "~", _arrow(before, after))


def _arrow(before: Value, after: Value) -> str:
    if isinstance(before, str) and isinstance(after, str):
        before, after = shorten_pair(before, after)
    texts = one_line(before), one_line(after)
    if is_hidden(before) and is_hidden(after):
        return texts[1]
    return f"{texts[0]} -> {texts[1]}"


def _map_lines(before: Mapping[str, Value], after: Mapping[str, Value], label: Label, depth: int) -> Iterator[Line]:
    keys = {key: None for key in [*before, *after] if key not in before or key not in after or _moved(before[key], after[key])}
    heads = aligned(keys)
    yield label.opening(depth, "~", "{")
    for key in keys:
        if key not in after:
            yield Line(depth + 1, "-", heads[key] + one_line(before[key]))
        elif key not in before:
            yield from whole(after[key], Label(heads[key]), depth + 1, "+")
        else:
            yield from _difference_in_map(before[key], after[key], heads[key], depth + 1)
    yield from _hidden_count(
        len(before.keys() & after.keys()) - len(keys.keys() & before.keys() & after.keys()), "element", depth
    )
    yield Line(depth, "", "}" + label.tail)


def _difference_in_map(before: Value, after: Value, head: str, depth: int) -> Iterator[Line]:
    """Yield the change of one entry; inside a map `null` is a value like any other."""
    if before is None or after is None:
        yield Line(depth, "~", f"{head}{one_line(before)} -> {one_line(after)}")
    else:
        yield from _difference(before, after, Label(head), depth)


def _list_lines(steps: Sequence[_Step], label: Label, depth: int, unit: str) -> Iterator[Line]:
    yield label.opening(depth, "~", "[")
    for step in steps:
        if step.symbol:
            yield from whole(step.item, Label("", tail=","), depth + 1, step.symbol)
    yield from _hidden_count(sum(not step.symbol for step in steps), unit, depth)
    yield Line(depth, "", "]" + label.tail)


def _set_steps(before: Sequence[Value], after: Sequence[Value]) -> list[_Step]:
    """Return what goes, then what comes; order and repeats mean nothing."""
    held, wanted = _by_identity(before), _by_identity(after)
    gone = [_Step("-", item) for key, item in held.items() if key not in wanted]
    return gone + [_Step("" if key in held else "+", item) for key, item in wanted.items()]


def _sequence_steps(before: Sequence[Value], after: Sequence[Value]) -> list[_Step]:
    """Return the steps from one list to another whose order counts."""
    from difflib import SequenceMatcher  # noqa: PLC0415 - few plans need it

    steps: list[_Step] = []
    matcher = SequenceMatcher(None, list(map(identity, before)), list(map(identity, after)), autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            steps += [_Step("", item) for item in after[j1:j2]]
        else:
            steps += [_Step("-", item) for item in before[i1:i2]]
            steps += [_Step("+", item) for item in after[j1:j2]]
    return steps


def _text_lines(before: str, after: str, label: Label, depth: int) -> Iterator[Line]:
    steps = _sequence_steps(before.split("\n"), after.split("\n"))
    yield label.opening(depth, "~", "<<-EOT")
    for step in steps:
        if step.symbol:
            yield Line(depth + 1, step.symbol, escape(shorten(str(step.item))))
    yield from _hidden_count(sum(not step.symbol for step in steps), "line", depth)
    yield Line(depth, "", "EOT" + label.tail)


def _hidden_count(number: int, unit: str, depth: int) -> Iterator[Line]:
    if number:
        unit = unit if number == 1 else PLURALS.get(unit, unit + "s")
        yield comment(depth + 1, f"({number:,} unchanged {unit} hidden)")


def _by_identity(items: Sequence[Value]) -> dict[Hashable, Value]:
    return {identity(item): item for item in items}


def _moved(before: Value, after: Value) -> bool:
    return identity(before) != identity(after)
