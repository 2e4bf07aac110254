"""An emulated provider: model lists, balances and chat replies, and whatever it may do wrong (contracts/upstreams.md 3, 4).

It stands behind the emulated gateways as their way out, or on loopback behind real ones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from chanops.sandbox.upstream.account import Account
from chanops.sandbox.upstream.faults import Fault
from chanops.sandbox.upstream.provider import Provider

if TYPE_CHECKING:
    from collections.abc import Mapping

    import httpx

    from chanops.sandbox.gateway import Outbound

__all__ = ["SHOWN", "Account", "Fault", "Provider", "connect"]

SHOWN = (
    "gpt-4o", "gpt-4o-mini", "gpt-5", "gpt-5-mini", "o3", "text-embedding-3-small",
    "claude-sonnet-4-5-20250929", "claude-opus-4-1", "gemini-2.5-pro", "gemini-2.5-flash",
    "Qwen/Qwen-Max", "zai-org/glm-4.5", "deepseek-chat", "deepseek-reasoner",
)  # fmt: skip
"""What a provider lists unless told otherwise."""


def connect(providers: Mapping[str, Provider]) -> Outbound:
    """Return a way out that knows *providers* by host, or by host and port; no other address answers."""
    import httpx  # noqa: PLC0415 - only where a gateway calls out

    async def call(request: httpx.Request) -> httpx.Response:
        address = urlsplit(str(request.url))
        provider = providers.get(address.netloc) or providers.get(address.hostname or "")
        if provider is None:
            raise httpx.ConnectError("connection refused (no such provider in the sandbox)", request=request)
        return await provider(request)

    return call
