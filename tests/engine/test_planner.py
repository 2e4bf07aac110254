"""Desired and live in, plan out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import channel, live, secret
from chanops.domain.change import Action, Change
from chanops.domain.finding import Finding, error, notice
from chanops.domain.gateway import LiveSite
from chanops.domain.plan import SitePlan, SiteStatus
from chanops.domain.policy import Guards, Manage, ManageMode, Selection
from chanops.domain.resources import ChannelState, DesiredChannel, LiveChannel, Status
from chanops.domain.secret import Fingerprint
from chanops.domain.site import Auth, Desired, Site
from chanops.domain.vocabulary import SiteKind
from chanops.engine.planner import Asked, make_plan, plan_site
from chanops.errors import UnreachableError
from memory_gateway import MemoryDialect, marked

ALL = Asked(Selection())


def site(*channels: DesiredChannel, name: str = "main") -> Site:
    return Site(
        name, SiteKind.NEWAPI, "http://127.0.0.1", Auth(), Manage(ManageMode.MARKED), Guards(), "team", channels=channels
    )


def plan(declared: Site, *channels: LiveChannel, dialect: MemoryDialect | None = None, asked: Asked = ALL) -> SitePlan:
    return plan_site(declared, LiveSite(declared.name, dialect or MemoryDialect(), "v1", channels), asked)


def only(part: SitePlan) -> Change:
    assert len(part.changes) == 1
    return part.changes[0]


def ours(name: str, **fields: Any) -> LiveChannel:
    whole: dict[str, Any] = {"key": Fingerprint.make([secret().reveal()], b"salt"), "groups": ("default",)} | fields
    return marked(live(name, **whole))


def test_declared_and_not_there_is_a_create_with_defaults() -> None:
    change = only(plan(site(channel("a"))))

    assert (change.action, change.remote_id) == (Action.CREATE, None)
    assert change.after is not None
    assert change.after["enabled"] is True
    assert [field.path for field in change.fields] == ["type", "enabled", "key", "models", "groups"]


def test_in_sync_is_a_no_op() -> None:
    assert only(plan(site(channel("a")), ours("a"))).action is Action.NO_OP


def test_order_of_models_is_no_change() -> None:
    declared = site(channel("a", models=["x", "y"]))

    assert only(plan(declared, ours("a", models=["y", "x"]))).action is Action.NO_OP


def test_a_field_that_is_not_declared_is_not_compared() -> None:
    assert only(plan(site(channel("a")), ours("a", priority=9))).action is Action.NO_OP


@pytest.mark.parametrize(
    ("path", "after", "before"),
    [
        ("priority", 0, 5),
        ("tag", "", "x"),
        ("headers", {}, {"a": "b"}),
        ("enabled", False, True),
        ("models", ("a",), ("a", "b")),
    ],
)
def test_zero_and_empty_are_values(path: str, after: Any, before: Any) -> None:
    change = only(plan(site(channel("a", **{path: after})), ours("a", **{path: before})))

    assert change.action is Action.UPDATE
    assert [(f.path, f.before, f.after) for f in change.fields] == [(path, before, after)]


def test_true_is_not_one() -> None:
    change = only(plan(site(channel("a", param_override={"x": True})), ours("a", param_override={"x": 1})))

    assert change.action is Action.UPDATE


def test_inside_settings_only_declared_keys_are_compared() -> None:
    declared = site(channel("a", newapi__setting={"force_format": True}))

    assert only(plan(declared, ours("a", newapi__setting={"force_format": True, "x": 1}))).action is Action.NO_OP


def test_an_unmarked_channel_is_adopted_with_its_key() -> None:
    change = only(plan(site(channel("a")), live("a")))

    assert change.action is Action.ADOPT
    assert [field.path for field in change.fields] == ["key"]


def test_a_pinned_copy_is_adopted_so_that_its_mark_becomes_its_own() -> None:
    copy = marked(live("a", key=Fingerprint.make([secret().reveal()], b"s")), remote_id="1")

    change = only(plan(site(channel("a", state={"pin": "12"})), copy))

    assert (change.action, change.fields) == (Action.ADOPT, ())


def test_an_adoption_leaves_an_ignored_key_alone() -> None:
    change = only(plan(site(channel("a", state={"ignore": frozenset({"key"})})), live("a")))

    assert (change.action, change.fields) == (Action.ADOPT, ())
    assert "key" not in (change.after or {})


def test_a_rotated_key_is_seen_through_the_fingerprint() -> None:
    declared = site(channel("a", key=secret("KEY", "sk-another-value")))

    assert [field.path for field in only(plan(declared, ours("a"))).fields] == ["key"]


def test_rewrite_keys_writes_a_key_that_looks_the_same() -> None:
    change = only(plan(site(channel("a")), ours("a"), asked=Asked(Selection(), rewrite_keys=True)))

    assert [field.path for field in change.fields] == ["key"]


def test_what_cannot_change_in_place_is_a_replace() -> None:
    dialect = MemoryDialect(stubborn=frozenset({"tag"}))

    change = only(plan(site(channel("a", tag="x")), ours("a", tag="y"), dialect=dialect))

    assert (change.action, change.fields[0].reason) == (Action.REPLACE, "it is stubborn")


def test_a_protected_channel_is_never_replaced() -> None:
    dialect = MemoryDialect(stubborn=frozenset({"tag"}))

    part = plan(site(channel("a", tag="x", state={"protect": True})), ours("a", tag="y"), dialect=dialect)

    assert part.status is SiteStatus.ERROR
    assert "is protected" in part.findings[0].summary


def test_what_cannot_change_at_all_is_said_at_plan_time() -> None:
    dialect = MemoryDialect(fixed=frozenset({"tag"}))

    part = plan(site(channel("a", tag="x")), ours("a", tag="y"), dialect=dialect)

    assert (part.status, part.changes) == (SiteStatus.ERROR, ())
    assert part.findings[0].summary == "tag cannot be changed so: it is set in stone"


def test_a_site_with_an_error_has_no_changes() -> None:
    dialect = MemoryDialect(findings=(error("no"),))

    part = plan(site(channel("a"), channel("b")), dialect=dialect)

    assert (part.status, part.changes) == (SiteStatus.ERROR, ())


def test_ours_and_undeclared_is_deleted_and_foreign_is_not() -> None:
    change = only(plan(site(), ours("a"), live("foreign", remote_id="13")))

    assert (change.action, change.address.name, change.reason) == (Action.DELETE, "a", "it is not in the configuration")


def test_an_absent_channel_is_deleted_if_it_is_there() -> None:
    declared = site(channel("a", state={"state": ChannelState.ABSENT}))

    assert only(plan(declared, live("a"))).reason == "state: absent"
    assert plan(declared).changes == ()


def test_absent_and_protected_contradict_each_other() -> None:
    declared = site(channel("a", state={"state": ChannelState.ABSENT, "protect": True}))

    assert plan(declared, live("a")).status is SiteStatus.ERROR


def test_a_move_is_one_update_with_the_former_address() -> None:
    change = only(plan(site(channel("new", state={"moved_from": "old"})), ours("old")))

    assert change.fields[0].path == "name"
    assert str(change.previous_address) == "main/channel/old"


def test_an_ejected_channel_satisfies_enabled_and_is_warned_of() -> None:
    held = marked(live("a", status=Status.EJECTED, enabled=True, key=Fingerprint.make([secret().reveal()], b"s")))

    part = plan(site(channel("a", enabled=True)), held)

    assert only(part).action is Action.NO_OP
    assert [f.severity.value for f in part.findings] == ["warning"]


def test_a_create_without_a_key_is_an_error() -> None:
    declared = channel("a").with_fields({"type": "openai", "models": ("x",)})

    assert "no key to create it with" in plan(site(declared)).findings[0].summary


def test_a_site_that_could_not_be_read_has_no_plan_and_the_others_have() -> None:
    desired = Desired((site(channel("a")), site(channel("b", "other"), name="other")))

    made = make_plan(
        desired,
        {"main": UnreachableError("main", "no connection"), "other": LiveSite("other", MemoryDialect(), "v", ())},
        ALL,
    )

    assert [(part.site, part.status.value) for part in made.sites] == [("main", "error"), ("other", "ok")]
    assert not made.is_complete
    assert [c.address.site for c in made.pending] == ["other"]


@pytest.mark.parametrize(
    ("selection", "names"),
    [
        (Selection(targets=("main/channel/a*",)), ["a1", "a2"]),
        (Selection(excludes=("*a1",)), ["a2", "b"]),
        (Selection(targets=("a*",), excludes=("a2",)), ["a1"]),
    ],
)
def test_a_selection_leaves_the_rest_alone(selection: Selection, names: list[str]) -> None:
    part = plan(site(channel("a1"), channel("a2"), channel("b")), asked=Asked(selection))

    assert [change.address.name for change in part.changes] == names


@given(st.permutations(["a", "b", "c", "d"]), st.permutations(["a", "b", "e"]))
def test_input_order_does_not_matter(declared: list[str], held: list[str]) -> None:
    part = plan(site(*(channel(n) for n in declared)), *(
        marked(live(n, remote_id=str(ord(n)), key=Fingerprint.make([secret().reveal()], b"s"))) for n in held
    ))  # fmt: skip

    assert [(c.address.name, c.action.value) for c in part.changes] == [
        ("a", "no-op"), ("b", "no-op"), ("c", "create"), ("d", "create"), ("e", "delete"),
    ]  # fmt: skip


def test_what_is_written_otherwise_than_declared_is_told_only_while_it_is_written() -> None:
    class Normalising(MemoryDialect):
        def canonical(self, desired: DesiredChannel) -> tuple[DesiredChannel, Sequence[Finding]]:
            return desired, [notice("it is written otherwise", field="base_url")]

    declared = site(channel("a", base_url="http://x", priority=1))

    written = plan(declared, dialect=Normalising())
    beside = plan(declared, ours("a", base_url="http://x"), dialect=Normalising())

    assert [f.summary for f in written.findings] == ["it is written otherwise"]
    assert (only(beside).action, beside.findings) == (Action.UPDATE, ())


def test_a_marked_channel_that_moved_is_updated_and_not_adopted() -> None:
    change = only(plan(site(channel("new", state={"moved_from": "old"})), ours("old")))

    assert (change.action, [field.path for field in change.fields]) == (Action.UPDATE, ["name"])


def test_an_unmarked_channel_that_moved_is_adopted() -> None:
    change = only(plan(site(channel("new", state={"moved_from": "old"})), live("old")))

    assert (change.action, str(change.previous_address)) == (Action.ADOPT, "main/channel/old")
