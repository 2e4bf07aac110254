"""The table of upstreams.md 2, row by row."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chanops.gateways.newapi.urls import SUFFIXES, is_verbatim, live_form, normalise


@pytest.mark.parametrize(
    ("channel_type", "declared", "carried", "rule"),
    [
        (1, "https://h", "https://h", ""),
        (1, "https://h/", "https://h", "url-form"),
        (1, " https://h// ", "https://h", "url-form"),
        (1, "https://h/v1/", "https://h", "url-version"),
        (1, "https://h/v1", "https://h", "url-version"),
        (1, "https://h/v1beta", "https://h", "url-version"),
        (1, "https://h/api", "https://h/api", ""),
        (1, "https://h/api/v1", "https://h/api", "url-version"),
        (1, "https://v1", "https://v1", ""),
        (1, "https://h/v1/chat/completions#", "https://h/v1/chat/completions#", ""),
        (1, "https://h/v1?", "https://h/v1?", ""),
        (14, "https://h/v1/messages", "https://h", "url-version"),
        (14, "https://h/v1", "https://h", "url-version"),
        (24, "https://h/v1beta", "https://h", "url-version"),
        (24, "https://h/v1/", "https://h", "url-version"),
        (4, "http://h:11434/api", "http://h:11434", "url-version"),
        (17, "https://h/compatible-mode/v1", "https://h", "url-version"),
        (17, "https://h/v1", "https://h/v1", ""),
        (25, "https://h/v1", "https://h", "url-version"),
        (26, "https://h/api/paas/v4", "https://h", "url-version"),
        (26, "glm-coding-plan", "glm-coding-plan", ""),
        (25, "kimi-coding-plan", "kimi-coding-plan", ""),
        (45, "https://h/api/v3", "https://h", "url-version"),
        (27, "https://h/v1", "https://h/v1", ""),
        (35, "https://h/v1", "https://h", "url-version"),
        (46, "https://h/v2", "https://h", "url-version"),
        (49, "https://h/v3", "https://h", "url-version"),
        (52, "https://h/ent/v2", "https://h", "url-version"),
        (3, "https://r.openai.azure.com/openai/deployments/x", "https://r.openai.azure.com", "url-version"),
        (3, "https://r.openai.azure.com/openai", "https://r.openai.azure.com", "url-version"),
        (3, "https://r.openai.azure.com/openai2", "https://r.openai.azure.com/openai2", ""),
        (8, "https://h/v1/", "https://h/v1/", ""),
        (58, "https://h/v1/", "https://h/v1/", ""),
        (1, "https://gateway.ai.cloudflare.com/v1", "https://gateway.ai.cloudflare.com/v1", ""),
        (3, "https://gateway.ai.cloudflare.com/v1/a/openai", "https://gateway.ai.cloudflare.com/v1/a/openai", ""),
        (40, "https://gateway.ai.cloudflare.com/v1", "https://gateway.ai.cloudflare.com", "url-version"),
        (999, "https://h/v1", "https://h/v1", ""),
        (None, "https://h/v1/", "https://h/v1", "url-form"),
    ],
)
def test_a_declared_address_is_carried_as_the_table_says(
    channel_type: int | None, declared: str, carried: str, rule: str
) -> None:
    normal = normalise(declared, channel_type)

    assert (normal.url, normal.rule) == (carried, rule)


@pytest.mark.parametrize(
    ("channel_type", "stored", "shown"),
    [(1, None, ""), (1, "https://h/", "https://h"), (1, "https://h//", "https://h/"), (1, "https://h/v1", "https://h/v1"),
     (8, "https://h/", "https://h/"), (1, "https://h/x?", "https://h/x?")],
)  # fmt: skip
def test_a_live_address_is_shown_as_it_is_one_slash_apart(channel_type: int, stored: str | None, shown: str) -> None:
    assert live_form(stored, channel_type) == shown


paths = st.lists(st.sampled_from(["api", "v1", "v1beta", "v2", "openai", "x", ""]), max_size=4).map("/".join)


@given(path=paths, channel_type=st.sampled_from([*sorted(SUFFIXES), 2, 3, 8, 58]))
def test_what_is_carried_is_in_sync_once_it_is_stored(path: str, channel_type: int) -> None:
    carried = normalise(f"https://h/{path}", channel_type).url

    assert live_form(carried, channel_type) == carried or is_verbatim(carried, channel_type)


@given(path=paths, channel_type=st.sampled_from([*sorted(SUFFIXES), 3]))
def test_the_host_is_never_lost(path: str, channel_type: int) -> None:
    assert normalise(f"https://v1/{path}", channel_type).url.startswith("https://v1")
