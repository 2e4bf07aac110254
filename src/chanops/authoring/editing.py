"""One declared channel of a file, edited where it stands: its comments, its order and its quotes stay."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from yaml import scan
from yaml.nodes import MappingNode, SequenceNode
from yaml.tokens import AnchorToken

from chanops.authoring.layout import Layout, line_end
from chanops.authoring.tree import LOADER
from chanops.authoring.yaml_text import entry
from chanops.domain.value import same
from chanops.domain.vocabulary import FIELDS, Compare
from chanops.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from chanops.domain.value import Value

WIDE: Final = 100_000  # columns: no line is folded
DASH: Final = re.compile(r"^( *)[^\s#-].*:\s*(?:#.*)?\n\1- ", re.MULTILINE)


class Edit(NamedTuple):
    """What becomes of one channel: its *name*, the *line* (from 0) that its name stands on, and *values* by their paths."""

    name: str
    line: int
    values: Mapping[str, Value]


def edit_channels(text: str, edits: Sequence[Edit]) -> tuple[str, list[str]]:
    """Return *text* with *edits*, and for each of them why it was left out; empty when it was not."""
    if not edits:
        return text, []
    layout = Layout.of(text)
    nodes = {(name.value, name.start_mark.line): node for node in _mappings(layout.root) if (name := _value(node, "name"))}
    spans, faults = [], []
    for edit in edits:
        node = nodes.get((edit.name, edit.line))
        try:
            spans += [_edit_node(layout, node, edit.values)] if node else []
            faults.append("" if node else "it was not found there")
        except UsageError as fault:
            faults.append(str(fault))
    for start, end, lines in sorted(spans, reverse=True):
        text = text[:start] + line_end(layout.text).join(lines) + text[end:]
    return text, faults


def _edit_node(layout: Layout, node: MappingNode, values: Mapping[str, Value]) -> tuple[int, int, list[str]]:
    """Return from where to where the channel at *node* stands, and its lines with *values*.

    Raises UsageError when it cannot be edited alone: it takes part of itself from an anchor, or others take from it.
    """
    sites = _value(node, "sites")
    if sites and not (isinstance(sites, SequenceNode) and len(sites.value) == 1):
        raise UsageError("it is declared for several sites, and would change on all of them")
    start, end = _span(layout, node)
    column = node.start_mark.column
    lines = layout.text[start:end].splitlines()
    whole = "\n".join([lines[0], *(each[column:] if not each[:column].strip() else each for each in lines[1:])]) + "\n"
    if any(isinstance(token, AnchorToken) for token in scan(whole, Loader=LOADER)):
        raise UsageError("it has an anchor, and others that take from there would change, too")
    made = _edit(whole, values)
    return start, end, [made[0], *(" " * column + each if each else each for each in made[1:])]


def _mappings(node: Any) -> Iterator[MappingNode]:  # noqa: ANN401 - yaml's nodes hold anything
    if isinstance(node, MappingNode):
        yield node
        for _, value in node.value:
            yield from _mappings(value)
    elif isinstance(node, SequenceNode):
        for item in node.value:
            yield from _mappings(item)


def _value(node: MappingNode, key: str) -> Any:  # noqa: ANN401 - yaml's nodes hold anything
    return next((held for name, held in node.value if name.value == key), None)


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
        raise UsageError("it takes part of itself from elsewhere in the file") from None
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
        for name in [name for name in held if name not in made]:
            del held[name]
        held.update({name: item for name, item in made.items() if name not in held or not same(held[name], item)})
    else:
        if isinstance(held, dict | list) and isinstance(made, dict | list) and _style(held).flow_style():
            _style(made).set_flow_style()
        holder[key] = made


def _style(collection: Any) -> Any:  # noqa: ANN401 - ruamel's own types
    """Return how ruamel writes *collection*."""
    return collection.fa


def _set_items(held: Any, made: Sequence[Any]) -> None:  # noqa: ANN401 - ruamel's own types
    """Make *held* hold what *made* does: what stays keeps its place and its comments, what comes stands behind it.

    To ruamel the comments below an item are that item's; to people they are those of the next one.
    """
    foot = ""
    for number in range(len(held) - 1, -1, -1):
        if held[number] not in made:
            below = _cut_below(held, number)
            del held[number]
            foot = _hang(held, number, below) + foot
    new = [item for item in made if item not in held]
    if new and held:
        foot = _cut_below(held, len(held) - 1) + foot
    held.extend(new)
    if held:
        _hang(held, len(held), foot)


def _cut_below(held: Any, number: int) -> str:  # noqa: ANN401 - ruamel's own types
    """Take the comments below an item from it, and return them."""
    token = held.ca.items.get(number, [None])[0]
    if token is None:
        return ""
    tail, _, below = token.value.partition("\n")
    token.value = f"{tail}\n"
    return str(below)


def _hang(held: Any, number: int, comments: str) -> str:  # noqa: ANN401 - ruamel's own types
    """Put *comments* above the item *number*; return them when there is none, and nothing stands above it."""
    from ruamel.yaml.error import CommentMark  # noqa: PLC0415 - only when something is edited
    from ruamel.yaml.tokens import CommentToken  # noqa: PLC0415

    if not comments:
        return ""
    if number:
        slot = held.ca.items.setdefault(number - 1, [None, None, None, None])
        slot[0] = slot[0] or CommentToken("\n", CommentMark(0), None)
        slot[0].value += comments
    elif held:
        lines = [line.strip().removeprefix("#").removeprefix(" ") for line in comments.splitlines()]
        held.yaml_set_comment_before_after_key(0, "\n".join(lines), len(comments) - len(comments.lstrip(" ")))
    return "" if number or held else comments
