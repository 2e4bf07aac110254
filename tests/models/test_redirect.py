"""Redirects: every row of the table in contracts/models.md 3, and the rules around it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chanops.domain.address import Address
from chanops.domain.finding import Severity
from chanops.domain.model_findings import audit_names, audit_redirection
from chanops.domain.model_identity import identify
from chanops.domain.model_presets import PRESETS
from chanops.domain.model_redirect import Redirect, Redirection, RedirectRule, compute_mapping, find_cycle

ADDRESS = Address.channel("main", "a")

TABLE: list[tuple[str, str, str | None, dict[str, Any]]] = [
    ("gpt-4o", "GPT-4o", "GPT-4o", {}),
    ("gpt-4o", "openai/gpt-4o:free", "openai/gpt-4o:free", {}),
    ("gpt-4o-mini", "gpt_4o_mini", "gpt_4o_mini", {}),
    ("qwen-max", "Qwen/Qwen-Max", "Qwen/Qwen-Max", {}),
    ("gemini-2.5-pro", "models/gemini-2.5-pro", "models/gemini-2.5-pro", {}),
    ("claude-4.5-sonnet", "claude-sonnet-4-5", "claude-sonnet-4-5", {}),
    ("claude-4.5-sonnet", "claude-sonnet-4-5-20250929", None, {}),
    ("claude-4.5-sonnet", "claude-sonnet-4-5-20250929", "claude-sonnet-4-5-20250929", {"dated": True}),
    ("gpt-5", "gpt-5-2025-08-07", None, {}),
    ("gpt-5", "gpt-5-2025-08-07", "gpt-5-2025-08-07", {"dated": True}),
    ("mistral-large", "mistral-large-2411, mistral-large-latest", None, {}),
    ("mistral-large", "mistral-large-2411, mistral-large-latest", "mistral-large-latest", {"latest": True}),
    ("gpt-4o", "azure/gpt-4o, openai/gpt-4o", "azure/gpt-4o", {}),
    ("glm-4.5", "GLM-4.5, zai-org/glm-4.5", "zai-org/glm-4.5", {}),
    ("gpt-4o", "[A]gpt-4o, gpt-4o@azure, gpt-4o (free)", None, {}),
    ("deepseek-chat", "deepseek-chat-0324", None, {}),
    ("claude-4.5-sonnet", "claude-sonnet-5-4, claude-5.4-sonnet", None, {}),
    ("gpt-5.4", "gpt-4.5", None, {}),
]


def split(names: str) -> list[str]:
    return [name.strip() for name in names.split(",")]


def redirect(*standards: str, **given: Any) -> Redirect:
    return Redirect(standards, **given)


def compute(standards: str, upstream: str, hand_written: dict[str, str] | None = None, **given: Any) -> Redirection:
    names = split(standards) if standards else []
    return compute_mapping(redirect(*names, **given), split(upstream) if upstream else [], hand_written or {})


@pytest.mark.parametrize(
    ("standard", "upstream", "target", "options"),
    TABLE,
    ids=[f"{s} | {u} | {t or 'nothing'}{' with ' + next(iter(o)) if o else ''}" for s, u, t, o in TABLE],
)
def test_the_table(standard: str, upstream: str, target: str | None, options: dict[str, Any]) -> None:
    found = compute(standard, upstream, **options)

    assert dict(found.mapping) == ({standard: target} if target else {})
    assert found.models == (*split(upstream), *found.mapping)


def test_a_standard_present_letter_for_letter_is_not_mapped() -> None:
    assert compute("gpt-4o", "openai/gpt-4o, gpt-4o").mapping == {}


def test_a_standard_of_another_case_is_mapped() -> None:
    assert compute("gpt-4o", "Gpt-4o").mapping == {"gpt-4o": "Gpt-4o"}


def test_each_upstream_model_serves_one_standard() -> None:
    assert compute("claude-4.5-sonnet, claude-sonnet-4.5", "claude-sonnet-4-5").mapping == {
        "claude-4.5-sonnet": "claude-sonnet-4-5"
    }


def test_the_second_standard_takes_the_next_model_that_is_free() -> None:
    found = compute("claude-4.5-sonnet, claude-sonnet-4.5", "claude-sonnet-4-5, x/claude-4-5-sonnet")

    assert found.mapping == {"claude-4.5-sonnet": "claude-sonnet-4-5", "claude-sonnet-4.5": "x/claude-4-5-sonnet"}


def test_a_shared_model_serves_several() -> None:
    assert compute("claude-4.5-sonnet, claude-sonnet-4.5", "claude-sonnet-4-5", shared=True).mapping == {
        "claude-4.5-sonnet": "claude-sonnet-4-5",
        "claude-sonnet-4.5": "claude-sonnet-4-5",
    }


def test_a_model_that_is_a_standard_itself_serves_no_other() -> None:
    assert compute("claude-4.5-sonnet, claude-sonnet-4-5", "claude-sonnet-4-5").mapping == {}


def test_hand_written_entries_win() -> None:
    found = compute("gpt-4o", "azure/gpt-4o, openai/gpt-4o", {"gpt-4o": "openai/gpt-4o"})

    assert found.mapping == {"gpt-4o": "openai/gpt-4o"}


def test_a_hand_written_entry_of_a_standard_uses_its_model_up() -> None:
    assert compute("gpt-4o, gpt_4o", "x/gpt-4o", {"gpt-4o": "x/gpt-4o"}).mapping == {"gpt-4o": "x/gpt-4o"}


def test_a_hand_written_alias_leaves_its_model_to_a_standard() -> None:
    assert compute("gpt-4o", "x/gpt-4o", {"fast": "x/gpt-4o"}).mapping == {"fast": "x/gpt-4o", "gpt-4o": "x/gpt-4o"}


def test_a_model_mapped_away_by_hand_serves_no_standard() -> None:
    found = compute("gpt-4o", "x/gpt-4o", {"x/gpt-4o": "gpt-4o"})

    assert found.mapping == {"x/gpt-4o": "gpt-4o"}
    assert found.cycle == ()


def test_every_mapping_key_is_in_models() -> None:
    found = compute("gpt-4o", "openai/gpt-4o, o3", {"fast": "o3"})

    assert found.models == ("openai/gpt-4o", "o3", "fast", "gpt-4o")


def test_only_the_models_that_the_channel_serves_are_mapped_to() -> None:
    upstream = ["free/gpt-4o", "paid/gpt-4o"]
    found = compute_mapping(redirect("gpt-4o"), upstream, {}, models=["paid/gpt-4o", "extra"])

    assert (dict(found.mapping), found.models) == ({"gpt-4o": "paid/gpt-4o"}, ("paid/gpt-4o", "extra", "gpt-4o"))


def test_a_hand_written_target_need_not_be_among_the_models() -> None:
    found = compute_mapping(Redirect(), ["o3", "gpt-4o"], {"fast": "gpt-4o"}, models=["o3"])

    assert (dict(found.mapping), found.models, dict(found.lost)) == ({"fast": "gpt-4o"}, ("o3", "fast"), {})


def test_an_explicit_rule_stands_before_the_standards() -> None:
    rules = (RedirectRule(r"re:^(.+)-(?:\d{8})$", r"\1"),)
    found = compute("claude-4.5-sonnet", "claude-sonnet-4-5-20250929, o3", rules=rules, dated=True)

    assert found.mapping == {"claude-sonnet-4-5": "claude-sonnet-4-5-20250929"}


def test_of_several_rules_the_first_that_fits_names_a_model() -> None:
    rules = (RedirectRule("gpt-*", "fast"), RedirectRule("re:^(.+):free$", r"\1"))

    assert compute("", "gpt-4o, gpt-4o:free, x/o3:free", rules=rules).mapping == {"fast": "gpt-4o", "x/o3": "x/o3:free"}


def test_a_rule_never_hides_a_model_that_the_upstream_has() -> None:
    assert compute("", "a:free, a", rules=(RedirectRule("re:^(.+):free$", r"\1"),)).mapping == {}


def test_a_lost_target_is_a_warning_and_the_entry_stays() -> None:
    found = compute("", "o3", {"fast": "gpt-4o"})
    (finding,) = audit_redirection(found, ADDRESS)

    assert (dict(found.mapping), found.models) == ({"fast": "gpt-4o"}, ("o3", "fast"))
    assert (finding.severity, finding.rule, finding.address) == (Severity.WARNING, "model-missing", ADDRESS)
    assert '"fast" is mapped to "gpt-4o"' in finding.summary
    assert "prune" in finding.detail


def test_prune_takes_the_entry_and_its_alias() -> None:
    found = compute_mapping(redirect(prune=True), ["o3"], {"fast": "gpt-4o", "own": "o3"}, models=["o3", "fast"])
    (finding,) = audit_redirection(found, ADDRESS)

    assert (dict(found.mapping), found.models) == ({"own": "o3"}, ("o3", "own"))
    assert "go" in finding.summary


def test_prune_leaves_a_model_that_the_upstream_has_under_the_aliass_name() -> None:
    found = compute_mapping(redirect(prune=True), ["o3", "fast"], {"fast": "gpt-4o"})

    assert (dict(found.mapping), found.models) == ({}, ("o3", "fast"))


def test_a_pruned_standard_is_computed_afresh() -> None:
    found = compute("gpt-4o", "x/gpt-4o", {"gpt-4o": "gone"}, prune=True)

    assert found.mapping == {"gpt-4o": "x/gpt-4o"}


def test_a_target_may_be_reached_through_a_chain() -> None:
    found = compute("", "o3", {"a": "b", "b": "o3", "c": "d", "d": "gone"})

    assert (dict(found.lost), found.cycle) == ({"c": "d", "d": "gone"}, ())


@pytest.mark.parametrize(
    ("mapping", "cycle"),
    [
        ({"a": "b", "b": "a"}, ("a", "b", "a")),
        ({"x": "a", "a": "b", "b": "c", "c": "a"}, ("a", "b", "c", "a")),
        ({"a": "a"}, ()),
        ({"a": "b", "b": "b"}, ()),
        ({"a": "b", "b": "c"}, ()),
    ],
)
def test_a_cycle_is_found_chains_and_names_mapped_to_themselves_are_none(
    mapping: dict[str, str], cycle: tuple[str, ...]
) -> None:
    assert find_cycle(mapping) == cycle


def test_a_cycle_is_an_error() -> None:
    (finding,) = (f for f in audit_redirection(compute("", "a", {"a": "b", "b": "a"}), ADDRESS) if f.rule == "map-cycle")

    assert (finding.severity, finding.field) == (Severity.ERROR, "model_mapping")
    assert "a → b → a" in finding.summary


@pytest.mark.parametrize(
    ("name", "date"),
    [
        ("gpt-5-2025-08-07", "2025-08-07"),
        ("gpt_4o_2024_08_06", "2024_08_06"),
        ("command-r-08-2024", "08-2024"),
        ("claude-sonnet-4-20250514", "20250514"),
        ("m-19991231", "19991231"),
        ("m-21000101", ""),
        ("doubao-202411", "202411"),
        ("doubao-pro-241215", ""),
        ("mistral-large-2411", "2411"),
        ("gemini-2.5-pro-03-25", "03-25"),
        ("claude-sonnet-4-5", ""),
        ("gpt-4-1106-preview", ""),
        ("gemini-1.5-pro-002", ""),
        ("llama-70b", ""),
        ("20240806", ""),
    ],
)
def test_dates_are_told_from_versions(name: str, date: str) -> None:
    assert identify(name).date.replace("_", "-") == date.replace("_", "-")


def test_a_standard_that_names_a_date_takes_no_other() -> None:
    standard, upstream = "gpt-4o-2024-05-13", "openai/gpt-4o, x/gpt-4o-2024-08-06, x/gpt-4o-2024-05-13"

    assert compute(standard, upstream, dated=True).mapping == {standard: "x/gpt-4o-2024-05-13"}
    assert compute(standard, upstream).mapping == {}


def test_numbers_joined_to_a_word_stay_with_it() -> None:
    assert identify("qwen2-5").meaning != identify("qwen-2-5").meaning
    assert identify("qwen2.5-7b").meaning == identify("7b-qwen2-5").meaning


WORDS = st.lists(st.sampled_from(["gpt", "claude", "sonnet", "4o", "mini", "qwen2"]), min_size=1, max_size=3, unique=True)
NUMBERS = st.lists(st.integers(0, 9).map(str), min_size=2, max_size=3)
JOINT = st.sampled_from(["-", "_", "."])


@given(WORDS, NUMBERS, st.randoms(), JOINT)
def test_numbers_in_another_order_are_another_model(words: list[str], numbers: list[str], random: Any, joint: str) -> None:
    other = list(numbers)
    random.shuffle(other)
    standard, upstream = "-".join(words + numbers), "v/" + joint.join(words + other)

    assert bool(compute_mapping(redirect(standard), [upstream], {}, models=None).mapping) is (numbers == other)


@given(WORDS, NUMBERS, st.randoms(), JOINT)
def test_words_in_another_order_are_the_same_model(words: list[str], numbers: list[str], random: Any, joint: str) -> None:
    tokens = words + numbers
    places = sorted(range(len(tokens)), key=lambda _: random.random())
    shuffled = [tokens[place] for place in places]
    in_order = iter(numbers)
    other = [next(in_order) if token in numbers else token.upper() for token in shuffled]

    assert identify(joint.join(tokens)).meaning == identify("v/" + "-".join(other) + ":free").meaning


NAMES = st.lists(st.text(alphabet="abG4.-_/:", min_size=1, max_size=7), max_size=8)
MAPS = st.dictionaries(
    st.text(alphabet="ab4-", min_size=1, max_size=3), st.text(alphabet="abG4", min_size=1, max_size=3), max_size=4
)
SWITCHES = st.fixed_dictionaries({name: st.booleans() for name in ("dated", "latest", "shared", "prune")})


@given(NAMES, NAMES, MAPS, SWITCHES)
def test_mapping_and_models_are_one_state(
    standards: list[str], upstream: list[str], hand_written: dict[str, str], switches: dict[str, bool]
) -> None:
    found = compute_mapping(redirect(*standards, **switches), upstream, hand_written)
    computed = {key: target for key, target in found.mapping.items() if key not in hand_written or key in found.lost}

    assert set(found.mapping) <= set(found.models)
    assert len(set(found.models)) == len(found.models)
    assert all(found.mapping[key] == target for key, target in hand_written.items() if key not in found.lost)
    assert all(target in upstream or key in found.lost for key, target in computed.items())
    assert bool(found.cycle) is bool(find_cycle(hand_written) and find_cycle(found.mapping))


@given(NAMES, NAMES)
def test_no_upstream_model_serves_two_standards(standards: list[str], upstream: list[str]) -> None:
    mapping = compute_mapping(redirect(*standards), upstream, {}).mapping

    assert len(set(mapping.values())) == len(mapping)
    assert not set(mapping) & set(upstream)


@given(NAMES, NAMES, SWITCHES)
def test_computing_twice_gives_the_same(standards: list[str], upstream: list[str], switches: dict[str, bool]) -> None:
    one, two = (compute_mapping(redirect(*standards, **switches), upstream, {}) for _ in range(2))

    assert one == two


def test_the_common_preset_maps_a_list_of_vendors_names() -> None:
    upstream = split("openai/gpt-4o, Qwen/Qwen-Max, claude-sonnet-4-5, models/gemini-2.5-pro, GLM-4.5-Air, whisper-1")

    assert compute_mapping(Redirect(PRESETS["common"]), upstream, {}).mapping == {
        "gpt-4o": "openai/gpt-4o",
        "qwen-max": "Qwen/Qwen-Max",
        "claude-4.5-sonnet": "claude-sonnet-4-5",
        "gemini-2.5-pro": "models/gemini-2.5-pro",
        "glm-4.5-air": "GLM-4.5-Air",
    }


def test_no_two_standards_of_a_preset_mean_the_same() -> None:
    meanings = [identify(name).meaning for name in PRESETS["common"]]

    assert len(set(meanings)) == len(meanings) == 24


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("a,b", "comma"),
        ("a\x07b", "control"),
        ("a\u202eb", "control"),
        ("é" * 128, "255 bytes"),
        (" a", "blanks"),
        ("", "empty"),
    ],
)
def test_a_name_that_no_gateway_can_hold_is_an_error(name: str, words: str) -> None:
    (finding,) = audit_names(["gpt-4o", name], ADDRESS)

    assert (finding.severity, finding.rule) == (Severity.ERROR, "model-name")
    assert words in finding.summary
    assert finding.summary.isprintable()
