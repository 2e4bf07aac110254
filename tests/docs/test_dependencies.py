"""Every dependency is used, has its reason on a page, and is pinned to one version."""

from __future__ import annotations

import re
import tomllib
from typing import Final

import pytest

from docs.fences import ROOT

PROJECT: Final = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PAGE: Final = (ROOT / "docs/decisions/0002-dependencies.md").read_text(encoding="utf-8")
PINNED: Final = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
MODULES: Final = {"PyYAML": "yaml", "google-re2": "re2"}


def names_of(requirements: list[str]) -> list[str]:
    return [match[0] for match in map(re.compile(r"[A-Za-z0-9.-]+").match, requirements) if match and match[0] != "chanops"]


EXTRAS: Final = PROJECT["optional-dependencies"]
NEEDED: Final = names_of([*PROJECT["dependencies"], *(name for extra in EXTRAS if extra != "dev" for name in EXTRAS[extra])])
DEVELOPING: Final = names_of(EXTRAS["dev"])


@pytest.mark.parametrize("name", [*NEEDED, *DEVELOPING])
def test_a_dependency_has_its_reason_and_one_version(name: str) -> None:
    assert re.search(rf"^\|[^|]*\b{name}\b", PAGE, re.MULTILINE)
    assert any(line.startswith(f"{name}==") for line in PINNED)


@pytest.mark.parametrize("name", NEEDED)
def test_a_dependency_is_used(name: str) -> None:
    module = MODULES.get(name, name)
    sources = (path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.py"))

    assert any(re.search(rf"^\s*(import|from) {module}\b", source, re.MULTILINE) for source in sources)


def test_constraints_name_versions_and_no_addresses() -> None:
    lines = [line for line in PINNED if not line.startswith("#")]

    assert [line for line in lines if not re.fullmatch(r"[A-Za-z0-9_.-]+==[A-Za-z0-9.]+", line)] == []
    assert "chanops" not in "\n".join(lines)
