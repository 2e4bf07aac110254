"""A `.env.example`: the variables that files refer to, and what each is for, without a value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chanops.authoring.layout import line_end
from chanops.authoring.starting import env_example
from chanops.authoring.yaml_text import comment

if TYPE_CHECKING:
    from collections.abc import Mapping


def purposes_in(text: str) -> dict[str, str]:
    """Return the names in *text* and what the comment above each says that it is for; empty where none does."""
    found, above = {}, ""
    for line in map(str.strip, text.splitlines()):
        name, equals, _ = line.removeprefix("export ").partition("=")
        if equals and not line.startswith("#"):
            found[name.strip()] = above
        above = line.removeprefix("#").strip() if line.startswith("#") else ""
    return found


def extended(text: str | None, purposes: Mapping[str, str]) -> str:
    """Return *text* with the names of *purposes* that it lacks behind everything else; None: there is none yet."""
    if text is None:
        return env_example(purposes)
    end, known = line_end(text), purposes_in(text)
    lines = [line for name, what in purposes.items() if name not in known for line in ("", comment(what), f"{name}=")]
    gap = end if lines and text and not text.endswith("\n") else ""
    return text + gap + "".join(f"{line}{end}" for line in lines)
