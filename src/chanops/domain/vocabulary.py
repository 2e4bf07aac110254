"""The words of the YAML: every channel field, what it holds, and which gateways have it (INTERFACE 2).

One table, read by the loader, the planner, the renderers, the JSON Schema and the reference pages.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, NamedTuple


class SiteKind(StrEnum):
    """The gateway programs chanops can talk to."""

    NEWAPI = "newapi"
    OCTOPUS = "octopus"


class Shape(StrEnum):
    """What a field holds in the YAML."""

    TEXT = "text"
    INT = "int"
    BOOL = "bool"
    URL = "url"
    URLS = "urls"
    SECRET = "secret"  # noqa: S105 - a shape, not a secret
    SECRETS = "secrets"
    TYPE = "type"  # a name from CHANNEL_TYPES, or a bare integer
    MODELS = "models"  # a list of names, or a model rule
    NAMES = "names"
    TEXT_MAP = "text map"  # text to text
    JSON_MAP = "json map"  # the wire carries it as JSON text
    TEXT_OR_MAP = "text or map"
    URL_OR_BOOL = "url or bool"
    CHOICE = "choice"


class Compare(StrEnum):
    """When a desired and a live value are the same."""

    EXACT = "exact"
    SET = "set"  # order and repeats mean nothing
    COVERED = "covered"  # only declared keys are managed
    KEYS = "keys"  # credentials, or the fingerprint of hidden ones


BOTH: Final = (SiteKind.NEWAPI, SiteKind.OCTOPUS)
NEWAPI_ONLY: Final = (SiteKind.NEWAPI,)
OCTOPUS_ONLY: Final = (SiteKind.OCTOPUS,)


class Field(NamedTuple):
    """One channel field: its path in the YAML (`newapi.auto_ban`), its shape and where it exists."""

    path: str
    shape: Shape
    kinds: tuple[SiteKind, ...]
    doc: str
    compare: Compare = Compare.EXACT
    choices: tuple[str, ...] = ()

    @property
    def is_secret(self) -> bool:
        """Tell whether the field holds credentials, so that neither side is ever shown."""
        return self.shape in (Shape.SECRET, Shape.SECRETS)

    @property
    def block(self) -> str:
        """Return `newapi` or `octopus` for a field of that block, else an empty text."""
        return self.path.partition(".")[0] if "." in self.path else ""

    @property
    def key(self) -> str:
        """Return the last part of the path: the key in the YAML mapping that holds the field."""
        return self.path.rpartition(".")[2]


_TABLE: Final = (
    Field("name", Shape.TEXT, BOTH, "the channel's name; on Octopus unique by the gateway's own rule"),
    Field("type", Shape.TYPE, BOTH, "the upstream's protocol: a name of the type table, or a bare integer"),
    Field("enabled", Shape.BOOL, BOTH, "whether the gateway routes traffic to it; true when created"),
    Field("base_url", Shape.URL, BOTH, "the upstream's address; left out on New API: the type's default"),
    Field("base_urls", Shape.URLS, OCTOPUS_ONLY, "several addresses of one upstream (Octopus 0.9)", Compare.SET),
    Field("key", Shape.SECRET, BOTH, "the upstream key, by reference", Compare.KEYS),
    Field("keys", Shape.SECRETS, BOTH, "several keys of one channel: multi-key on New API", Compare.KEYS),
    Field("models", Shape.MODELS, BOTH, "the models it serves; order means nothing", Compare.SET),
    Field("model_mapping", Shape.TEXT_MAP, NEWAPI_ONLY, "requested model to upstream model"),
    Field("groups", Shape.NAMES, NEWAPI_ONLY, "the user groups that may use it; [default] when created", Compare.SET),
    Field("priority", Shape.INT, NEWAPI_ONLY, "higher is tried first; 0 when created"),
    Field("weight", Shape.INT, NEWAPI_ONLY, "share of traffic among equal priorities; 0 when created"),
    Field("tag", Shape.TEXT, NEWAPI_ONLY, "a label shared by several channels"),
    Field("remark", Shape.TEXT, NEWAPI_ONLY, "a note, at most 255 characters"),
    Field("test_model", Shape.TEXT, NEWAPI_ONLY, "the model used by the gateway's channel test"),
    Field("headers", Shape.TEXT_MAP, BOTH, "headers sent to the upstream"),
    Field("param_override", Shape.JSON_MAP, BOTH, "request parameters forced by the gateway"),
    Field("proxy", Shape.URL_OR_BOOL, BOTH, "a proxy for this channel; true on Octopus: the gateway's own"),
    Field("newapi.auto_ban", Shape.BOOL, NEWAPI_ONLY, "whether the gateway may eject it; true when created"),
    Field("newapi.status_code_mapping", Shape.JSON_MAP, NEWAPI_ONLY, "upstream status code to answered status code"),
    Field("newapi.setting", Shape.JSON_MAP, NEWAPI_ONLY, "relay settings; only declared keys", Compare.COVERED),
    Field("newapi.settings", Shape.JSON_MAP, NEWAPI_ONLY, "type-specific settings; only declared keys", Compare.COVERED),
    Field("newapi.openai_organization", Shape.TEXT, NEWAPI_ONLY, "the OpenAI organization header"),
    Field("newapi.other", Shape.TEXT_OR_MAP, NEWAPI_ONLY, "type-specific: API version, region, account or plugin"),
    Field(
        "newapi.multi_key_mode",
        Shape.CHOICE,
        NEWAPI_ONLY,
        "how a multi-key channel picks its key",
        choices=("random", "polling"),
    ),
    Field("octopus.auto_sync", Shape.BOOL, OCTOPUS_ONLY, "the gateway overwrites models from the upstream"),
    Field(
        "octopus.auto_group",
        Shape.CHOICE,
        OCTOPUS_ONLY,
        "adds models to existing groups (Octopus 0.9)",
        choices=("none", "fuzzy", "exact", "regex"),
    ),
    Field("octopus.match_regex", Shape.TEXT, OCTOPUS_ONLY, "filters the model names the gateway fetches"),
    Field("octopus.custom_models", Shape.NAMES, OCTOPUS_ONLY, "models its sync never touches", Compare.SET),
)

FIELDS: Final = {field.path: field for field in _TABLE}
"""Every channel field by its path, in the order pages and plans show them."""

BLOCKS: Final = ("newapi", "octopus")

LIFE_CYCLE: Final = {
    "provider": "an entry of `providers`: fills base_url and key",
    "sites": "top-level channels only: the sites it lives on",
    "protect": "true: never deleted or replaced",
    "state": "absent: deleted when it is there",
    "moved_from": "its former name: renamed in place",
    "ignore": "fields that are neither compared nor updated",
    "id": "pins one of several live channels of the same name",
    "allow": "rules of `check` that it may break: an id, or `{id: why}`",
    "redirect": "New API: computes model_mapping and models together from standard names",
}
"""Channel keys that say how to treat the channel, not what it holds."""

SECRET_HEADER_WORDS: Final = ("auth", "key", "token", "secret", "cookie")


def is_secret_header(name: str) -> bool:
    """Tell whether the value of the header *name* is treated as a secret (DESIGN 2, law 4)."""
    return any(word in name.lower() for word in SECRET_HEADER_WORDS)


CHANNEL_TYPES: Final[dict[SiteKind, dict[str, int]]] = {
    SiteKind.NEWAPI: {  # contracts/new-api.md 7.1
        "openai": 1, "midjourney": 2, "azure": 3, "ollama": 4, "midjourneyplus": 5, "openaimax": 6, "ohmygpt": 7,
        "custom": 8, "ails": 9, "aiproxy": 10, "palm": 11, "api2gpt": 12, "aigc2d": 13, "anthropic": 14, "baidu": 15,
        "zhipu": 16, "ali": 17, "xunfei": 18, "ai360": 19, "openrouter": 20, "aiproxylibrary": 21, "fastgpt": 22,
        "tencent": 23, "gemini": 24, "moonshot": 25, "zhipuv4": 26, "perplexity": 27, "lingyiwanwu": 31, "aws": 33,
        "cohere": 34, "minimax": 35, "sunoapi": 36, "dify": 37, "jina": 38, "cloudflare": 39, "siliconflow": 40,
        "vertexai": 41, "mistral": 42, "deepseek": 43, "mokaai": 44, "volcengine": 45, "baiduv2": 46,
        "xinference": 47, "xai": 48, "coze": 49, "kling": 50, "jimeng": 51, "vidu": 52, "submodel": 53,
        "doubaovideo": 54, "sora": 55, "replicate": 56, "codex": 57, "advanced_custom": 58, "sub2api": 59,
        "new_api": 60,
    },
    SiteKind.OCTOPUS: {  # contracts/octopus.md 7
        "openai": 0, "openai_responses": 1, "anthropic": 2, "gemini": 3, "volcengine": 4, "openai_embedding": 5,
    },
}  # fmt: skip
"""Type names of each gateway and their numbers; Octopus 0.10 and later carry the names themselves."""

KIND_TITLES: Final = {SiteKind.NEWAPI: "New API", SiteKind.OCTOPUS: "Octopus"}
