"""Which live channel is which declared one."""

from __future__ import annotations

import pytest

from builders import channel, live
from chanops.domain.gateway import LiveSite
from chanops.domain.policy import Guards, Manage, ManageMode
from chanops.domain.resources import DesiredChannel, LiveChannel
from chanops.domain.site import Auth, Site
from chanops.domain.vocabulary import SiteKind
from chanops.engine.ownership import Pairing, pair_channels, whose
from memory_gateway import MemoryDialect, marked

MARKED = Manage(ManageMode.MARKED)


def site(*channels: DesiredChannel, manage: Manage = MARKED, owner: str = "team") -> Site:
    return Site("main", SiteKind.NEWAPI, "http://127.0.0.1", Auth(), manage, Guards(), owner, channels=channels)


def pair(declared: Site, *channels: LiveChannel, has_marks: bool = True) -> Pairing:
    return pair_channels(declared, LiveSite("main", MemoryDialect(has_marks=has_marks), "v", channels))


def paired_ids(pairing: Pairing) -> list[str | None]:
    return [p.live.remote_id if p.live else None for p in pairing.pairs]


def summaries(pairing: Pairing) -> str:
    return "\n".join(f"{f.severity} {f.summary} {f.detail}" for f in pairing.findings)


def test_a_declared_name_that_does_not_live_is_paired_with_nothing() -> None:
    assert paired_ids(pair(site(channel("a")), live("b"))) == [None]


def test_a_live_channel_without_a_mark_is_taken_by_its_name() -> None:
    assert paired_ids(pair(site(channel("a")), live("a", remote_id="7"))) == ["7"]


def test_of_several_with_the_name_the_one_with_our_mark_is_ours_and_the_others_are_reported() -> None:
    pairing = pair(site(channel("a")), live("a", remote_id="1"), marked(live("a", remote_id="2")))

    assert paired_ids(pairing) == ["2"]
    assert "another live channel is of this name without being ours: id 1" in summaries(pairing)


def test_several_unmarked_with_the_name_are_an_error_that_lists_the_ids() -> None:
    pairing = pair(site(channel("a")), live("a", remote_id="1"), live("a", remote_id="2"))

    assert paired_ids(pairing) == [None]
    assert "error 2 live channels have this name: ids 1, 2 pin the right one with `id: 1`" in summaries(pairing)


def test_an_id_pins_one_of_several() -> None:
    declared = site(channel("a", state={"pin": "2"}))

    pairing = pair(declared, live("a", remote_id="1"), live("a", remote_id="2"))

    assert (paired_ids(pairing), pairing.findings) == (["2"], [])


def test_an_id_that_does_not_live_is_an_error() -> None:
    assert "error no live channel has the id 9" in summaries(pair(site(channel("a", state={"pin": "9"})), live("a")))


def test_a_channel_whose_mark_names_another_owner_is_refused() -> None:
    pairing = pair(site(channel("a")), marked(live("a"), "others"))

    assert paired_ids(pairing) == [None]
    assert "error the live channel of this name (id 12) is managed by others" in summaries(pairing)


def test_a_channel_renamed_by_hand_is_still_ours() -> None:
    renamed = marked(live("b", remote_id="3"), name="a")

    assert paired_ids(pair(site(channel("a")), renamed)) == ["3"]


def test_a_copy_with_another_name_is_reported_and_neither_taken_nor_pruned() -> None:
    ours, copy = marked(live("a", remote_id="1")), marked(live("a_copy", remote_id="2"), name="a", remote_id="1")

    pairing = pair(site(channel("a")), ours, copy)

    assert (paired_ids(pairing), pairing.orphans) == (["1"], [])
    assert "channel 2 carries our mark, but looks like a copy" in summaries(pairing)


def test_a_copy_of_the_same_name_is_told_by_the_id_in_its_mark() -> None:
    copy, ours = marked(live("a", remote_id="2"), remote_id="1"), marked(live("a", remote_id="1"))

    assert paired_ids(pair(site(channel("a")), copy, ours)) == ["1"]


def test_a_declared_name_that_only_a_copy_has_is_created_beside_it() -> None:
    copy = marked(live("b", remote_id="2"), name="a", remote_id="1")

    pairing = pair(site(channel("b")), copy)

    assert paired_ids(pairing) == [None]
    assert "`id: 2` takes it over" in summaries(pairing)


def test_a_former_name_is_followed() -> None:
    pairing = pair(site(channel("new", state={"moved_from": "old"})), marked(live("old", remote_id="5")))

    assert (paired_ids(pairing), pairing.pairs[0].former_name, pairing.orphans) == (["5"], "old", [])


def test_a_former_name_that_is_still_declared_is_an_error() -> None:
    declared = site(channel("new", state={"moved_from": "old"}), channel("old"))

    assert 'moved_from names "old", which is still declared' in summaries(pair(declared, live("old")))


def test_ours_and_no_longer_declared_is_an_orphan() -> None:
    pairing = pair(site(), marked(live("a", remote_id="1")), live("foreign", remote_id="2"))

    assert [c.remote_id for c in pairing.orphans] == ["1"]


def test_without_an_owner_nothing_undeclared_is_ever_an_orphan() -> None:
    assert pair(site(owner=""), marked(live("a"), "")).orphans == []


@pytest.mark.parametrize(
    ("manage", "orphans"),
    [
        (Manage(ManageMode.DECLARED), []),
        (Manage(ManageMode.MARKED), ["ours"]),
        (Manage(ManageMode.ALL), ["ours", "foreign", "other-x"]),
        (Manage(ManageMode.NAMES, "o*"), ["ours", "other-x"]),
    ],
)
def test_manage_says_which_undeclared_channels_are_ours(manage: Manage, orphans: list[str]) -> None:
    held = (
        marked(live("ours", remote_id="1")),
        live("foreign", remote_id="2"),
        live("other-x", remote_id="3"),
        marked(live("owned", remote_id="4"), "others"),
    )

    assert [c.name for c in pair(site(manage=manage), *held).orphans] == orphans


def test_without_marks_the_name_alone_decides() -> None:
    assert paired_ids(pair(site(channel("a")), live("a"), has_marks=False)) == ["12"]


def test_whose_a_channel_is() -> None:
    declared = site()

    assert whose(marked(live("a")), declared, is_declared=False) == "ours"
    assert whose(live("a"), declared, is_declared=True) == "ours"
    assert whose(live("a"), declared, is_declared=False) == "foreign"
    assert whose(marked(live("a"), "others"), declared, is_declared=False) == "others"
