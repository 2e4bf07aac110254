"""How providers list their models: one row of data for each style, and the style of each channel type (upstreams.md 3)."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

from chanops.domain.vocabulary import SiteKind

if TYPE_CHECKING:
    from collections.abc import Mapping


class Paging(NamedTuple):
    """How to ask for all pages: the *size* to ask for, where the answer holds the *next* cursor, and where it is sent.

    With *more*, that member says whether there is another page; without, a cursor does.
    """

    size: tuple[str, int]
    next: str
    cursor: str
    more: str = ""


class Credential(StrEnum):
    """Which header carries the key."""

    BEARER = "Authorization"
    X_API_KEY = "x-api-key"
    X_GOOG_API_KEY = "x-goog-api-key"


class Style(NamedTuple):
    """One way to list models: the path is *version* and *leaf*, the names stand in *items*, each under *id*."""

    name: str
    version: str = "/v1"
    leaf: str = "/models"
    credential: Credential = Credential.BEARER
    headers: Mapping[str, str] = {}
    items: str = "data"
    id: str = "id"
    prefix: str = ""
    paging: Paging | None = None
    needs_key: bool = True

    @property
    def path(self) -> str:
        """Return the path behind the provider's root."""
        return self.version + self.leaf


OPENAI: Final = Style("OpenAI")
ANTHROPIC: Final = Style(
    "Anthropic",
    credential=Credential.X_API_KEY,
    headers={"anthropic-version": "2023-06-01"},
    paging=Paging(("limit", 1000), next="last_id", cursor="after_id", more="has_more"),
)
GEMINI: Final = Style(
    "Gemini",
    version="/v1beta",
    credential=Credential.X_GOOG_API_KEY,
    items="models",
    id="name",
    prefix="models/",
    paging=Paging(("pageSize", 1000), next="nextPageToken", cursor="pageToken"),
)
OLLAMA: Final = Style("Ollama", version="/api", leaf="/tags", items="models", id="name", needs_key=False)
ALI: Final = Style("Ali", version="/compatible-mode/v1")
ZHIPU: Final = Style("Zhipu v4", version="/api/paas/v4")
SILICONFLOW: Final = Style("SiliconFlow")
OPENROUTER: Final = Style("OpenRouter", needs_key=False)  # its list is public: it says nothing about the key
VOLCENGINE: Final = Style("Volcengine", version="/api/v3")

NO_LIST: Final = "providers of this type are not asked for models"
UNLISTED: Final[Mapping[str, str]] = {
    "azure": "Azure lists base models, not deployments",
    "custom": "a complete URL says nothing about where models are listed",
    "advanced_custom": "a complete URL says nothing about where models are listed",
}
"""Types of New API whose providers cannot say what they serve, with the reason."""

_NEWAPI: Final[Mapping[str, tuple[Style, str]]] = {
    "openai": (OPENAI, "https://api.openai.com"),
    "ollama": (OLLAMA, ""),  # the default is the gateway's own machine, which is another one seen from here
    "openaimax": (OPENAI, "https://api.openaimax.com"),
    "ohmygpt": (OPENAI, "https://api.ohmygpt.com"),
    "anthropic": (ANTHROPIC, "https://api.anthropic.com"),
    "ali": (ALI, "https://dashscope.aliyuncs.com"),
    "ai360": (OPENAI, "https://api.360.cn"),
    "openrouter": (OPENROUTER, "https://openrouter.ai/api"),
    "tencent": (OPENAI, ""),
    "gemini": (GEMINI, "https://generativelanguage.googleapis.com"),
    "moonshot": (OPENAI, "https://api.moonshot.cn"),
    "zhipuv4": (ZHIPU, "https://open.bigmodel.cn"),
    "perplexity": (OPENAI, "https://api.perplexity.ai"),
    "lingyiwanwu": (OPENAI, "https://api.lingyiwanwu.com"),
    "cohere": (OPENAI, "https://api.cohere.ai"),
    "minimax": (OPENAI, "https://api.minimax.chat"),
    "siliconflow": (SILICONFLOW, "https://api.siliconflow.cn"),
    "mistral": (OPENAI, "https://api.mistral.ai"),
    "deepseek": (OPENAI, "https://api.deepseek.com"),
    "volcengine": (VOLCENGINE, "https://ark.cn-beijing.volces.com"),
    "xinference": (OPENAI, ""),
    "xai": (OPENAI, "https://api.x.ai"),
    "submodel": (OPENAI, "https://llm.submodel.ai"),
    "sub2api": (OPENAI, ""),
    "new_api": (OPENAI, ""),
}

_OCTOPUS: Final[Mapping[str, tuple[Style, str]]] = {
    "openai": (OPENAI, ""),
    "openai_responses": (OPENAI, ""),
    "openai_embedding": (OPENAI, ""),
    "anthropic": (ANTHROPIC, ""),
    "gemini": (GEMINI, ""),
    "volcengine": (VOLCENGINE, ""),
}

TYPES: Final = {SiteKind.NEWAPI: _NEWAPI, SiteKind.OCTOPUS: _OCTOPUS}
"""The style of each channel type, and where such a channel points when it names no address (contracts/new-api.md 7.1)."""
