"""The channel types and their default addresses: contracts/new-api.md 7.1."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chanops.sandbox.newapi.answers import PanicError

if TYPE_CHECKING:
    from chanops.sandbox.newapi.profile import Profile

OLLAMA, ALI, GEMINI, ANTHROPIC, ZHIPU_V4 = 4, 17, 24, 14, 26

DEFAULT_URLS = {
    1: "https://api.openai.com",
    2: "https://oa.api2d.net",
    4: "http://localhost:11434",
    5: "https://api.openai-sb.com",
    6: "https://api.openaimax.com",
    7: "https://api.ohmygpt.com",
    9: "https://api.caipacity.com",
    10: "https://api.aiproxy.io",
    12: "https://api.api2gpt.com",
    13: "https://api.aigc2d.com",
    14: "https://api.anthropic.com",
    15: "https://aip.baidubce.com",
    16: "https://open.bigmodel.cn",
    17: "https://dashscope.aliyuncs.com",
    19: "https://api.360.cn",
    20: "https://openrouter.ai/api",
    21: "https://api.aiproxy.io",
    22: "https://fastgpt.run/api/openapi",
    23: "https://hunyuan.tencentcloudapi.com",
    24: "https://generativelanguage.googleapis.com",
    25: "https://api.moonshot.cn",
    26: "https://open.bigmodel.cn",
    27: "https://api.perplexity.ai",
    31: "https://api.lingyiwanwu.com",
    34: "https://api.cohere.ai",
    35: "https://api.minimax.chat",
    37: "https://api.dify.ai",
    38: "https://api.jina.ai",
    39: "https://api.cloudflare.com",
    40: "https://api.siliconflow.cn",
    42: "https://api.mistral.ai",
    43: "https://api.deepseek.com",
    44: "https://api.moka.ai",
    45: "https://ark.cn-beijing.volces.com",
    46: "https://qianfan.baidubce.com",
    48: "https://api.x.ai",
    49: "https://api.coze.cn",
    50: "https://api.klingai.com",
    51: "https://visual.volcengineapi.com",
    52: "https://api.vidu.cn",
    53: "https://llm.submodel.ai",
    54: "https://ark.cn-beijing.volces.com",
    55: "https://api.openai.com",
    56: "https://api.replicate.com",
    57: "https://chatgpt.com",
}


def address(profile: Profile, kind: int, base_url: str | None) -> str:
    """Return where a channel points: its own address or the default of its type, which panics for an unknown type."""
    if base_url:
        return base_url
    if not 0 <= kind <= profile.last_type:
        raise PanicError(f"runtime error: index out of range [{kind}]")
    return DEFAULT_URLS.get(kind, "")
