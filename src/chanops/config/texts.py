"""Texts that may hold references, and texts that are secrets."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from chanops.config import nodes
from chanops.config.references import ALLOW_COMMANDS, OPEN, SCHEMES, MalformedError, Template, split
from chanops.config.spelling import shown
from chanops.domain.secret import Secret

if TYPE_CHECKING:
    from yaml.nodes import Node

    from chanops.config.scope import Scope

BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def text(scope: Scope, node: Node, *, field: str = "", is_secret: bool = False) -> str | Secret | None:
    """Return the text of *node*, a Secret when it holds references; None when it is none, which is noted."""
    value = nodes.text(scope, node, field=field, is_secret=is_secret)
    return None if value is None else expand(scope, node, value, field=field, is_secret=is_secret)


def expand(scope: Scope, node: Node, value: str, *, field: str = "", is_secret: bool = False) -> str | Secret | None:
    """Return *value*, as a Secret that resolves its references if it holds any."""
    if OPEN not in value:
        return value
    try:
        pieces = split(value)
    except MalformedError as fault:
        summary = "a reference here is malformed" if is_secret else fault.summary
        scope.error(node, summary, fault.detail, field=field)
        return None
    if all(isinstance(piece, str) for piece in pieces):
        return "".join(map(str, pieces))
    if not scope.around.allows_commands and any(SCHEMES[p.scheme].is_command for p in pieces if not isinstance(p, str)):
        scope.error(node, "this file may not run commands", ALLOW_COMMANDS, field=field)
        return None
    template = Template(pieces, scope.place(node), scope.around, scope.address, field, is_secret=is_secret)
    scope.around.lookups.templates.append(template)
    return template.secret()


def secret(scope: Scope, node: Node, *, field: str = "") -> Secret | None:
    """Return the secret that *node* refers to; a literal one is refused unless the file allows it."""
    value = text(scope, node, field=field, is_secret=True)
    if value is None or isinstance(value, Secret):
        return value
    if not value:
        scope.warning(node, "the secret is empty", "write ${env:NAME} or ${file:PATH}", field=field)
    elif not scope.allows_plaintext:
        detail = "write ${env:NAME} or ${file:PATH}, or allow_plaintext_secrets: true at the top of this file"
        scope.error(node, "a secret stands here as plain text", detail, field=field)
    return remember(scope, value)


def remember(scope: Scope, value: str) -> Secret:
    """Return the literal *value* as a secret of this run."""
    scope.around.ledger.remember(value)
    return Secret(value)


def line(scope: Scope, node: Node, what: str, *, field: str = "") -> str | None:
    """Return a name: one line, not empty, no blanks at its ends, no control, bidirectional or separator characters."""
    value = nodes.text(scope, node, field=field)
    if value is None:
        return None
    if OPEN in value:
        scope.error(node, f"{what} takes no reference", "write it out", field=field)
    elif not value.strip():
        scope.error(node, f"{what} is empty", field=field)
    elif value != value.strip():
        scope.error(node, f"{what} has blanks at its ends", f"write {shown(value.strip())}", field=field)
    elif not value.isprintable() and (sign := strange_sign(value)):
        scope.error(node, f"{what} holds the character U+{ord(sign):04X}", "a name is one line of visible signs", field=field)
    else:
        return value
    return None


def strange_sign(value: str) -> str:
    """Return the first control, bidirectional or separator character of *value*, or nothing."""
    return next((sign for sign in value if sign in BIDI or unicodedata.category(sign) in ("Cc", "Zl", "Zp")), "")
