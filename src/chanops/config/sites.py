"""One site as all files together declare it: where it is, how to log in, what chanops may do there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from chanops.config import keys, nodes, texts, urls, words
from chanops.config.compose import PLAIN
from chanops.config.guards import read_guards, read_manage
from chanops.config.login import read_auth
from chanops.config.source import first_line_of
from chanops.config.spelling import meant, shown
from chanops.domain.loopback import is_loopback
from chanops.domain.policy import Guards, Manage, ManageMode
from chanops.domain.secret import Secret
from chanops.domain.site import Site, Tls
from chanops.domain.vocabulary import KIND_TITLES, SiteKind

if TYPE_CHECKING:
    from yaml.nodes import Node, ScalarNode

    from chanops.config.nodes import Pair
    from chanops.config.scope import Scope

_SANDBOX: Final = "sandbox:"
_GENERATION: Final = re.compile(r"sandbox:([a-z]+)(?:\?generation=([a-z0-9]+))?")
GENERATIONS: Final = {SiteKind.NEWAPI: ("base", "head"), SiteKind.OCTOPUS: ("g2", "g4")}
DEFAULT_MANAGE: Final = {SiteKind.NEWAPI: Manage(ManageMode.MARKED), SiteKind.OCTOPUS: Manage(ManageMode.DECLARED)}
_LONGEST_TIMEOUT: Final = 86400
_NUMBER: Final = re.compile(r"[0-9]+(?:\.[0-9]+)?")


class Draft:
    """A site while its files are read: each setting with the scope of the file that declares it, and its channels."""

    def __init__(self, name: str, scope: Scope, key: ScalarNode, node: Node) -> None:
        self.name = name
        self.scope = scope
        self.key_place = scope.place(key)
        self.place = first_line_of(scope.source, node) if getattr(node, "value", None) else self.key_place
        self.settings: dict[str, tuple[Scope, ScalarNode, Node]] = {}
        self.channels: list[tuple[Scope, Node]] = []
        self.kind: SiteKind | None = None

    def add(self, scope: Scope, entries: list[Pair]) -> None:
        """Take in what one more file says of the site."""
        for name, key, node in keys.known(scope, entries, words.SITE, "a site"):
            if name == "channels":
                items = [] if nodes.is_null(node) else nodes.items(scope, node, want="a list of channels")
                self.channels += [(scope, item) for item in items or ()]
            elif name in self.settings:
                self._refuse_second(scope, name, key, node)
            else:
                self.settings[name] = (scope, key, node)

    def _refuse_second(self, scope: Scope, name: str, key: ScalarNode, node: Node) -> None:
        first_scope, first_key, first = self.settings[name]
        place = first_scope.place(first_key)
        if name == "kind" and getattr(first, "value", None) == getattr(node, "value", ""):
            return
        summary = f"{name} of the site {shown(self.name)} is already declared at {place}"
        scope.error(key, summary, "take one of them out", field=name)

    def read_kind(self) -> None:
        """Find out the site's kind: everything else depends on it."""
        if "kind" not in self.settings:
            self.scope.error(self.place, "kind is missing", f"write kind: {' or kind: '.join(SiteKind)}", field="kind")
            return
        scope, _, node = self.settings["kind"]
        word = keys.choice(scope, node, tuple(SiteKind), field="kind", what="the kind of a site")
        self.kind = SiteKind(word) if word else None

    def build(self, owner: str) -> Site | None:
        """Return the site without its channels; None when too much of it is wrong, which is noted."""
        url = self._read("url", _url, None)
        if "url" not in self.settings:
            self.scope.error(self.place, "url is missing", "write url: https://gateway.example.com", field="url")
        auth = read_auth(self, is_sandbox=isinstance(url, str) and url.startswith(_SANDBOX))
        guards = self._read("guards", read_guards, Guards())
        manage = self._read("manage", read_manage, None)
        tls = self._read("tls", _tls, Tls())
        timeout = self._read("timeout", _timeout, 30.0)
        parallelism = self._read("parallelism", _parallelism, None)
        if self.kind is None or url is None:
            return None
        self._check_sandbox(url)
        return Site(
            self.name,
            self.kind,
            url,
            auth,
            manage or DEFAULT_MANAGE[self.kind],
            guards,
            owner,
            tls,
            timeout,
            parallelism,
            range=self.key_place.range(),
        )

    def _read(self, name: str, reader: Any, default: Any) -> Any:  # noqa: ANN401 - each setting has its own type
        if name not in self.settings:
            return default
        scope, _, node = self.settings[name]
        if nodes.is_null(node) and name != "url":
            return default
        value = reader(scope, node)
        return default if value is None else value

    def _check_sandbox(self, url: str | Secret) -> None:
        if isinstance(url, Secret) or not url.startswith(_SANDBOX) or self.kind is None:
            return
        scope, _, node = self.settings["url"]
        match = _GENERATION.fullmatch(url)
        if match is None or match[1] not in tuple(SiteKind):
            scope.error(node, f"{shown(url)} is not a sandbox", f"write sandbox:{self.kind}", field="url")
        elif match[1] != self.kind:
            title = KIND_TITLES[self.kind]
            scope.error(
                node, f"the site is of kind {self.kind}, its sandbox is not {title}", f"write sandbox:{self.kind}", field="url"
            )
        elif match[2] and match[2] not in GENERATIONS[self.kind]:
            known = GENERATIONS[self.kind]
            hint = meant(match[2], known) or f"one of: {', '.join(known)}"
            scope.error(node, f"{shown(match[2])} is not a generation of {KIND_TITLES[self.kind]}", hint, field="url")


def _url(scope: Scope, node: Node) -> str | Secret | None:
    raw = getattr(node, "value", "")
    has_user = isinstance(raw, str) and bool(urls.userinfo(raw))
    value = texts.text(scope, node, field="url", is_secret=has_user)
    if has_user:
        scope.error(node, "the address holds a user or password", "log in with auth:", field="url")
        return None
    if not isinstance(value, str) or value.startswith(_SANDBOX):
        return value
    if words := urls.complaint(value):
        scope.error(node, *words, field="url")
        return None
    if "?" in value or "#" in value:
        scope.error(node, "the address of a site has no ? and no #", "write its root", field="url")
        return None
    scheme, host = urls.scheme_and_host(value)
    if scheme == "http" and not is_loopback(host):
        scope.warning(node, "credentials will travel unencrypted", "write https://", field="url")
    return value.rstrip("/")


def _tls(scope: Scope, node: Node) -> Tls | None:
    entries = nodes.pairs(scope, node, want="a mapping", field="tls")
    found: dict[str, Any] = {}
    for name, _, value in keys.known(scope, entries or (), words.TLS, "tls", field="tls"):
        if nodes.is_null(value):
            continue
        if name == "verify":
            found[name] = nodes.boolean(scope, value, field="tls.verify")
            if found[name] is False:
                scope.warning(
                    value, "the site's certificate is not checked", "name its authority: tls: {ca_file: …}", field="tls.verify"
                )
        elif path := nodes.plain_text(scope, value, what="a path", field=f"tls.{name}"):
            found[name] = str(scope.source.folder / path)
    if entries and "client_key" in found and "client_cert" not in found:
        scope.error(node, "client_key stands here without client_cert", "name both files", field="tls")
    return Tls(**{name: value for name, value in found.items() if value is not None})


def _timeout(scope: Scope, node: Node) -> float | None:
    value = getattr(node, "value", None)
    if isinstance(value, str) and nodes.tag_of(node) == PLAIN and _NUMBER.fullmatch(value) and len(value) < 12:
        seconds = float(value)
        if 0 < seconds <= _LONGEST_TIMEOUT:
            return seconds
    scope.error(node, "a timeout is a number of seconds above 0, at most a day", "write 30", field="timeout")
    return None


def _parallelism(scope: Scope, node: Node) -> int | None:
    return nodes.whole(scope, node, 1, 1000, field="parallelism")
