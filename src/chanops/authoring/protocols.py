"""Which type of the other gateway speaks the protocol of a type: one row each, or why there is none.

New API to Octopus after contracts/upstreams.md 2 (what New API appends to an address) and contracts/new-api.md 7.1 (where a
channel without an address points); Octopus to New API after contracts/octopus.md 7.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from chanops.domain.vocabulary import SiteKind

if TYPE_CHECKING:
    from collections.abc import Mapping


class Spoken(NamedTuple):
    """The *type* to write. *path* is what the former gateway put between address and endpoint, *url* its default address.

    *note* says what is no longer the same.
    """

    type: str
    url: str = ""
    path: str = ""
    note: str = ""


IMAGES: Final = "it makes images, and Octopus has no such channels"
VIDEO: Final = "it makes videos, and Octopus has no such channels"
AUDIO: Final = "it makes music, and Octopus has no such channels"
EMBEDDINGS: Final = "it serves embeddings and rankings, and Octopus has no channels for those alone"
OWN: Final = "its provider has a protocol of its own, which Octopus does not speak"
SIGNED: Final = "its provider wants signed requests, which Octopus does not make"

_TO_OCTOPUS: Final[Mapping[str, Spoken | str]] = {
    "openai": Spoken("openai", "https://api.openai.com"),
    "midjourney": IMAGES,
    "azure": "Azure is called by deployment and API version, and Octopus does not know those",
    "ollama": Spoken("openai", note="New API spoke Ollama's own protocol; Octopus calls the OpenAI one, under /v1"),
    "midjourneyplus": IMAGES,
    "openaimax": Spoken("openai", "https://api.openaimax.com"),
    "ohmygpt": Spoken("openai", "https://api.ohmygpt.com"),
    "custom": "its address is complete, and Octopus appends a path to every address",
    "ails": Spoken("openai", "https://api.caipacity.com"),
    "aiproxy": Spoken("openai", "https://api.aiproxy.io"),
    "palm": OWN,
    "api2gpt": Spoken("openai", "https://api.api2gpt.com"),
    "aigc2d": Spoken("openai", "https://api.aigc2d.com"),
    "anthropic": Spoken("anthropic", "https://api.anthropic.com"),
    "baidu": OWN,
    "zhipu": OWN,
    "ali": Spoken("openai", "https://dashscope.aliyuncs.com", "/compatible-mode/v1"),
    "xunfei": OWN,
    "ai360": Spoken("openai", "https://api.360.cn"),
    "openrouter": Spoken("openai", "https://openrouter.ai/api"),
    "aiproxylibrary": OWN,
    "fastgpt": Spoken("openai", "https://fastgpt.run/api/openapi"),
    "tencent": SIGNED,
    "gemini": Spoken("gemini", "https://generativelanguage.googleapis.com"),
    "moonshot": Spoken("openai", "https://api.moonshot.cn"),
    "zhipuv4": Spoken("openai", "https://open.bigmodel.cn", "/api/paas/v4"),
    "perplexity": Spoken(
        "openai", "https://api.perplexity.ai", note="New API called no version there; Octopus puts /v1 before the endpoint"
    ),
    "lingyiwanwu": Spoken("openai", "https://api.lingyiwanwu.com"),
    "aws": SIGNED,
    "cohere": OWN,
    "minimax": Spoken(
        "openai", "https://api.minimax.chat", note="New API called /text/chatcompletion_v2; Octopus calls /chat/completions"
    ),
    "sunoapi": AUDIO,
    "dify": OWN,
    "jina": EMBEDDINGS,
    "cloudflare": "its address is made of an account id, and Octopus does not know that",
    "siliconflow": Spoken("openai", "https://api.siliconflow.cn"),
    "vertexai": Spoken(
        "gemini",
        "https://generativelanguage.googleapis.com",
        note="Vertex AI has regions and service accounts; Octopus calls the Gemini API, which takes a Gemini API key",
    ),
    "mistral": Spoken("openai", "https://api.mistral.ai"),
    "deepseek": Spoken("openai", "https://api.deepseek.com"),
    "mokaai": EMBEDDINGS,
    "volcengine": Spoken("volcengine", "https://ark.cn-beijing.volces.com"),
    "baiduv2": Spoken("openai", "https://qianfan.baidubce.com", "/v2"),
    "xinference": Spoken("openai"),
    "xai": Spoken("openai", "https://api.x.ai"),
    "coze": OWN,
    "kling": VIDEO,
    "jimeng": "it makes images and videos, and Octopus has no such channels",
    "vidu": VIDEO,
    "submodel": Spoken("openai", "https://llm.submodel.ai"),
    "doubaovideo": VIDEO,
    "sora": VIDEO,
    "replicate": IMAGES,
    "codex": "it logs in with an account instead of a key, and Octopus does not",
    "advanced_custom": "it has routes of its own, and Octopus has none",
    "sub2api": Spoken("openai"),
    "new_api": Spoken("openai"),
}

_BY_REQUEST: Final = "New API takes the endpoint from each request of a client, and not from the type"
_TO_NEWAPI: Final[Mapping[str, Spoken | str]] = {
    "openai": Spoken("openai"),
    "openai_responses": Spoken("openai", note=_BY_REQUEST),
    "anthropic": Spoken("anthropic"),
    "gemini": Spoken("gemini"),
    "volcengine": Spoken("volcengine", note="Octopus called the endpoint for responses; New API calls the one of each request"),
    "openai_embedding": Spoken("openai", note=_BY_REQUEST),
}

PROTOCOLS: Final[Mapping[SiteKind, Mapping[str, Spoken | str]]] = {
    SiteKind.NEWAPI: _TO_OCTOPUS,
    SiteKind.OCTOPUS: _TO_NEWAPI,
}
"""By the kind that a channel comes from: what each of its types becomes on the other, or why it cannot."""


def speak(kind: SiteKind, type_name: object) -> Spoken | str:
    """Return what the type *type_name* of a gateway of *kind* becomes on the other, or why it cannot."""
    return PROTOCOLS[kind].get(str(type_name), f"{type_name} is no type that is known")


def find_vendor(type_name: object, url: str) -> tuple[str, str] | None:
    """Return the type of New API that calls the address *url* of an Octopus channel, and its address there.

    Only providers with a version of their own need one: to any other address New API appends `/v1`.
    """
    for name, spoken in _TO_OCTOPUS.items():
        if not isinstance(spoken, Spoken) or not spoken.path or spoken.path.endswith("/v1") or spoken.type != type_name:
            continue
        if url == spoken.url + spoken.path:
            return name, spoken.url
    return None
