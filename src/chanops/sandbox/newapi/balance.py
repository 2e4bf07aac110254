"""Balances: contracts/new-api.md 8.5."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chanops.sandbox.gojson import GoJsonError, decode_object, parse
from chanops.sandbox.newapi.answers import RefusedError, ok
from chanops.sandbox.newapi.channels import ENABLED
from chanops.sandbox.newapi.status import start_ejection
from chanops.sandbox.newapi.upstream import address_of, call_upstream, credentials

if TYPE_CHECKING:
    from chanops.sandbox.gojson import GoType
    from chanops.sandbox.newapi.fields import Row
    from chanops.sandbox.newapi.server import Call, Server

OPENAI_LIKE = (1, 8)
SUBSCRIPTION: dict[str, GoType] = {"hard_limit_usd": "float", "has_payment_method": "bool"}
USAGE: dict[str, GoType] = {"total_usage": "float"}


async def update_one(call: Call) -> dict[str, Any]:
    """Answer GET `/update_balance/:id`."""
    channel_id = call.id()
    if call.server.channels.cached_status(channel_id) is None:
        raise RefusedError("the channel does not exist")
    row = call.server.channels.get(channel_id)
    if row["channel_info"]["is_multi_key"]:
        raise RefusedError("a multi-key channel has no balance")
    return ok(balance=await _update(call.server, row))


async def update_all(call: Call) -> dict[str, Any]:
    """Answer GET `/update_balance`: one after the other; a balance of nothing ejects, whatever the options say."""
    for row in call.server.channels.where("status = ?", [ENABLED]):
        if row["channel_info"]["is_multi_key"]:
            continue
        try:
            balance = await _update(call.server, row)
        except RefusedError:
            continue
        if balance <= 0:
            _eject(call.server, row)
    return ok()


def _eject(server: Server, row: Row) -> None:
    if row["auto_ban"] == 1 or not server.profile.spares_unbannable:
        start_ejection(server, row["id"], "the balance is used up")()


async def _update(server: Server, row: Row) -> float:
    """Ask the upstream for the balance, in the way of OpenAI alone, and store it."""
    if row["type"] not in OPENAI_LIKE:
        raise RefusedError("not implemented for this type")
    billing = f"{address_of(server, row)}/v1/dashboard/billing"
    limit = await _get(server, row, f"{billing}/subscription", SUBSCRIPTION)
    usage = await _get(server, row, f"{billing}/usage", USAGE)
    balance = float(limit.get("hard_limit_usd", 0) - usage.get("total_usage", 0) / 100)
    server.channels.write(row["id"], {"balance": balance, "balance_updated_time": server.now()})
    return balance


async def _get(server: Server, row: Row, url: str, fields: dict[str, GoType]) -> dict[str, Any]:
    response = await call_upstream(server, "GET", url, credentials(row["type"], row["key"]))
    if response.status_code != 200:
        raise RefusedError(f"status code: {response.status_code}")
    try:
        return decode_object(parse(response.content, strict_tail=True), fields)
    except GoJsonError as error:
        raise RefusedError(str(error)) from None
