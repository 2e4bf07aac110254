"""A provider that answers badly: the finding names provider and channel, the live list stays, and the others go on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from chanops.sandbox.upstream import Fault, Provider
from cli.stage import Stage, entry, newapi
from upstreams.served import served

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cli.stage import Ended

GOOD = ["claude-opus-4-1", "claude-sonnet-4-5"]
THROUGH, DIRECT = "openai", "anthropic"
"""New API asks for the lists of the one type itself, of the other it reads 20 models: chanops asks."""


@dataclass
class Scene:
    """A site with a channel that follows a provider, locked and applied when all was well, and one that does not."""

    stage: Stage
    provider: Provider
    url: str

    def begin(self, type_name: str) -> None:
        self.declare(type_name)
        assert self.stage.run("lock").code == 0
        self.stage.apply()

    def declare(self, type_name: str, priority: int = 0) -> None:
        ruled = entry("A", type=type_name, base_url=self.url, models={"from": "upstream"}, priority=priority)
        self.stage.declare(main=newapi(ruled, entry("Plain", priority=priority)))

    @property
    def lock(self) -> str:
        return (self.stage.folder / "chanops.lock.yaml").read_text()

    def live_models(self) -> list[str]:
        return sorted(self.stage.live("main/channel/A")["fields"]["models"])

    def told(self, ended: Ended) -> dict[str, Any]:
        """Return the one finding that is an error; it names the channel and the provider, at the rule's place."""
        (finding,) = [found for found in ended.json["diagnostics"] if found["severity"] == "error"]
        assert finding["address"] == "main/channel/A"
        assert urlsplit(self.url).netloc in finding["summary"]
        assert finding["range"]["filename"] == "channels.yaml"
        assert finding["detail"], "it says how to go on"
        return dict(finding)


@pytest.fixture
def scene(stage: Stage) -> Iterator[Scene]:
    provider = Provider(list(GOOD))
    with served(provider) as url:
        yield Scene(stage, provider, url)


KINDS = [
    pytest.param(THROUGH, {"fault": Fault.UNAUTHORISED}, "status code 401", id="401"),
    pytest.param(THROUGH, {"fault": Fault.FORBIDDEN}, "status code 403", id="403"),
    pytest.param(THROUGH, {"fault": Fault.NOT_FOUND}, "status code 404", id="404"),
    pytest.param(THROUGH, {"fault": Fault.RATE_LIMITED}, "status code 429", id="429"),
    pytest.param(THROUGH, {"fault": Fault.BROKEN}, "status code 500", id="500"),
    pytest.param(DIRECT, {"fault": Fault.UNAUTHORISED}, "HTTP 401: the key is not known", id="401 to chanops"),
    pytest.param(DIRECT, {"fault": Fault.RATE_LIMITED}, "HTTP 429: too many requests", id="429 to chanops"),
    pytest.param(THROUGH, {"fault": Fault.HTML}, "cannot be read", id="HTML"),
    pytest.param(DIRECT, {"fault": Fault.HTML}, "JSON was expected, and a web page came", id="HTML to chanops"),
    pytest.param(THROUGH, {"fault": Fault.EMPTY}, "no model came back", id="empty"),
    pytest.param(DIRECT, {"fault": Fault.EMPTY}, "it lists no model", id="empty to chanops"),
    pytest.param(THROUGH, {"fault": Fault.HUGE}, "more than 2,000 models came back", id="10 MB", marks=pytest.mark.slow),
    pytest.param(DIRECT, {"fault": Fault.HUGE}, "the answer is larger than 10 MB", id="10 MB to chanops"),
    pytest.param(
        DIRECT,
        {"models": [f"m{number}" for number in range(2001)], "most_on_page": 1},
        "its list has more than 20 pages",
        id="2,001 pages",
    ),
    pytest.param(DIRECT, {"fault": Fault.REPEATED_CURSOR}, "its pages lead in a circle", id="repeated cursor"),
    pytest.param(THROUGH, {"fault": Fault.COMMAS}, "it holds a comma, and gateways split there", id="commas"),
    pytest.param(DIRECT, {"fault": Fault.CONTROL_CHARACTERS}, "it holds a control character", id="control characters"),
]


@pytest.mark.parametrize(("type_name", "goes_bad", "reason"), KINDS)
def test_a_bad_list_is_one_clear_finding_and_changes_nothing(
    scene: Scene, type_name: str, goes_bad: dict[str, Any], reason: str
) -> None:
    scene.begin(type_name)
    before = scene.lock
    for name, value in goes_bad.items():
        setattr(scene.provider, name, value)
    scene.declare(type_name, priority=7)

    locked = scene.stage.run("lock", "--json")
    after = scene.lock
    (scene.stage.folder / "chanops.lock.yaml").unlink()
    applied = scene.stage.run("apply", "--auto-approve", "--json")

    assert (locked.code, applied.code) == (1, 1)
    for ended in (locked, applied):
        finding = scene.told(ended)
        assert reason in finding["summary"]
        assert finding["summary"].isprintable()
    assert after == before
    assert scene.live_models() == sorted(GOOD)
    assert [scene.stage.live(f"main/channel/{name}")["fields"]["priority"] for name in ("A", "Plain")] == [7, 7]


RULED = """\
version: 1
sites:
  main:
    kind: newapi
    url: sandbox:newapi
    channels:
      - name: A
        type: openai
        key: ${env:KEY}
        models:
          from: upstream
          LIST: ["gpt-*", 'PATTERN']
"""
PATTERNS = [
    pytest.param("re:gpt-(", "the expression cannot be compiled", id="cannot compile"),
    pytest.param("re:(a{1000}){1000}", "the expression cannot be compiled", id="would be too large"),
    pytest.param("re:(?=gpt)", "an engine that backtracks", id="looks ahead"),
    pytest.param("re:(?<!x)gpt", "an engine that backtracks", id="looks behind"),
    pytest.param(r"re:(a+)\1", "an engine that backtracks", id="refers back"),
]


@pytest.mark.parametrize("list_name", ["include", "exclude"])
@pytest.mark.parametrize(("pattern", "reason"), PATTERNS)
def test_an_expression_that_cannot_be_used_is_a_finding_at_its_place(
    stage: Stage, list_name: str, pattern: str, reason: str
) -> None:
    stage.write(RULED.replace("LIST", list_name).replace("PATTERN", pattern))

    ended = stage.run("plan")

    assert (ended.code, ended.out) == (1, "")
    assert "--> channels.yaml:12:30" in ended.err
    assert reason in ended.err
    assert not stage.database("main").exists()
