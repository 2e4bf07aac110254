"""The pages: what they tell to run runs and prints what they show, their YAML validates, their links lead somewhere."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
import yaml

from docs.fences import PAGES, ROOT, Block, blocks_of, is_printed, prose_of
from docs.shell import run

GENERATED = {ROOT / "docs/reference/cli.md", ROOT / "docs/reference/yaml.md"}
RUNNABLE = [page for page in PAGES if any("run" in block.words for block in blocks_of(page))]
WITH_YAML = [page for page in PAGES if any(block.language == "yaml" for block in blocks_of(page))]


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("page", RUNNABLE, ids=name_of)
def test_what_a_page_runs_prints_what_it_shows(page: Path, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "examples", tmp_path / "examples", ignore=shutil.ignore_patterns(".chanops"))
    printed = exported = ""

    for block in blocks_of(page):
        where = f"{name_of(page)}:{block.line}"
        if "run" in block.words:
            ended = run(exported + block.text, tmp_path)
            printed = ended.stdout
            assert ended.returncode == int(block.setting("exit") or 0), f"{where}\n{printed}"
            if ". ./.env" in block.text:  # a reader's shell keeps what it exported
                exported = f"set -a\n{(tmp_path / '.env').read_text(encoding='utf-8')}set +a\n"
        elif "output" in block.words:
            assert is_printed(block.text, printed), f"{where}\n{printed}"
        elif name := block.setting("file"):
            (tmp_path / name).write_text(block.text, encoding="utf-8")


def test_the_tutorials_and_the_readme_are_run() -> None:
    tutorials = {f"docs/tutorial/{name}.md" for name in ("first-plan", "from-clicks-to-git")}

    assert {"README.md", *tutorials} <= set(map(name_of, RUNNABLE))


@pytest.mark.parametrize("page", WITH_YAML, ids=name_of)
def test_yaml_on_a_page_validates_or_is_marked_as_an_excerpt(page: Path, tmp_path: Path) -> None:
    for block in blocks_of(page):
        if block.language == "yaml":
            assert_is_sound(block, tmp_path, f"{name_of(page)}:{block.line}")


def assert_is_sound(block: Block, folder: Path, where: str) -> None:
    if "excerpt" in block.words:
        yaml.safe_load(block.text)
        return
    (folder / "channels.yaml").write_text(block.text, encoding="utf-8")
    ended = run("chanops validate", folder)
    assert ended.returncode == 0, f"{where}\n{ended.stdout}"


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)]+)\)", prose_of(page))
    inside = [target.partition("#")[0] for target in targets if "://" not in target]

    assert [target for target in inside if target and not (page.parent / target).exists()] == []


@pytest.mark.parametrize("page", [page for page in PAGES if page not in GENERATED], ids=name_of)
def test_prose_has_one_sentence_on_a_line(page: Path) -> None:
    lines = [line for line in prose_of(page).splitlines() if not line.lstrip().startswith("|")]
    sentences = [re.sub(r"^ *([0-9]+\.|-) ", "", line) for line in lines]

    assert [line for line in sentences if re.search(r"[.!?]\*{0,2} [A-Z`\[*]", line)] == []


def test_make_demo_and_make_test_stand_alone_in_the_readme() -> None:
    alone = [block.text.strip() for block in blocks_of(ROOT / "README.md")]

    assert {"make demo", "make test"} <= set(alone)


def test_architecture_names_every_package() -> None:
    source = ROOT / "src/chanops"
    folders = [path for path in sorted(source.rglob("*")) if path.is_dir() and path.name != "__pycache__"]
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")

    names = [f"`src/chanops/{folder.relative_to(source)}/`" for folder in folders]
    missing = [name for name in names if name not in text]
    assert missing == [], "give it a line in the map of ARCHITECTURE.md"
