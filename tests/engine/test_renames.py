"""A delete and a create that look alike bring a hint; where nobody can know, none."""

from __future__ import annotations

from typing import Any

import pytest

from builders import channel, live
from chanops.domain.change import Action
from chanops.domain.finding import Severity
from chanops.domain.gateway import LiveSite
from chanops.domain.plan import SitePlan
from chanops.domain.policy import Guards, Manage, ManageMode, Selection
from chanops.domain.resources import ChannelState, DesiredChannel, LiveChannel
from chanops.domain.site import Auth, Site
from chanops.domain.vocabulary import SiteKind
from chanops.engine.planner import Asked, plan_site
from chanops.engine.renames import MOST
from memory_gateway import MemoryDialect, marked

URL = "https://api.one.example"


def plan(*declared: DesiredChannel, lives: list[LiveChannel], asked: Asked | None = None) -> SitePlan:
    manage = Manage(ManageMode.MARKED)
    site = Site("main", SiteKind.NEWAPI, "http://127.0.0.1", Auth(), manage, Guards(), "team", channels=declared)
    return plan_site(site, LiveSite("main", MemoryDialect(), "v1", tuple(lives)), asked or Asked(Selection()))


def hints(*declared: DesiredChannel, lives: list[LiveChannel], asked: Asked | None = None) -> list[str]:
    part = plan(*declared, lives=lives, asked=asked)
    return [f"{f.address}: {f.summary}" for f in part.findings if f.severity is Severity.NOTICE]


def new(name: str, **fields: Any) -> DesiredChannel:
    return channel(name, **({"base_url": URL} | fields))


def ours(name: str, remote_id: str = "12", **fields: Any) -> LiveChannel:
    return marked(live(name, remote_id=remote_id, **({"base_url": URL} | fields)))


def test_a_create_that_looks_like_a_delete_is_hinted_at_with_the_line_to_write() -> None:
    part = plan(new("New"), lives=[ours("Old")])

    (hint,) = part.findings
    assert (hint.severity, hint.summary, str(hint.address)) == (
        Severity.NOTICE, 'looks like "Old" renamed', "main/channel/New",
    )  # fmt: skip
    assert hint.detail == 'write moved_from: "Old" to keep its id and its usage figures'


@pytest.mark.parametrize(
    "fields",
    [{"type": "anthropic"}, {"base_url": "https://api.two.example"}, {"models": ["claude"]}, {"models": ["gpt-4o", "b", "c"]}],
)
def test_another_type_address_or_list_of_models_is_another_channel(fields: dict[str, Any]) -> None:
    assert hints(new("New", **fields), lives=[ours("Old")]) == []


def test_a_model_more_is_nearly_the_same() -> None:
    declared = new("New", models=["a", "b", "c"])

    assert hints(declared, lives=[ours("Old", models=["a", "b"])]) == ['main/channel/New: looks like "Old" renamed']


def test_what_fits_best_is_hinted_at() -> None:
    lives = [ours("Near", "1", models=["a", "b"]), ours("Same", "2", models=["a", "b", "c"])]

    assert hints(new("New", models=["a", "b", "c"]), lives=lives) == ['main/channel/New: looks like "Same" renamed']


def test_of_several_that_fit_equally_nobody_knows_which_it_was() -> None:
    assert hints(new("New"), lives=[ours("One", "1"), ours("Two", "2")]) == []
    assert hints(new("New"), new("Newer"), lives=[ours("Old")]) == []


def test_a_channel_that_is_declared_absent_has_not_moved() -> None:
    absent = new("Old", state={"state": ChannelState.ABSENT})

    assert hints(new("New"), absent, lives=[ours("Old")]) == []


def test_a_foreign_channel_is_no_former_name() -> None:
    assert hints(new("New"), lives=[live("Old", base_url=URL)]) == []


def test_what_the_run_leaves_out_is_not_hinted_at() -> None:
    assert hints(new("New"), lives=[ours("Old")], asked=Asked(Selection(targets=("New",)))) == []


def test_of_many_alike_those_with_just_the_same_models_are_found() -> None:
    count = MOST + 1
    declared = [new(f"new {number}", models=[f"m{number}"]) for number in range(count)]
    lives = [ours(f"old {number}", str(number + 1), models=[f"m{number}"]) for number in range(count)]

    assert len(hints(*declared, lives=lives)) == count
    assert sum(change.action is Action.DELETE for change in plan(*declared, lives=lives).changes) == count


def test_of_many_with_the_same_models_none_is_found() -> None:
    declared = [new(f"new {number}") for number in range(MOST + 1)]
    lives = [ours(f"old {number}", str(number + 1)) for number in range(MOST + 1)]

    assert hints(*declared, lives=lives) == []
