from __future__ import annotations

from typing import Any

import yaml

from builders import live
from chanops.domain.resources import LiveChannel, Status
from chanops.domain.secret import Secret
from chanops.errors import UnreachableError
from chanops.render.channel_yaml import render_channel
from chanops.render.channels import channels_to_json, render_channels
from chanops.render.escape import width
from chanops.render.json_text import to_json_text
from render.cases import HOSTILE
from render.golden import assert_golden

FULL = live(
    "OctopusX 渠道",
    remote_id="7",
    type=14,
    base_url="https://octopusx.ai",
    key=Secret("sk-live-4711"),
    models=[f"claude-{number}" for number in range(50)],
    groups=["default", "vip"],
    weight=10,
    priority=0,
    tag="",
    headers={"X-Team": "a", "Authorization": "Bearer live-4711"},
    param_override={"temperature": 1e-07, "stop": ["on", "1e3"], "nested": {"a": [1, {"b": None}]}},
    proxy="http://user:live-4711@proxy.example",
    newapi__auto_ban=True,
    newapi__setting={"thinking_to_content": False},
    newapi__status_code_mapping={},
)
LISTED = [
    (FULL, "ours"),
    (live("Slow", remote_id="8", status=Status.EJECTED, groups=["default"], weight=0), "foreign"),
    (live("Off", remote_id="9", status=Status.DISABLED, models=[]), "other-team"),
    (live(HOSTILE, remote_id="10"), "foreign"),
]


def test_channels_stand_in_a_table() -> None:
    assert_golden("channels.txt", render_channels(LISTED))


def test_a_wide_table_has_ids_and_addresses() -> None:
    assert_golden("channels-wide.txt", render_channels(LISTED, wide=True))


def test_channels_of_several_sites_name_their_site() -> None:
    text = render_channels([(live("a"), "ours"), (live("a", site="edge"), "ours")])

    assert text.splitlines()[0].startswith("SITE")
    assert text.endswith("2 channels on 2 sites")


def test_channels_as_json_are_their_golden_file() -> None:
    assert_golden("channels.json", to_json_text(channels_to_json(LISTED)))


def test_one_channel_reads_as_yaml_of_our_own_files() -> None:
    assert_golden("channel.yaml", render_channel(FULL, "ours"))


def read_back(channel: LiveChannel) -> dict[str, Any]:
    entry = yaml.safe_load(render_channel(channel, "ours"))["channels"][0]
    assert isinstance(entry, dict)
    return entry


def test_the_yaml_of_a_channel_reads_back_as_its_fields() -> None:
    entry = read_back(FULL)

    assert entry["name"] == "OctopusX 渠道"
    assert entry["sites"] == ["main"]
    assert entry["type"] == 14
    assert entry["param_override"] == {"temperature": 1e-07, "stop": ["on", "1e3"], "nested": {"a": [1, {"b": None}]}}
    assert entry["newapi"] == {"auto_ban": True, "status_code_mapping": {}, "setting": {"thinking_to_content": False}}
    assert entry["headers"] == {"X-Team": "a"}
    assert entry.keys().isdisjoint({"key", "proxy"})


def test_a_hostile_name_reads_back_whole() -> None:
    assert read_back(live(HOSTILE))["name"] == HOSTILE


def test_the_rows_of_a_table_are_aligned_under_wide_letters() -> None:
    rows = render_channels([(live("渠道"), "ours"), (live("abcd"), "ours")]).splitlines()

    assert width(rows[1][: rows[1].index("openai")]) == width(rows[2][: rows[2].index("openai")])


def test_no_channels_are_said_to_be_none() -> None:
    assert render_channels([]) == "No channels."


def test_sites_that_could_not_be_read_are_diagnostics_of_the_list() -> None:
    data = channels_to_json([], [UnreachableError("edge", "no answer", hint="check the address")])

    assert data["complete"] is False
    told = [(d["site"], d["summary"], d["detail"]) for d in data["diagnostics"]]
    assert told == [("edge", "edge: no answer", "check the address")]
