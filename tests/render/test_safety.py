"""Properties: no secret in any output, and nothing a name or a value holds can leave its place."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from builders import change, live, outcome, plan, site_plan
from chanops.domain.address import Address
from chanops.domain.change import Action, FieldChange
from chanops.domain.finding import Finding, Range, Severity, warning
from chanops.domain.plan import GuardHit, Impact
from chanops.domain.report import Report, Result
from chanops.domain.secret import Fingerprint, Secret
from chanops.render.channel_yaml import render_channel
from chanops.render.channels import channels_to_json, render_channels
from chanops.render.findings_text import render_findings
from chanops.render.json_text import to_json_text
from chanops.render.plan_markdown import LIMIT, PLAN_MARKER, render_markdown
from chanops.render.registry import FORMATS, Options
from chanops.render.report_json import report_to_json
from chanops.render.report_markdown import report_markdown
from chanops.render.report_text import render_report

if TYPE_CHECKING:
    from collections.abc import Iterator

    from markdown_it.token import Token

    from chanops.domain.plan import Plan
    from chanops.domain.value import Value

NOON = "2026-01-31T12:00:00Z"
CANARY = "canary-4711"
OURS = {"details", "summary", "code", "span"}
MARKUP = [
    "`",
    "```",
    "|",
    "@team",
    "<img src=x>",
    "</code>",
    "</details>",
    "[x](y)",
    "https://a.example",
    "#1",
    "\n",
    "\\",
    "a@b.example",
]
CONTROL = ["\x1b[2J", "\r", "\x00", "\u202e", "\u2028", "\u200b", "\ud800", "\x9b", "\x7f", "\U000e0041"]

hostile = st.lists(st.one_of(st.sampled_from(MARKUP + CONTROL), st.text(max_size=6)), min_size=1, max_size=8).map("".join)
shown = settings(max_examples=60, deadline=None)


def forms(made: Plan) -> Iterator[str]:
    """Yield every form of a plan."""
    for form in FORMATS:
        yield FORMATS[form](made, Options(NOON, colour=False, verbose=True))
    yield FORMATS["text"](made, Options(NOON, concise=True))


def hiding() -> st.SearchStrategy[Value]:
    """Values with a secret somewhere inside, opposite to which the canary stands."""
    leaf: st.SearchStrategy[Value] = st.sampled_from(
        [Secret(CANARY, "env:CANARY"), Secret(lambda: CANARY), Fingerprint(CANARY)]
    )
    return st.recursive(
        leaf,
        lambda inner: st.one_of(
            st.dictionaries(st.sampled_from(["a", "b", "c"]), inner, min_size=1),
            st.lists(inner, min_size=1, max_size=3).map(tuple),
        ),
        max_leaves=5,
    )


def with_canary(value: Value, where: int) -> Value:
    """Return what stands opposite to *value*: the canary in the same places, or somewhere about them."""
    if isinstance(value, dict):
        moved = {key: with_canary(item, where) for key, item in value.items()}
        return moved | {"moved": CANARY} if where == 1 else moved
    if isinstance(value, tuple):
        return (*(with_canary(item, where) for item in value), *([CANARY] if where == 2 else []))
    return CANARY


@shown
@given(hiding(), st.integers(0, 3), st.sampled_from(["headers", "param_override", "models", "tag", "key", "newapi.setting"]))
def test_what_stands_opposite_to_a_secret_is_in_no_form_of_a_plan(value: Value, where: int, path: str) -> None:
    other = CANARY if where == 3 else with_canary(value, where)

    for before, after in ((value, other), (other, value)):
        made = plan(change("a", before={path: before}, after={path: after}))
        assert not any(CANARY in text for text in forms(made))


@pytest.mark.parametrize("action", [Action.CREATE, Action.DELETE])
@pytest.mark.parametrize(
    "field",
    [
        {"key": CANARY},
        {"keys": [CANARY, CANARY]},
        {"headers": {"X-Api-Key": CANARY, "cookie": CANARY}},
        {"proxy": f"socks5://user:{CANARY}@proxy.example"},
        {"base_url": f"https://a.example/v1?api_key={CANARY}"},
        {"param_override": {"extra_body": {"api_key": CANARY, "client_secret": CANARY}}},
        {"newapi__setting": {"proxy": f"http://:{CANARY}@proxy.example"}},
        {"newapi__settings": {"routes": [{"headers": {"Authorization": CANARY}}]}},
    ],
)
def test_credentials_in_plain_fields_are_in_no_form_of_a_plan(action: Action, field: dict[str, Value]) -> None:
    made = change("a", action, after=field) if action is Action.CREATE else change("a", action, before=field)

    assert not any(CANARY in text for text in forms(plan(made)))


def test_a_live_channel_is_shown_without_its_credentials() -> None:
    channel = live("a", key=Secret(CANARY), headers={"Authorization": CANARY}, proxy=f"http://u:{CANARY}@p.example")
    listed = [(channel, "ours")]

    for text in (render_channels(listed, wide=True), render_channel(channel, "ours"), to_json_text(channels_to_json(listed))):
        assert CANARY not in text


def test_rendering_asks_no_source_for_a_secret() -> None:
    def source() -> str:
        raise AssertionError("a source was asked")

    before: dict[str, Value] = {"headers": {"X-Team": "a", "X-Plain": "a"}, "models": ("a",)}
    after: dict[str, Value] = {
        "headers": {"X-Team": Secret(source, "env:A"), "X-Plain": "b"},
        "models": ("a", Secret(source, "env:B")),
    }

    fields = [FieldChange(path, before[path], after[path]) for path in before]
    made = plan(change("a", before=before, after=after, fields=fields), change("b", Action.CREATE, after=after))

    assert all(text for text in forms(made))
    assert "(secret, from env:A)" in FORMATS["text"](made, Options(NOON))


def hostile_plan(text: str) -> Plan:
    sides = (
        {"remark": "a", "tag": text, "models": [text], "headers": {text: "x"}},
        {"remark": text, "tag": "b", "models": ["a"], "headers": {text: text}},
    )
    address = Address.channel(text, text)
    changes = [
        change(text, site=text, before=sides[0], after=sides[1], moved_from=text, reason=text),
        change(text, Action.DELETE, site=text, before=sides[1], reason=text),
        change(text, Action.CREATE, site=text, after=sides[1]),
    ]
    place = Range(text, 1, 2, 1, 5, text)
    findings = (Finding(Severity.WARNING, text, text, address, range=place), warning(text, text, address=address))
    return plan(
        sites=(
            site_plan(*changes, site=text, findings=findings),
            site_plan(change("a", Action.DELETE, before={}), site="other"),
        ),
        guards=(GuardHit(text, "max_deletes", "1", 2, 3, text, text, text),),
        impact=(Impact(text, text, text, 1, 0),),
        findings=findings,
    )


@shown
@given(hostile)
def test_no_output_holds_what_a_terminal_obeys(text: str) -> None:
    made = hostile_plan(text)
    failed = outcome(change(text, site=text), Result.FAILED, error=text, remote_id=text)
    report = Report("r", made, (failed,), findings=made.findings)
    listed = [(live(text, site=text, models=[text], tag=text), text)]
    outputs = [
        *forms(made),
        render_report(report),
        report_markdown(report),
        to_json_text(report_to_json(report, timestamp=NOON)),
        render_findings(made.findings),
        render_channels(listed, wide=True),
        render_channel(listed[0][0], text),
    ]

    for output in outputs:
        assert all(line.isprintable() for line in output.split("\n"))


@shown
@given(hostile)
def test_json_gives_hostile_text_back_unchanged(text: str) -> None:
    data = json.loads(FORMATS["json"](hostile_plan(text), Options(NOON)))

    assert data["resource_changes"][-1]["change"] is not None
    assert text in {entry["name"] for entry in data["resource_changes"]}


def tokens(markdown: str) -> list[Token]:
    parsed = MarkdownIt("commonmark", {"html": True}).enable("table").parse(markdown)
    return [inner for token in parsed for inner in (token, *(token.children or []))]


@shown
@given(hostile)
def test_nothing_hostile_breaks_a_table_a_fence_or_a_tag_of_the_comment(text: str) -> None:
    found = tokens(render_markdown(hostile_plan(text)))

    kinds = [token.type for token in found]
    assert kinds.count("tr_open") == 3
    assert kinds.count("td_open") == 12
    assert kinds.count("fence") == 5
    assert not {"link_open", "image", "code_inline", "code_block", "em_open", "list_item_open"} & set(kinds)
    html = " ".join(token.content for token in found if token.type in {"html_inline", "html_block"})
    tags = set(re.findall(r"</?([a-z]+)", html.replace(PLAN_MARKER, "")))
    assert tags <= OURS
    assert kinds.count("html_block") == 5


@shown
@given(hostile)
def test_no_mention_or_link_stands_outside_a_fence_or_code(text: str) -> None:
    markdown = render_markdown(hostile_plan(text))

    prose = "".join(t.content for t in tokens(markdown) if t.type in {"inline", "html_block"})
    assert "@" not in re.sub(r"<code>.*?</code>", "", prose)
    assert "://" not in prose


@shown
@given(hostile)
def test_a_page_of_html_holds_no_tag_but_its_own(text: str) -> None:
    page = FORMATS["html"](hostile_plan(text), Options(NOON))

    body = page[page.index("<pre>") : page.index("</pre>")]
    assert set(re.findall(r"</?\w*", body)) <= {"<pre", "<span", "</span"}


@pytest.mark.parametrize(("sites", "channels"), [(1, 2_000), (50, 60), (300, 2)])
def test_a_comment_is_never_longer_than_github_takes(sites: int, channels: int) -> None:
    parts = [
        site_plan(
            *(change(f"c{n}", Action.CREATE, site=f"s{s}", after={"models": ["`" * 300, "gpt-4o"]}) for n in range(channels)),
            site=f"s{s}",
            findings=tuple(warning(f"odd {n}") for n in range(20)),
        )
        for s in range(sites)
    ]
    impact = tuple(Impact("s0", "default", f"model-{n}", 1, 0) for n in range(3_000))

    markdown = render_markdown(plan(sites=tuple(parts), impact=impact))

    assert len(markdown) <= LIMIT
    assert len(markdown) > LIMIT // 3
    assert "cut out here" in markdown
    assert "loses its last channel" in markdown


def test_a_cut_comment_keeps_the_first_and_the_last_change() -> None:
    changes = [change(f"c{n:04}", Action.DELETE, before={"models": ["gpt-4o"]}) for n in range(2_000)]

    markdown = render_markdown(plan(*changes))

    assert "channel/c0000 " in markdown
    assert "channel/c1999 " in markdown
    assert "channel/c1500 " not in markdown
