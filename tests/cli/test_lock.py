"""Model rules through the command line: asked for, kept in the lock, arriving as a reviewed line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from chanops.sandbox.upstream import Fault, Provider
from cli.stage import Stage, Terminal, entry, newapi, octopus
from upstreams.served import served

MODELS = ["gpt-4o", "gpt-4o-mini", *(f"m{n}" for n in range(10))]


@dataclass
class Upstream:
    """A provider on loopback, and a site of either kind that follows it."""

    provider: Provider
    url: str
    stage: Stage

    def declare(self, rule: dict[str, Any] | None = None, **fields: Any) -> None:
        models = {"from": "upstream"} | (rule or {})
        ruled = entry("A", base_url=self.url, models=models, **fields)
        self.stage.declare(main=newapi(ruled, entry("Plain")), edge=octopus(ruled))

    def lock(self) -> str:
        return (self.stage.folder / "chanops.lock.yaml").read_text()

    def live_models(self, address: str = "main/channel/A") -> list[str]:
        models: list[str] = self.stage.live(address)["fields"]["models"]
        return sorted(models)


@pytest.fixture
def upstream(stage: Stage) -> Iterator[Upstream]:
    provider = Provider(list(MODELS))
    with served(provider) as url:
        found = Upstream(provider, url, stage)
        found.declare()
        yield found


def test_without_a_lock_the_plan_asks_and_says_so(upstream: Upstream) -> None:
    ended = upstream.stage.run("plan")

    assert ended.code == 0
    assert '+ "gpt-4o-mini"' in ended.out
    assert "its models were asked for just now" in ended.out


def test_apply_then_plan_is_empty(upstream: Upstream) -> None:
    upstream.stage.apply()

    assert upstream.live_models() == upstream.live_models("edge/channel/A") == sorted(MODELS)
    assert upstream.stage.run("plan", "--detailed-exitcode").code == 0


def test_with_a_lock_the_plan_needs_no_upstream(upstream: Upstream) -> None:
    assert upstream.stage.run("lock").code == 0
    asked = len(upstream.provider.requests)

    upstream.stage.apply()

    assert len(upstream.provider.requests) == asked
    assert upstream.live_models() == sorted(MODELS)


def test_an_unchanged_upstream_gives_an_unchanged_file(upstream: Upstream) -> None:
    upstream.stage.run("lock")
    before = upstream.lock()
    upstream.provider.models = list(reversed(MODELS))

    ended = upstream.stage.run("lock", "--check")

    assert (ended.code, upstream.lock()) == (0, before)
    assert "nothing has changed, 2 lists" in ended.out


def test_a_new_model_arrives_as_a_line_of_the_lock(upstream: Upstream) -> None:
    upstream.stage.run("lock")
    upstream.stage.apply()
    before = upstream.lock()
    upstream.provider.models = [*MODELS, "gpt-5"]

    assert upstream.stage.run("plan", "--detailed-exitcode").code == 0
    checked = upstream.stage.run("lock", "--check")
    assert (checked.code, upstream.lock()) == (2, before)
    assert "main/channel/A\n  + gpt-5" in upstream.stage.run("lock").out
    assert '        - "gpt-5"\n' in upstream.lock()
    assert '+ "gpt-5"' in upstream.stage.run("plan").out


def test_a_list_that_shrank_too_far_is_refused_by_plan_and_lock(upstream: Upstream) -> None:
    upstream.stage.run("lock")
    upstream.stage.apply()
    before = upstream.lock()
    upstream.provider.models = ["gpt-4o"]

    ended = upstream.stage.run("lock")

    assert (ended.code, upstream.lock()) == (3, before)
    assert "would lose 11 of its 12 models; max_removed allows 20% (2)" in ended.err
    (upstream.stage.folder / "chanops.lock.yaml").unlink()
    assert upstream.stage.run("plan").code == 3


def test_as_json_a_list_that_shrank_too_far_names_the_guard_and_what_lifts_it(upstream: Upstream) -> None:
    upstream.stage.apply()
    upstream.provider.models = ["gpt-4o"]

    ended = upstream.stage.run("lock", "--json")

    assert ended.code == 3
    assert {(hit["site"], hit["guard"]) for hit in ended.json["guards"]} == {("main", "max_removed"), ("edge", "max_removed")}
    assert all("max_removed: " in hit["lift_yaml"] for hit in ended.json["guards"])


def test_a_written_limit_lets_the_models_go(upstream: Upstream) -> None:
    upstream.stage.apply()
    upstream.provider.models = ["gpt-4o"]
    upstream.declare({"max_removed": "100%"})

    upstream.stage.apply("--allow-route-loss", "*")

    assert upstream.live_models() == ["gpt-4o"]


@pytest.mark.parametrize("fault", ["401", "403", "404", "429", "500", "html", "empty"])
def test_a_provider_that_does_not_answer_leaves_the_live_list_alone_and_the_others_go_on(
    upstream: Upstream, fault: str
) -> None:
    upstream.stage.apply()
    upstream.provider.fault = Fault(fault)
    upstream.declare(priority=None)
    upstream.stage.declare(
        main=newapi(entry("A", base_url=upstream.url, models={"from": "upstream"}, priority=7), entry("Plain", priority=7))
    )

    ended = upstream.stage.run("apply", "--auto-approve")

    assert ended.code == 1
    assert "its models have no value" in ended.out
    assert upstream.live_models() == sorted(MODELS)
    assert [upstream.stage.live(f"main/channel/{n}")["fields"]["priority"] for n in ("A", "Plain")] == [7, 7]


def test_locked_refuses_to_ask(upstream: Upstream) -> None:
    ended = upstream.stage.run("plan", "--locked")

    assert ended.code == 1
    assert upstream.provider.requests == []
    assert "the lock has no entry for this rule; run `chanops lock`" in ended.out


def test_a_saved_plan_whose_list_moved_is_stale(upstream: Upstream) -> None:
    upstream.stage.run("plan", "--out", "p.json")
    upstream.provider.models = [*MODELS, "gpt-5"]

    assert upstream.stage.run("apply", "p.json").code == 4


def test_a_redirect_writes_the_mapping_and_its_models_together(upstream: Upstream) -> None:
    upstream.provider.models = ["claude-sonnet-4-5"]
    upstream.stage.declare(
        main=newapi(
            entry(
                "A", base_url=upstream.url, models={"from": "upstream"}, redirect={"standards": ["claude-4.5-sonnet"]},
                model_mapping={"mine": "claude-sonnet-4-5"},
            )
        )
    )  # fmt: skip

    upstream.stage.apply()

    fields = upstream.stage.live("main/channel/A")["fields"]
    assert fields["model_mapping"] == {"mine": "claude-sonnet-4-5", "claude-4.5-sonnet": "claude-sonnet-4-5"}
    assert sorted(fields["models"]) == ["claude-4.5-sonnet", "claude-sonnet-4-5", "mine"]
    assert upstream.stage.run("plan", "--detailed-exitcode").code == 0


def test_lock_of_one_site_leaves_the_entries_of_the_others(upstream: Upstream) -> None:
    upstream.stage.run("lock")
    upstream.provider.models = [*MODELS, "gpt-5"]

    upstream.stage.run("lock", "--site", "edge")

    assert upstream.lock().count('"gpt-5"') == 1


def test_a_channel_that_is_gone_leaves_the_lock(upstream: Upstream) -> None:
    upstream.stage.run("lock")
    upstream.stage.declare(main=newapi(entry("Plain")), edge=octopus())

    assert upstream.stage.run("lock").code == 0
    assert upstream.lock().endswith("sites: {}\n")


def test_a_lock_that_somebody_broke_is_an_error_with_the_way_on(upstream: Upstream) -> None:
    upstream.stage.write("sites: [", "chanops.lock.yaml")

    ended = upstream.stage.run("plan")

    assert ended.code == 1
    assert "take it back from git, or delete it and run `chanops lock`" in ended.err


def test_the_lock_holds_no_secret_and_no_rule(upstream: Upstream) -> None:
    upstream.declare({"include": ["*", "mystery-*"]})
    upstream.stage.run("lock")

    assert "mystery" not in upstream.lock()
    assert "sk-" not in upstream.lock()


def test_names_of_every_script_come_back_from_the_lock(upstream: Upstream) -> None:
    names = ["😀", "模型", 'é \\ "x"', "<<", "null"]
    upstream.provider.models = names
    ruled = entry("🚀 通道", base_url=upstream.url, models={"from": "upstream"})
    upstream.stage.declare(main=newapi(ruled))

    assert upstream.stage.run("lock").code == 0

    assert upstream.stage.run("lock", "--check").code == 0
    assert all(f'"{name}"' in upstream.lock() for name in ("🚀 通道", "😀", "模型"))  # a reviewer can read them


def test_a_lock_that_cannot_be_written_is_an_error_and_no_half_a_file(upstream: Upstream) -> None:
    (upstream.stage.folder / "chanops.lock.yaml").symlink_to("/proc/no-file-can-be-made-here")

    ended = upstream.stage.run("lock", "--json")

    assert ended.code == 1
    assert "chanops.lock.yaml cannot be written" in ended.findings[0]


def test_a_lock_whose_lists_stay_the_same_is_said_to_change_when_it_does(upstream: Upstream) -> None:
    upstream.stage.run("lock")
    upstream.declare({"exclude": ["nothing-of-that-name"]})

    checked = upstream.stage.run("lock", "--check")
    as_json = upstream.stage.run("lock", "--check", "--json")

    assert (checked.code, as_json.code, as_json.json["changed"]) == (2, 2, True)
    assert "would change" in checked.out
    assert "written" in upstream.stage.run("lock").out


def test_a_site_that_cannot_be_read_keeps_its_entries_and_the_others_are_locked(upstream: Upstream) -> None:
    upstream.stage.run("lock")
    upstream.provider.models = [*MODELS, "gpt-5"]
    ruled = entry("A", base_url=upstream.url, models={"from": "upstream"})
    upstream.stage.declare(main=newapi(ruled, url="http://127.0.0.1:9"), edge=octopus(ruled))

    ended = upstream.stage.run("lock", "--json")

    assert (ended.code, list(ended.json["channels"])) == (1, ["edge/channel/A"])
    assert [found["rule"] for found in ended.json["diagnostics"]] == ["site-unread"]
    assert upstream.lock().count('"gpt-5"') == 1
    assert upstream.lock().count('"gpt-4o"') == 2


def test_lock_asks_only_for_the_channels_that_are_wanted(upstream: Upstream) -> None:
    other = entry("B", base_url=upstream.url, models={"from": "upstream"}, key="${env:TOKEN}")
    upstream.stage.declare(main=newapi(entry("A", base_url=upstream.url, models={"from": "upstream"}), other))

    upstream.stage.run("lock", "--target", "main/channel/B")

    assert len(upstream.provider.requests) == 1


def test_lock_as_json_is_one_object(upstream: Upstream) -> None:
    ended = upstream.stage.run("lock", "--json")

    assert ended.json["changed"] is True
    assert ended.json["channels"]["main/channel/A"]["added"] == sorted(MODELS)


def test_on_a_terminal_one_line_tells_how_many_lists_have_come(upstream: Upstream) -> None:
    terminal = Terminal("lock")

    assert terminal.wait() == 0
    assert "Asking for lists of models: 0 of " in terminal.seen
