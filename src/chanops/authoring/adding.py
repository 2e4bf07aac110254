"""A new channel from an address and a reference to a key: its type, its name, and whether it is there already."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from chanops.authoring.yaml_text import INDENT, entry
from chanops.config import urls
from chanops.config.references import SCHEMES, MalformedError, Reference, split
from chanops.config.urls import root_of
from chanops.domain.address import Address
from chanops.domain.resources import DesiredChannel
from chanops.domain.secret import Fingerprint, Secret
from chanops.domain.telling import CREDENTIALS
from chanops.domain.vocabulary import CHANNEL_TYPES, SiteKind
from chanops.errors import ConfigError, UsageError
from chanops.upstreams.styles import TYPES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from chanops.config.layers import Layer
    from chanops.domain.gateway import Dialect
    from chanops.domain.resources import LiveChannel
    from chanops.domain.value import Value

ENDINGS: Final = {"/v1beta": "gemini", "/api/v3": "volcengine", "/anthropic": "anthropic", "/v1/messages": "anthropic"}
"""Ends of addresses that tell the upstream's protocol (contracts/upstreams.md 2)."""

COMMON: Final = ("openai", "anthropic", "gemini")
"""The types to try where nothing tells, the likeliest first."""

HOSTS: Final = {"api.openai.com": "openai", "api.anthropic.com": "anthropic", "generativelanguage.googleapis.com": "gemini"}
WRITE_KEY: Final = "write --key '${env:NAME}' or '${file:PATH}'"


@dataclass(frozen=True, slots=True)
class Addition:
    """A channel that is about to be declared; *provider* stands for its address, and for its key if it *gives_key*."""

    name: str
    type: str | int
    base_url: str
    key: Secret
    models: tuple[str, ...]
    provider: str = ""
    gives_key: bool = False

    def lines(self, column: int) -> Sequence[str]:
        """Return it as an item of `channels:` whose dash stands at *column*."""
        said: dict[str, Value] = {"name": self.name, "type": self.type}
        said |= {"provider": self.provider} if self.provider else {"base_url": self.base_url}
        said |= {} if self.gives_key else {"key": self.key}
        said["models"] = self.models
        lines = [part for key, value in said.items() for part in entry(key, value, 1)]
        return [
            " " * column + (f"- {lines[0].removeprefix(INDENT)}" if number == 0 else line) for number, line in enumerate(lines)
        ]


def read_key(text: str, look_up: Callable[[Reference], str]) -> Secret:
    """Return the key that *text* refers to. Raises UsageError for one that is written out: the shell would remember it."""
    try:
        pieces = split(text)
    except MalformedError as fault:
        raise UsageError(f"--key: {fault.summary}; {fault.detail}") from None
    if len(pieces) != 1 or not isinstance(pieces[0], Reference):
        raise UsageError(f"--key takes a reference, never the key itself; {WRITE_KEY}")
    reference = pieces[0]
    if reference.default is not None:
        raise UsageError(f"--key takes a reference without a default: that would be the key itself; {WRITE_KEY}")
    if SCHEMES[reference.scheme].is_command:
        raise UsageError(f"--key runs no command: only a file that allows it does; {WRITE_KEY}")
    return Secret(lambda: look_up(reference), reference.source)


def read_type(kind: SiteKind, text: str) -> str | int:
    """Return the type that *text* means: a name, also for a number that has one."""
    if not text.isdecimal():
        return text
    return next((name for name, number in CHANNEL_TYPES[kind].items() if number == int(text)), int(text))


def read_models(texts: Sequence[str]) -> tuple[str, ...]:
    """Return the names in *texts*, which commas part, each once. Raises UsageError when there is a text and no name in any."""
    names = tuple(dict.fromkeys(part.strip() for text in texts for part in text.split(",") if part.strip()))
    if texts and not names:
        raise UsageError("--models names no model; leave it out to ask the upstream")
    return names


def check_url(url: str) -> str:
    """Return *url* without blanks at its ends. Raises UsageError when it is no address of an upstream."""
    trimmed = url.strip()
    if fault := urls.complaint(trimmed):
        raise UsageError(f"--base-url: {fault[0]}; {fault[1]}")
    if CREDENTIALS.search(trimmed):
        raise UsageError("--base-url holds a key or password; declare such a channel by hand, with the address as ${env:NAME}")
    return trimmed


def propose_types(kind: SiteKind, url: str) -> tuple[str, ...]:
    """Return the types that *url* may be of, the likeliest first; only one where its host or its end tells."""
    host = urls.scheme_and_host(url)[1].lower()
    defaults = {name: default for name, (_, default) in TYPES[SiteKind.NEWAPI].items() if default}
    known = {urls.scheme_and_host(default)[1]: name for name, default in defaults.items()}
    told = HOSTS.get(host) or known.get(host)
    told = told or next((name for end, name in ENDINGS.items() if url.rstrip("/").endswith(end)), None)
    return (told,) if told and told in TYPES[kind] else COMMON


def propose_name(url: str, key: Secret) -> str:
    """Return a name that says where the channel leads, and with which key."""
    source = (key.reference or "").partition(":-")[0].partition(":")[2]
    return f"{urls.scheme_and_host(url)[1]} | {source.rpartition('/')[2] or source} (auto)"


def in_form(site: str, type_name: str | int, url: str, dialect: Dialect) -> str:
    """Return *url* as a channel of that type has it on the gateway."""
    fields: dict[str, Value] = {"type": type_name, "base_url": url}
    made, _ = dialect.canonical(DesiredChannel(Address.channel(site, ""), fields))
    return str(made.fields["base_url"])


def with_provider(addition: Addition, url: str, providers: Mapping[str, Layer]) -> Addition:
    """Return *addition* with the declared provider that has its address and says nothing else than, perhaps, its key."""
    fitting = []
    for name, layer in providers.items():
        held = {path: item.value for path, item in layer.items() if item.is_declared}
        address, key = held.get("base_url"), held.get("key")
        if held.keys() <= {"base_url", "key"} and isinstance(address, str) and root_of(address) == root_of(url):
            fitting.append((isinstance(key, Secret) and key.reference == addition.key.reference, key is None, name))
    gives_key, has_none, name = max(fitting, default=(False, False, ""))
    return replace(addition, provider=name, gives_key=gives_key) if gives_key or has_none else addition


def find_twins(
    addition: Addition, channels: Iterable[DesiredChannel | LiveChannel], dialect: Dialect
) -> tuple[list[Address], list[Address]]:
    """Return the channels of the same type, root and key, and those whose key cannot be compared."""
    sure: list[Address] = []
    unsure: list[Address] = []
    for channel in channels:
        if not _leads_the_same_way(addition, channel, dialect):
            continue
        held = [channel.fields[path] for path in ("key", "keys") if path in channel.fields]
        answer = _has_key(addition.key, held)
        if answer is not False:
            (sure if answer else unsure).append(channel.address)
    return sure, unsure


def _leads_the_same_way(addition: Addition, channel: DesiredChannel | LiveChannel, dialect: Dialect) -> bool:
    address = channel.fields.get("base_url")
    if not isinstance(address, str) or channel.fields.get("type") != addition.type:
        return False
    held = address
    if isinstance(channel, DesiredChannel):
        held = in_form(channel.address.site, addition.type, address, dialect)
    return root_of(held) == root_of(addition.base_url)


def _has_key(key: Secret, held: Sequence[Value]) -> bool | None:
    """Tell whether *key* is among the *held* ones; None: that cannot be told."""
    keys = [item for value in held for item in (value if isinstance(value, tuple | list) else (value,))]
    if any(isinstance(item, Secret) and item.reference == key.reference for item in keys):
        return True
    value = _value_of(key)
    if value is None or not keys:
        return None
    if any(isinstance(item, Fingerprint) and item.matches([value]) for item in keys):
        return True
    return any(isinstance(item, Secret) and _value_of(item) == value for item in keys)


def _value_of(secret: Secret) -> str | None:
    try:
        return secret.reveal()
    except ConfigError:
        return None
