"""Addresses of upstreams and proxies: trimmed of blanks, without faults, their passwords kept secret."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yaml.nodes import ScalarNode

from chanops.config import nodes, texts, traps, urls
from chanops.config.compose import PLAIN

if TYPE_CHECKING:
    from yaml.nodes import Node

    from chanops.config.scope import Scope
    from chanops.domain.secret import Secret
    from chanops.domain.vocabulary import Field

_RULE = "url-form"


def read_url(scope: Scope, field: Field, node: Node) -> str | Secret | None:
    """Return an upstream's address."""
    value = _text(scope, field, node)
    if not isinstance(value, str):
        return value
    url = value.strip()
    if not url or url in urls.PLAN_WORDS:
        return url
    if words := urls.complaint(url):
        scope.error(node, *words, field=field.path, rule=_RULE)
        return None
    if url != value:
        scope.notice(node, "the blanks at the ends of the address will be trimmed", field=field.path, rule=_RULE)
    elif url.endswith("/") and "#" not in url and "?" not in url:
        scope.notice(node, "the slash at the end of the address will be trimmed", field=field.path, rule=_RULE)
    return _guarded(scope, field, node, url)


def read_urls(scope: Scope, field: Field, node: Node) -> tuple[str | Secret, ...] | None:
    """Return several addresses of one upstream."""
    items = nodes.items(scope, node, want="a list of addresses", field=field.path)
    if items is None:
        return None
    found = [read_url(scope, field, item) for item in items]
    return None if None in found else tuple(dict.fromkeys(item for item in found if item is not None))


def read_proxy(scope: Scope, field: Field, node: Node) -> str | Secret | bool | None:
    """Return a proxy's address, or true or false for the gateway's own."""
    if type(node) is ScalarNode and nodes.tag_of(node) == PLAIN and traps.reads_as(node.value) in ("true", "false"):
        return nodes.boolean(scope, node, field=field.path)
    value = _text(scope, field, node)
    if not isinstance(value, str) or not value:
        return value
    if words := urls.complaint(value, urls.PROXIES):
        scope.error(node, *words, field=field.path, rule=_RULE)
        return None
    return _guarded(scope, field, node, value)


def _text(scope: Scope, field: Field, node: Node) -> str | Secret | None:
    has_password = type(node) is ScalarNode and bool(urls.userinfo(node.value))
    return texts.text(scope, node, field=field.path, is_secret=has_password)


def _guarded(scope: Scope, field: Field, node: Node, url: str) -> str | Secret:
    """Return *url*, as a secret when it holds a user or password."""
    if not (user := urls.userinfo(url)):
        return url
    detail = "write it as ${env:NAME}"
    scope.warning(node, "the address holds a user or password as plain text", detail, field=field.path)
    texts.remember(scope, user.rpartition(":")[2])
    return texts.remember(scope, url)
