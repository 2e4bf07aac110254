"""Drafts as a file: every line knows whose it is, so that what is wrong with a line can be mended where it came from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from chanops.authoring.draft import IGNORE, Draft, by_name, in_order
from chanops.authoring.yaml_text import INDENT, comment, entry, flow, scalar
from chanops.domain.vocabulary import BLOCKS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from chanops.authoring.providers import Provider
    from chanops.domain.value import Value

CHANNELS: Final = 3  # the depth of the dash of a channel under its site


class Defaults:
    """Whose lines those of the site's `defaults:` are."""


DEFAULTS: Final = Defaults()

Owner: TypeAlias = "Draft | Provider | Defaults | None"


class Line(NamedTuple):
    """One line of a file, and whose it is."""

    text: str
    owner: Owner = None


@dataclass(frozen=True, slots=True)
class Document:
    """One file: new providers, values that most channels of the site share, and channels."""

    site: str
    title: str
    drafts: Sequence[Draft]
    providers: Sequence[Provider] = ()
    defaults: Mapping[str, Value] = field(default_factory=dict)

    def lines(self) -> list[Line]:
        """Return the lines of the file."""
        lines = [Line(comment(self.title)), Line("version: 1")]
        if self.providers:
            lines += [Line(""), Line("providers:"), *provider_lines(self.providers)]
        lines += [Line(""), Line("sites:"), Line(f"{INDENT}{scalar(self.site)}:")]
        if self.defaults:
            lines += [Line(f"{INDENT * 2}defaults:", DEFAULTS), *default_lines(self.defaults)]
        has_channels = any(not draft.silent for draft in self.drafts)
        return [*lines, Line(f"{INDENT * 2}channels:{'' if has_channels else ' []'}"), *channel_lines(self.drafts)]


def text_of(lines: Iterable[Line]) -> str:
    """Return *lines* as a text."""
    return "".join(f"{line.text}\n" for line in lines)


def provider_lines(providers: Iterable[Provider]) -> list[Line]:
    """Return the entries of `providers:`."""
    lines = []
    for provider in providers:
        said: dict[str, Value] = {"base_url": provider.base_url} | ({"key": provider.key} if provider.key else {})
        body = [part for key, value in said.items() for part in entry(key, value, 2)]
        lines += [Line(text, provider) for text in (f"{INDENT}{scalar(provider.name)}:", *body)]
    return lines


def default_lines(defaults: Mapping[str, Value]) -> list[Line]:
    """Return the entries of the `defaults:` of a site."""
    return [Line(text, DEFAULTS) for text in _field_lines(defaults, {}, CHANNELS)]


def channel_lines(drafts: Iterable[Draft], depth: int = CHANNELS) -> list[Line]:
    """Return the items of `channels:`, by name; silent ones as comments."""
    return [Line(text, draft) for draft in sorted(drafts, key=by_name) for text in draft_lines(draft, depth)]


def draft_lines(draft: Draft, depth: int) -> list[str]:
    """Return the lines of one channel whose dash stands at *depth*."""
    room = INDENT * depth
    body = _body(draft, depth + 1)
    item = [f"{room}- {body[0].lstrip()}", *body[1:]]
    notes = [room + comment(note) for note in draft.notes]
    if not draft.silent:
        return notes + item
    head = room + comment(f"left out: {draft.silent}")
    return [*notes, head, *((room + comment(line.removeprefix(room))).rstrip() for line in item)]


def _body(draft: Draft, depth: int) -> list[str]:
    room = INDENT * depth
    pinned = draft.has_pin or draft.silent
    lines = [f"{room}name: {scalar(draft.name)}"] + ([f"{room}id: {draft.live.remote_id}"] if pinned else [])
    said: dict[str, Value] = {**draft.fields, **dict.fromkeys(draft.taken_back)}
    extra: dict[str, list[str]] = {path: [comment(text)] for path, text in draft.remarks.items()}
    if draft.provider:
        extra.setdefault("base_url", []).insert(0, f"provider: {scalar(draft.provider.name)}")
    lines += _field_lines(said, extra, depth)
    return lines + ([f"{room}{IGNORE}: {flow(tuple(sorted(draft.ignored)))}"] if draft.ignored else [])


def _field_lines(said: Mapping[str, Value], extra: Mapping[str, list[str]], depth: int) -> list[str]:
    """Return the entries of *said* in the order of the vocabulary, each behind the *extra* lines of its path."""
    room = INDENT * depth
    lines = []
    for path in in_order({path for path in {**said, **extra} if "." not in path}):
        lines += [f"{room}{line}" for line in extra.get(path, ())]
        lines += entry(path, said[path], depth) if path in said else []
    for block in BLOCKS:
        inside = {path: said[path] for path in in_order(set(said)) if path.startswith(f"{block}.")}
        lines += [f"{room}{line}" for path, more in extra.items() if path.startswith(f"{block}.") for line in more]
        lines += entry(block, {path.partition(".")[2]: value for path, value in inside.items()}, depth) if inside else []
    return lines
