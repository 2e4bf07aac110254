"""Files that a person will go on with: written whole or not at all, and never over something that is there."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Final

from chanops.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def read_text(path: Path) -> str | None:
    """Return what the file at *path* holds; None when there is none. Line ends stay as they are."""
    try:
        return path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as fault:
        raise UsageError(f"{path} cannot be read: {getattr(fault, 'strerror', None) or 'it is not UTF-8 text'}") from None


WRITTEN: Final = "written"
UP_TO_DATE: Final = "up to date"


def write_all_new(texts: Mapping[Path, str], how_else: str) -> dict[Path, str]:
    """Write *texts*, and return what became of each file. Raises UsageError with *how_else* when one holds something else.

    Nothing is written then.
    """
    there = {path: read_text(path) for path in texts}
    for path, text in texts.items():
        if there[path] not in (None, text):
            raise UsageError(f"{path} is there already and holds something else; {how_else}")
    for path, text in texts.items():
        if there[path] is None:
            write(path, text)
    return {path: WRITTEN if there[path] is None else UP_TO_DATE for path in texts}


def write(path: Path, text: str) -> None:
    """Write *text* to *path*, so that the file is the former one or the new one at any moment."""
    target = path.resolve()  # a link goes on leading there
    draft = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(text.encode())
        if target.exists():
            draft.chmod(target.stat().st_mode & 0o777)
        draft.replace(target)
    except OSError as fault:
        draft.unlink(missing_ok=True)
        raise UsageError(f"{path} cannot be written: {fault.strerror}") from None
