"""A digest of what the files say: the same for the same content, whatever its comments, spacing, quotes or key order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yaml.nodes import MappingNode, ScalarNode

from chanops.config import traps
from chanops.config.compose import PLAIN, QUOTED

try:  # hashlib loads OpenSSL, which takes longer than all the rest of a small `validate`
    from _sha2 import sha256  # type: ignore[import-not-found]
except ImportError:
    try:
        from _sha256 import sha256  # type: ignore[import-not-found]
    except ImportError:
        from hashlib import sha256

if TYPE_CHECKING:
    from collections.abc import Iterable

    from yaml.nodes import Node


def digest_of(roots: Iterable[Node]) -> str:
    """Return the digest of all files; references count as text, never by value, and the order of files does not."""
    parts = sorted(sha256(repr(_canonical(root)).encode("utf-8", "surrogatepass")).digest() for root in roots)
    return f"sha256:{sha256(b''.join(parts)).hexdigest()}"


def _canonical(node: Node) -> object:
    if type(node) is ScalarNode:
        return _scalar(node)
    if type(node) is MappingNode:
        return dict(sorted(((repr(_canonical(k)), _canonical(v)) for k, v in node.value), key=_key))
    return [_scalar(item) if type(item) is ScalarNode else _canonical(item) for item in node.value]


def _key(pair: tuple[str, object]) -> str:
    return pair[0]


def _scalar(node: ScalarNode) -> object:
    """Return the text; marked when YAML reads it as something else."""
    value: str = node.value
    if node.tag == PLAIN and traps.reads_as(value):
        return (value,)
    return value if node.tag in (PLAIN, QUOTED) else (value, node.tag)
