"""Who is asked for a channel: the style of its type, the root of its address, its first key."""

from __future__ import annotations

import pytest

from builders import fields, secret
from chanops.domain.discovery import Failure, State
from chanops.domain.secret import Secret
from chanops.domain.vocabulary import CHANNEL_TYPES, SiteKind
from chanops.upstreams.provider import Provider, find_provider
from chanops.upstreams.styles import TYPES
from upstreams.stage import KEY, asked


@pytest.mark.parametrize(
    ("kind", "type_name", "base_url", "url"),
    [
        (SiteKind.NEWAPI, "openai", None, "https://api.openai.com/v1/models"),
        (SiteKind.NEWAPI, "openai", "https://h", "https://h/v1/models"),
        (SiteKind.NEWAPI, "openai", "https://h/v1/", "https://h/v1/models"),
        (SiteKind.NEWAPI, "openai", " https://h/api ", "https://h/api/v1/models"),
        (SiteKind.NEWAPI, "gemini", "https://h/v1beta", "https://h/v1beta/models"),
        (SiteKind.NEWAPI, "gemini", "https://h/v1", "https://h/v1beta/models"),
        (SiteKind.NEWAPI, "ali", "https://h/compatible-mode/v1", "https://h/compatible-mode/v1/models"),
        (SiteKind.NEWAPI, "zhipuv4", None, "https://open.bigmodel.cn/api/paas/v4/models"),
        (SiteKind.NEWAPI, "openrouter", None, "https://openrouter.ai/api/v1/models"),
        (SiteKind.NEWAPI, "ollama", "http://127.0.0.1:11434/api", "http://127.0.0.1:11434/api/tags"),
        (SiteKind.OCTOPUS, "openai", "https://h/v1", "https://h/v1/models"),
        (SiteKind.OCTOPUS, "anthropic", "https://h/v1", "https://h/v1/models"),
        (SiteKind.OCTOPUS, "gemini", "https://h/v1beta", "https://h/v1beta/models"),
        (SiteKind.OCTOPUS, "volcengine", "https://h/api/v3", "https://h/api/v3/models"),
    ],
)
def test_the_list_stands_behind_the_root(kind: SiteKind, type_name: str, base_url: str | None, url: str) -> None:
    found = asked(type_name, base_url, kind=kind)

    assert found.root + found.style.path == url


@pytest.mark.parametrize(
    ("kind", "type_name", "base_url", "words"),
    [
        (SiteKind.NEWAPI, "azure", "https://h", "deployments"),
        (SiteKind.NEWAPI, "custom", "https://h/{model}", "complete URL"),
        (SiteKind.NEWAPI, "midjourney", "https://h", "not asked"),
        (SiteKind.NEWAPI, "openai", "https://h/chat#", "complete URL"),
        (SiteKind.NEWAPI, "openai", "https://h/chat?", "complete URL"),
        (SiteKind.NEWAPI, "zhipuv4", "glm-coding-plan", "not one that can be called"),
        (SiteKind.NEWAPI, "openai", "ftp://h", "not one that can be called"),
        (SiteKind.NEWAPI, "openai", "https://h:x", "not one that can be called"),
        (SiteKind.NEWAPI, "ollama", None, "no address"),
        (SiteKind.OCTOPUS, "openai", None, "no address"),
        (SiteKind.OCTOPUS, "openai", "https://h/v1##", "complete URL"),
    ],
)
def test_what_cannot_be_asked_is_unsupported(kind: SiteKind, type_name: str, base_url: str | None, words: str) -> None:
    given = fields(type=type_name, key=secret(), **({} if base_url is None else {"base_url": base_url}))

    found = find_provider(kind, given)

    assert isinstance(found, Failure)
    assert (found.state, words in found.reason) == (State.UNSUPPORTED, True)


def test_a_channel_without_a_key_is_not_asked_unless_none_is_needed() -> None:
    without = find_provider(SiteKind.NEWAPI, fields(type="openai", base_url="https://h"))
    public = find_provider(SiteKind.NEWAPI, fields(type="openrouter"))

    assert isinstance(without, Failure)
    assert isinstance(public, Provider)


def test_the_first_of_several_keys_and_addresses_asks() -> None:
    found = asked(
        base_url=None, kind=SiteKind.OCTOPUS, base_urls=["https://a/v1", "https://b/v1"], key=None, keys=[secret(), "x"]
    )

    assert (found.root, found.key.reveal()) == ("https://a", KEY)


def test_channels_with_the_same_provider_key_and_style_share_an_answer() -> None:
    one, other = asked(base_url="https://h"), asked(base_url="https://h/v1/")

    assert one.identity == other.identity
    assert one.identity != asked(base_url="https://h", key=Secret("sk-other")).identity
    assert one.identity != asked("anthropic", base_url="https://h").identity


@pytest.mark.parametrize(
    ("base_url", "shown"),
    [
        ("https://user:pass@h:8443/v1", "h:8443"),
        (Secret("https://inner.invalid", "env:URL"), "(secret, from env:URL)"),
    ],
)
def test_a_source_shows_no_secret(base_url: str, shown: str) -> None:
    found = asked(base_url=base_url)

    assert found.source == f"provider {shown} (OpenAI)"
    assert KEY not in repr(found)


@pytest.mark.parametrize("kind", SiteKind)
def test_every_type_with_a_style_is_a_type_of_the_gateway(kind: SiteKind) -> None:
    assert set(TYPES[kind]) <= set(CHANNEL_TYPES[kind])
