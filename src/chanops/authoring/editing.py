"""One declared channel of a file, edited where it stands: its comments, its order and its quotes stay."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any, Final

from yaml.nodes import MappingNode, SequenceNode

from chanops.authoring.layout import Layout, replace_span
from chanops.authoring.yaml_text import entry
from chanops.domain.value import same
from chanops.domain.vocabulary import FIELDS, Compare
from chanops.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from chanops.domain.value import Value

WIDE: Final = 100_000  # columns: no line is folded
DASH: Final = re.compile(r"^( *)[^\s#-].*:\s*(?:#.*)?\n\1- ", re.MULTILINE)


def edit_channel(text: str, name: str, line: int, values: Mapping[str, Value]) -> str:
    """Return *text* with *values* in the channel *name*, whose name stands on *line* (from 0).

    Raises UsageError when the channel cannot be edited alone: it takes part of itself from an anchor.
    """
    layout = Layout.of(text)
    node = next((found for found in _mappings(layout.root) if _is_named(found, name, line)), None)
    if node is None:
        raise UsageError(f"the channel {name} was not found there")
    start, end = _span(layout, node)
    column = node.start_mark.column
    lines = layout.text[start:end].splitlines()
    whole = [lines[0], *(each[column:] if not each[:column].strip() else each for each in lines[1:])]
    made = _edit("\n".join(whole) + "\n", values)
    return replace_span(layout, start, end, [made[0], *(" " * column + each if each else each for each in made[1:])])


def _mappings(node: Any) -> Iterator[MappingNode]:  # noqa: ANN401 - yaml's nodes hold anything
    if isinstance(node, MappingNode):
        yield node
        for _, value in node.value:
            yield from _mappings(value)
    elif isinstance(node, SequenceNode):
        for item in node.value:
            yield from _mappings(item)


def _is_named(node: MappingNode, name: str, line: int) -> bool:
    return any(k.value == "name" and v.value == name and v.start_mark.line == line for k, v in node.value)


def _span(layout: Layout, node: MappingNode) -> tuple[int, int]:
    """Return from where to where *node* stands, without the end of its last line."""
    start = layout.offset(node.start_mark.line, node.start_mark.column)
    if node.flow_style:
        return start, layout.offset(node.end_mark.line, node.end_mark.column)
    last = layout.last_line(node, node.start_mark.column - 1)
    return start, layout.offset(last, 0) + len(layout.line(last))


def _edit(text: str, values: Mapping[str, Value]) -> list[str]:
    """Return the lines of the mapping *text* with *values*, by paths of the vocabulary."""
    from ruamel.yaml import YAML  # noqa: PLC0415 - only when something is edited
    from ruamel.yaml.error import YAMLError  # noqa: PLC0415

    yaml = YAML(typ="rt", pure=True)
    yaml.preserve_quotes = True
    yaml.width = WIDE
    yaml.allow_unicode = True
    is_flush = DASH.search(text) is not None
    yaml.indent(mapping=2, sequence=2 if is_flush else 4, offset=0 if is_flush else 2)
    try:
        channel = yaml.load(text)
    except YAMLError:
        raise UsageError("the channel takes part of itself from elsewhere in the file") from None
    for path, value in values.items():
        _set(yaml, channel, path, value)
    stream = io.StringIO()
    yaml.dump(channel, stream)
    return stream.getvalue().splitlines()


def _set(yaml: Any, channel: Any, path: str, value: Value) -> None:  # noqa: ANN401 - ruamel's own types
    block, _, key = path.rpartition(".")
    if block and not isinstance(channel.get(block), dict):
        channel[block] = yaml.load(f"{key}:\n")
    holder = channel[block] if block else channel
    made = yaml.load("\n".join(entry(key, value, 0)) + "\n")[key]
    held = holder.get(key)
    if FIELDS[path].compare is Compare.SET and isinstance(held, list) and isinstance(made, list):
        _set_items(held, made)
    elif FIELDS[path].compare is Compare.COVERED and isinstance(held, dict) and isinstance(made, dict):
        held.update({name: item for name, item in made.items() if name not in held or not same(held[name], item)})
    else:
        if isinstance(held, dict | list) and isinstance(made, dict | list) and _style(held).flow_style():
            _style(made).set_flow_style()
        holder[key] = made


def _style(collection: Any) -> Any:  # noqa: ANN401 - ruamel's own types
    """Return how ruamel writes *collection*."""
    return collection.fa


def _set_items(held: list[Any], made: Sequence[Any]) -> None:
    """Make *held* hold what *made* does: what stays keeps its place and its comment."""
    wanted = list(made)
    for number in range(len(held) - 1, -1, -1):
        if held[number] not in wanted:
            del held[number]
    held.extend(item for item in wanted if item not in held)
