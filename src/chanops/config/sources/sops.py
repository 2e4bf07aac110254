"""`${sops:FILE#path.to.key}`: a value of a file that the program sops decrypts, in memory alone and once per run."""

from __future__ import annotations

import json
import os
import re
import shutil
from typing import TYPE_CHECKING, Any

from chanops.config.sources.contents import text_of
from chanops.config.sources.program import run

if TYPE_CHECKING:
    from pathlib import Path

    from chanops.config.surroundings import Surroundings


def look_up(argument: str, around: Surroundings) -> str | None:
    r"""Return the value at *argument*; a dot that belongs to a key is written `\.`, an item of a list by its number from 0."""
    name, _, path = argument.rpartition("#")
    file = (around.folder / name).absolute()
    value = around.lookups.once(("sops", file), lambda: _decrypt(file, around))
    for key in re.split(r"(?<!\\)\.", path):
        value = _inside(value, key.replace("\\.", "."))
    return text_of(value)


def _decrypt(file: Path, around: Surroundings) -> Any:  # noqa: ANN401 - whatever the file holds
    program = shutil.which("sops", path=around.environ.get("PATH", os.defpath))
    if program is None:
        raise LookupError("cannot be read: the program sops is not installed", "install it: https://getsops.io")
    if not file.is_file():
        raise LookupError("cannot be read: there is no such file", "the path starts at the folder of the YAML")
    data = run([program, "--decrypt", "--output-type", "json", str(file)], around, "sops")
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        raise LookupError("cannot be read: sops printed no JSON") from None


def _inside(value: Any, key: str) -> Any:  # noqa: ANN401 - JSON
    """Return what *value* has under *key*, None for nothing."""
    if isinstance(value, dict):
        return value.get(key)
    if isinstance(value, list) and key.isdecimal() and int(key) < len(value):
        return value[int(key)]
    return None
