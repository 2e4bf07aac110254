"""The reference pages say everything: each command, option, environment variable and key, as the program knows them."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterator
from types import ModuleType

import click
import pytest

from chanops.cli.app import chanops
from chanops.cli.exit_codes import PRECEDENCE, ExitCode
from chanops.config import words
from chanops.domain.vocabulary import FIELDS, LIFE_CYCLE
from docs.fences import ROOT

GIVEN_BY_HAND = ("--auto-approve", "--allow-", "--max-")


def load_generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs/generate.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def walk(path: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            sub = command.get_command(context, name)
            assert sub
            yield from walk(f"{path} {name}", sub)


COMMANDS = dict(walk("chanops", chanops))
OPTIONS = [(path, o) for path, command in COMMANDS.items() for o in command.params if isinstance(o, click.Option)]
CLI = (ROOT / "docs/reference/cli.md").read_text(encoding="utf-8")
YAML = (ROOT / "docs/reference/yaml.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted(load_generator().pages()))
def test_a_generated_page_is_what_make_docs_writes(name: str) -> None:
    assert (ROOT / name).read_text(encoding="utf-8") == load_generator().pages()[name], "run `make docs`"


def test_every_command_has_a_section() -> None:
    assert [path for path in COMMANDS if path != "chanops" and f"\n## {path}\n" not in CLI] == []


def test_every_option_stands_in_the_section_of_its_command() -> None:
    sections = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", CLI, re.MULTILINE | re.DOTALL))
    missing = [
        (path, name)
        for path, option in OPTIONS
        for name in option.opts
        if path in sections and f"`{name}" not in sections[path]
    ]

    assert missing == []


def test_every_option_says_what_it_does() -> None:
    assert [(path, option.name) for path, option in OPTIONS if not option.help] == []


def test_a_variable_is_named_after_its_flag() -> None:
    odd = [
        (path, option.envvar)
        for path, option in OPTIONS
        if option.envvar and option.envvar not in {f"CHANOPS_{name[2:].replace('-', '_').upper()}" for name in option.opts}
    ]

    assert odd == []


def test_no_variable_lifts_a_guard_or_approves_a_plan() -> None:
    assert [o.envvar for _, o in OPTIONS if o.envvar and any(name.startswith(GIVEN_BY_HAND) for name in o.opts)] == []


@pytest.mark.parametrize("path", [*FIELDS, *LIFE_CYCLE])
def test_every_channel_key_has_a_row(path: str) -> None:
    assert f"| `{path}` |" in YAML


@pytest.mark.parametrize("key", sorted({*words.TOP, *words.SITE, *words.AUTH, *words.TLS, *words.GUARDS}))
def test_every_key_of_the_file_and_of_a_site_has_a_row(key: str) -> None:
    assert f"| `{key}` |" in YAML


def test_every_exit_code_is_explained_in_its_order() -> None:
    page = (ROOT / "docs/reference/exit-codes.md").read_text(encoding="utf-8")
    order = re.search(r"first in this order counts: (.*)\.", page)
    assert order

    assert [code.value for code in ExitCode if f"| {code.value} |" not in page] == []
    assert re.findall(r"\d+", order[1]) == [str(code.value) for code in PRECEDENCE if code is not ExitCode.OK]
