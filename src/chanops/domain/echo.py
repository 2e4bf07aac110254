"""A list of models that repeats what it was asked with: such a name would carry a key into files that are committed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from chanops.domain.discovery import Failure, Models, State
from chanops.domain.model_names import LONGEST
from chanops.domain.screen import readings
from chanops.domain.secret import PIECE, Secret
from chanops.domain.value import reveal
from chanops.domain.vocabulary import is_secret_header

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from chanops.domain.discovery import Listing
    from chanops.domain.value import Value

REASON: Final = "a name on it repeats the key that it was asked with"
MEND: Final = "list the models by hand, and give the channel another key"


def refuse_echo(listing: Listing, credentials: Iterable[str]) -> Listing:
    """Return *listing*, or a failure in its place when one of its names repeats one of *credentials*.

    Two thirds of one count, as they are or encoded: people make keys of words that name models, too (`sk-deepseek-team`).
    """
    if not isinstance(listing, Models):
        return listing
    texts = readings("\n".join(name[:LONGEST] for name in listing.names))  # no longer one is ever taken or shown
    if any(piece in text for credential in set(credentials) for piece in _pieces(credential) for text in texts):
        return Failure(State.INVALID_RESPONSE, REASON, listing.source, mend=MEND)
    return listing


def credentials_in(fields: Mapping[str, Value]) -> Iterator[str]:
    """Yield what a channel with *fields* shows its provider: keys, and headers that hold or are secrets."""
    for path in ("key", "keys"):
        value = fields.get(path)
        for item in value if isinstance(value, Sequence) and not isinstance(value, str) else (value,):
            if isinstance(item, Secret | str):
                yield str(reveal(item))
    headers = fields.get("headers")
    for name, value in headers.items() if isinstance(headers, Mapping) else ():
        if isinstance(value, Secret) or is_secret_header(name):
            yield str(reveal(value))


def _pieces(credential: str) -> Iterator[str]:
    """Yield the pieces of *credential* that may not be repeated; a word such as `ollama` has none."""
    length = max(PIECE, -(-len(credential) * 2 // 3))
    return (credential[i : i + length] for i in range(len(credential) - length + 1))
