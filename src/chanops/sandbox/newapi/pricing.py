"""What the gateway charges, and shows of it at GET `/api/pricing` (contracts/upstreams.md 5, "Price lookup"); run on servers.

The answer is a minute old at most, unless it was empty; only billing expressions make it new at once.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chanops.sandbox.newapi.answers import RefusedError

if TYPE_CHECKING:
    from chanops.sandbox.newapi.server import Call, Server

FRESH_S = 60
UNPRICED = 37.5
EXPRESSION = "tiered_expr"

PRICE_OPTIONS = {
    "ModelPrice": '{"dall-e-3":0.04,"gpt-4-gizmo-*":0.1,"gpt-4o-mini-tts":0.3}',
    "ModelRatio": (
        '{"claude-opus-4-20250514":7.5,"claude-sonnet-4-20250514":1.5,"deepseek-chat":0.135,"deepseek-reasoner":0.275,'
        '"gemini-2.5-flash":0.15,"gemini-2.5-pro":0.625,"gemini-2.5-pro-thinking-*":0.625,"gpt-4.5-preview":37.5,'
        '"gpt-4o":1.25,"gpt-4o-gizmo-*":2.5,"gpt-4o-mini":0.075,"text-embedding-3-small":0.01}'
    ),
    "billing_setting.billing_mode": "{}",
    "billing_setting.billing_expr": "{}",
    "SelfUseModeEnabled": "true",
    "UserUsableGroups": '{"default":"default","vip":"vip"}',
}
"""A small part of the real tables; self-use mode as the first run set it."""


@dataclass
class Shown:
    """The last answer, and when it was made."""

    at: float
    rows: list[dict[str, Any]]


async def show_pricing(call: Call) -> dict[str, Any]:
    """Answer GET `/api/pricing`, for whoever asks."""
    server = call.server
    if _is_closed(server):
        raise RefusedError("pricing is disabled", status=403)
    usable = _table(server, "UserUsableGroups")
    rows = [row for row in _recent(server) if usable.keys() & set(row["enable_groups"])]
    return {
        "success": True,
        "data": rows,
        "vendors": [],
        "group_ratio": {name: ratio for name, ratio in _table(server, "GroupRatio").items() if name in usable},
        "usable_group": usable,
        "supported_endpoint": {},
        "auto_groups": ["default"],
        "pricing_version": "a42d372ccf0b5dd13ecf71203521f9d2",
    }


def _is_closed(server: Server) -> bool:
    modules = json.loads(server.options().get("HeaderNavModules") or "{}")
    pricing = modules.get("pricing", True)
    return (pricing.get("enabled", True) if isinstance(pricing, dict) else pricing) is False


def _recent(server: Server) -> list[dict[str, Any]]:
    shown = server.pricing
    if shown is None or not shown.rows or server.clock.now() - shown.at > FRESH_S:
        server.pricing = shown = Shown(server.clock.now(), _make_rows(server))
    return shown.rows


def _make_rows(server: Server) -> list[dict[str, Any]]:
    groups: dict[str, list[str]] = {}
    for ability in server.store.rows('SELECT "group", models FROM abilities WHERE enabled = 1'):
        for model in (ability["models"] or "").split(","):
            held = groups.setdefault(model, [])
            held += [group for group in (ability["group"] or "").split(",") if group not in held]
    rows = [_make_row(server, model, held) for model, held in groups.items()]
    server.random.shuffle(rows)
    return rows


def _make_row(server: Server, model: str, groups: list[str]) -> dict[str, Any]:
    name = _table_name(model)
    price = _table(server, "ModelPrice").get(name)
    ratio = 0 if price is not None else _table(server, "ModelRatio").get(name, UNPRICED)
    row = {
        "model_name": model,
        "quota_type": 0 if price is None else 1,
        "model_ratio": ratio,
        "model_price": price or 0,
        "owner_by": "",
        "completion_ratio": 1 if price is None else 0,
        "enable_groups": groups,
        "supported_endpoint_types": ["openai"],
    }
    expression = _table(server, "billing_setting.billing_expr").get(model, "")
    if _table(server, "billing_setting.billing_mode").get(model) == EXPRESSION and expression.strip():
        row |= {"billing_mode": EXPRESSION, "billing_expr": expression}
    return row


def _table_name(model: str) -> str:
    """Return the name that the tables hold for *model*: a few families share one."""
    for family in ("gemini-2.5-flash-lite", "gemini-2.5-flash", "gemini-2.5-pro"):
        if model.startswith(family):
            return f"{family}-thinking-*" if "-thinking-" in model else model
    gizmo = next((family for family in ("gpt-4-gizmo", "gpt-4o-gizmo") if model.startswith(family)), None)
    return f"{gizmo}-*" if gizmo else model


def _table(server: Server, option: str) -> dict[str, Any]:
    return dict(json.loads(server.options().get(option) or "{}"))
