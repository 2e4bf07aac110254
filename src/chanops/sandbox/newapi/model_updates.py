"""Upstream model updates, and the `settings` they rewrite: contracts/new-api.md 4.6, 8.3."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from chanops.sandbox.gojson import GoJsonError, dump, parse
from chanops.sandbox.newapi.answers import RefusedError, ok
from chanops.sandbox.newapi.channels import ENABLED
from chanops.sandbox.newapi.discovery import models_of
from chanops.sandbox.newapi.probing import start_task
from chanops.sandbox.newapi.validation import SETTINGS, are_settings_valid, read_settings

if TYPE_CHECKING:
    from chanops.sandbox.gojson import GoType
    from chanops.sandbox.newapi.fields import Row
    from chanops.sandbox.newapi.server import Call, Server

PREFIX = "upstream_model_update_"
CHECKED, DETECTED, REMOVED = f"{PREFIX}last_check_time", f"{PREFIX}last_detected_models", f"{PREFIX}last_removed_models"
CHECKS, SYNCS, IGNORED = f"{PREFIX}check_enabled", f"{PREFIX}auto_sync_enabled", f"{PREFIX}ignored_models"
DETECT_ALL = "detect_all"
BODY: dict[str, GoType] = {
    "id": "int",
    "add_models": "string_list",
    "remove_models": "string_list",
    "ignore_models": "string_list",
}
WIPED: Row = {
    "auto_ban": 0,
    "created_time": 0,
    "used_quota": 0,
    "balance": 0,
    "balance_updated_time": 0,
    "test_time": 0,
    "response_time": 0,
    "param_override": None,
    "remark": None,
    "test_model": None,
    "openai_organization": None,
    "status_code_mapping": None,
    "other_info": "",
    "settings": "{}",
}
"""What a check at BASE leaves of a row whose `settings` it cannot read (4.4)."""


async def detect(call: Call) -> dict[str, Any]:
    """Answer POST `/upstream_updates/detect`: forces a check and applies nothing."""
    row = call.server.channels.get(call.json(BODY).get("id", 0))
    return ok(await _detect(call.server, row))


async def _detect(server: Server, row: Row) -> dict[str, Any]:
    settings = read_settings(row["settings"])
    listed = await models_of(server, row)
    present = tidy(row["models"])
    add = [name for name in listed if name not in present and not _is_ignored(name, settings)]
    remove = [name for name in present if name not in listed and name not in _mapped(row["model_mapping"])]
    settings |= {CHECKED: server.now(), DETECTED: add, REMOVED: remove}
    server.channels.write(row["id"], {"settings": write_settings(settings)})
    return {
        "channel_id": row["id"],
        "channel_name": row["name"],
        "add_models": add,
        "remove_models": remove,
        "last_check_time": settings[CHECKED],
        "auto_added_models": 0,
    }


async def apply(call: Call) -> dict[str, Any]:
    """Answer POST `/upstream_updates/apply`: only what is pending is honoured."""
    body = call.json(BODY)
    return ok(_apply(call.server, call.server.channels.get(body.get("id", 0)), body))


def _apply(server: Server, row: Row, body: Row) -> dict[str, Any]:
    settings = read_settings(row["settings"])
    pending, leaving = settings.get(DETECTED, []), settings.get(REMOVED, [])
    added = [name for name in tidy_list(body.get("add_models", [])) if name in pending]
    removed = [name for name in tidy_list(body.get("remove_models", [])) if name in leaving]
    ignored = [name for name in tidy_list(body.get("ignore_models", [])) if name in pending]
    models = [name for name in tidy_list(tidy(row["models"]) + added) if name not in removed]
    settings |= {
        DETECTED: [name for name in pending if name not in added + ignored],
        REMOVED: [name for name in leaving if name not in removed],
        IGNORED: tidy_list(settings.get(IGNORED, []) + ignored),
    }
    text = write_settings(settings)
    server.channels.write(row["id"], {"models": ",".join(models), "settings": text})
    server.channels.rebuild(row["id"])
    server.channels.refresh_cache()
    return {
        "id": row["id"],
        "added_models": added,
        "removed_models": removed,
        "ignored_models": ignored,
        "remaining_models": settings[DETECTED],
        "remaining_remove_models": settings[REMOVED],
        "models": ",".join(models),
        "settings": text,
    }


async def detect_all(call: Call) -> dict[str, Any]:
    """Answer POST `/upstream_updates/detect_all`: synchronous at BASE, a task at HEAD."""
    if call.server.profile.queues_tasks:

        async def run() -> None:
            await _detect_all(call.server)

        return start_task(call.server, DETECT_ALL, run)
    return ok(await _detect_all(call.server))


async def _detect_all(server: Server) -> dict[str, Any]:
    results, failed = [], []
    for row in _checked_channels(server):
        try:
            results.append(await _detect(server, row))
        except RefusedError:
            failed.append(row["id"])
    return {
        "processed_channels": len(results),
        "failed_channel_ids": failed,
        "detected_add_models": sum(len(result["add_models"]) for result in results),
        "detected_remove_models": sum(len(result["remove_models"]) for result in results),
        "channel_detected_results": results,
    }


async def apply_all(call: Call) -> dict[str, Any]:
    """Answer POST `/upstream_updates/apply_all`: everything that is pending, on enabled channels with checks on."""
    results = []
    for row in _checked_channels(call.server):
        settings = read_settings(row["settings"])
        body = {"add_models": settings.get(DETECTED, []), "remove_models": settings.get(REMOVED, [])}
        if any(body.values()):
            results.append(_apply(call.server, row, body))
    return ok(
        {
            "processed_channels": len(results),
            "added_models": sum(len(result["added_models"]) for result in results),
            "removed_models": sum(len(result["removed_models"]) for result in results),
            "failed_channel_ids": [],
            "results": [{"channel_id": result["id"]} | result for result in results],
        }
    )


def _checked_channels(server: Server) -> list[Row]:
    rows = server.channels.where("status = ?", [ENABLED], "ORDER BY id")
    return [row for row in rows if read_settings(row["settings"]).get(CHECKS)]


async def run_background_check(server: Server) -> None:
    """Do what the model-update task does at each pass: mend, check, add what is new where that is asked for."""
    for row in server.channels.where("status = ?", [ENABLED], "ORDER BY id"):
        if not are_settings_valid(row["settings"]) and server.profile.mends_invalid_settings:
            server.channels.write(row["id"], WIPED)
            continue
        settings = read_settings(row["settings"])
        if not settings.get(CHECKS):
            continue
        try:
            found = await _detect(server, row)
        except RefusedError:
            continue
        if settings.get(SYNCS):
            _apply(server, server.channels.get(row["id"]), {"add_models": found["add_models"]})


def write_settings(settings: dict[str, Any]) -> str:
    """Return the text that the server writes: known keys in its own order, nothing that is false or empty."""
    return dump_in_order({name: settings[name] for name in SETTINGS if settings.get(name)})


def dump_in_order(settings: dict[str, Any]) -> str:
    """Return JSON text with the keys as they are."""
    return "{" + ",".join(f"{dump(name)}:{dump(value)}" for name, value in settings.items()) + "}"


def tidy(models: str | None) -> list[str]:
    """Return the names of a comma list, trimmed and each once."""
    return tidy_list((models or "").split(","))


def tidy_list(names: list[str]) -> list[str]:
    """Return *names*, trimmed and each once."""
    return [*dict.fromkeys(name for name in map(str.strip, names) if name)]


def _mapped(model_mapping: str | None) -> list[str]:
    """Return the names that a mapping gives to others: they are never proposed for removal."""
    try:
        mapping = parse((model_mapping or "{}").encode("utf-8", "replace"))
    except GoJsonError:
        return []
    return [*mapping] if isinstance(mapping, dict) else []


def _is_ignored(name: str, settings: dict[str, Any]) -> bool:
    for entry in settings.get(IGNORED, []):
        if entry.startswith("regex:"):
            if re.search(entry.removeprefix("regex:"), name):
                return True
        elif entry == name:
            return True
    return False
