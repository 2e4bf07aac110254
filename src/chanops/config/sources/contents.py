"""What a source holds, as the text that a reference stands for."""

from __future__ import annotations

from typing import Final

LARGEST: Final = 1024 * 1024  # bytes that one look-up may bring


def decode(data: bytes) -> str:
    """Return *data* as text without its last line end. Raises LookupError."""
    if len(data) > LARGEST:
        raise LookupError("cannot be read: it is larger than 1 MB")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise LookupError("cannot be read: it is not UTF-8 text") from None
    return text.removesuffix("\n").removesuffix("\r")


def text_of(value: object) -> str | None:
    """Return a *value* out of JSON as text, None for nothing. Raises LookupError for what is no text."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise LookupError("cannot be read: it is no text", "write the value in quotes where it is kept")
