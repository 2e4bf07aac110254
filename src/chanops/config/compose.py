"""YAML text to a tree of nodes with places, refusing what is not one plain document.

The tree is libyaml's own (yaml's C loader): values are never built, so no tag can run anything, and every scalar keeps its
text and its place. Plain scalars carry the tag `PLAIN`, quoted ones `QUOTED`; what they mean is decided by who reads them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import yaml
from yaml.reader import ReaderError

from chanops.config.bounds import DEEPEST, TOO_DEEP, is_bounded
from chanops.config.source import Place, split_lines
from chanops.domain.finding import error

try:
    from yaml._yaml import CParser as _Parser
except ImportError:  # a yaml built without libyaml: the same, thirty times slower
    from chanops.config.slow_parser import SlowParser as _Parser  # type: ignore[assignment]

if TYPE_CHECKING:
    from yaml.nodes import Node

    from chanops.config.faults import Faults
    from chanops.config.source import Source

PLAIN: Final = "plain"
QUOTED: Final = "quoted"

_SAFE: Final = 1000  # levels that the composer, which recurses in C, can always take
_LEAF: Final = re.compile(r"\[[^\[\]{}\"'#]*\]|\{[^\[\]{}\"'#]*\}")
_STEEP: Final = re.compile(rf"^[ \-?:]{{{_SAFE},}}", re.MULTILINE)


class Unresolved:
    """Leaves scalars as they are: `resolve` is asked for every node that has no tag of its own."""

    def resolve(self, _kind: object, _value: object, implicit: Any) -> str:  # noqa: ANN401 - a bool or a pair of them
        """Return PLAIN for plain scalars and collections, QUOTED for the others."""
        return PLAIN if implicit is True or (implicit and implicit[0]) else QUOTED

    def descend_resolver(self, _node: object, _index: object) -> None:
        """Do nothing: no tag depends on its path."""

    def ascend_resolver(self) -> None:
        """Do nothing."""


class _Loader(Unresolved, _Parser):
    """The parser of this machine."""


def compose(source: Source, faults: Faults) -> Node | None:
    """Return the root of *source*; None when it is no usable YAML, which is then noted."""
    start = Place(source, 0, 0, 0, 0)
    try:
        deep = _find_depth(source) if _may_be_deep(source.text) else None
        root = None if deep else _Loader(source.text).get_single_node()
    except yaml.YAMLError as fault:
        place, summary, detail = _explain(source, fault)
        faults.add(error(summary, detail), place)
        return None
    except RecursionError:
        deep, root = _find_depth(source) or start, None
    if deep:
        faults.add(error(*TOO_DEEP), deep)
    elif root is None:
        faults.add(error("the file is empty", "`chanops init` writes a first one"), start)
    return root if root is not None and is_bounded(root, source, faults) else None


def _may_be_deep(text: str) -> bool:
    """Tell whether brackets or indentation might be more than the composer can take; a `[…]` that holds none adds one level."""
    brackets = text.count("[") + text.count("{")
    return (brackets > _SAFE and brackets - len(_LEAF.findall(text)) > _SAFE) or _STEEP.search(text) is not None


def _find_depth(source: Source) -> Place | None:
    """Return where the file gets too deep, if it does: by its events, which do not recurse."""
    loader = _Loader(source.text)
    depth = 0
    while loader.check_event():
        event = loader.get_event()
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > DEEPEST:
                mark = event.start_mark
                return Place(source, mark.line, mark.column, mark.line, mark.column + 1) if mark else None
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
    return None


def _explain(source: Source, fault: yaml.YAMLError) -> tuple[Place, str, str]:
    """Return place, summary and detail of what the parser refused; its words hold no text of the file."""
    if isinstance(fault, ReaderError):
        lines = split_lines(source.text.encode()[: fault.position].decode("utf-8", "ignore"))
        row, column = len(lines) - 1, len(lines[-1])
        return Place(source, row, column, row, column + 1), "the file holds a control character", "take it out"
    mark = getattr(fault, "problem_mark", None) or getattr(fault, "context_mark", None)
    row, column = (mark.line, mark.column) if mark else (0, 0)
    problem = str(getattr(fault, "problem", None) or "the parser refused it")
    sign = source.lines[row][column : column + 1] if row < len(source.lines) else ""
    return Place(source, row, column, row, column + 1), *_word(problem, sign)


_QUOTED_TEXT: Final = re.compile(r"'[^']'|'[^']*'|\"[^\"]*\"")
_TAB: Final = ("not YAML: a tab where YAML wants blanks", "indent with blanks")
_WORDS: Final = {
    "found a tab character that violates indentation": _TAB,
    "but found another document": ("the file holds several documents", "write what follows `---` to a file of its own"),
    "found undefined alias": ("the alias has no anchor", 'a text that starts with "*" needs quotes'),
    "second occurrence": ("the anchor is defined twice", "give the second one another name"),
    "mapping values are not allowed in this context": (
        "not YAML: a second `:` in one line, or wrong indentation",
        'a text that holds ": " needs quotes',
    ),
    "could not find expected ':'": ("not YAML: a key without its `:`", "a `:` and a blank stand between key and value"),
    "found unexpected end of stream": ("not YAML: the file ends inside of a quoted text", "close the quote"),
}


def _word(problem: str, sign: str) -> tuple[str, str]:
    for start, words in _WORDS.items():
        if problem.startswith(start):
            return words
    if "cannot start any token" not in problem:
        return f"not YAML: {_QUOTED_TEXT.sub(_without_text, problem)}", ""
    if sign == "\t":
        return _TAB
    return f"not YAML: a text cannot start with {sign}", "write it in quotes"


def _without_text(quoted: re.Match[str]) -> str:
    """Return a quoted sign as it is, and dots for a quoted text: the parser in Python repeats what it read."""
    return quoted[0] if len(quoted[0]) == 3 else "…"
