"""Saved plans: the plan's JSON, with digests by which `apply PLAN` notices that anything has moved (DESIGN 5).

No secret is inside: values from references are not in the JSON at all, and live secrets are salted HMACs inside a digest.
"""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from chanops.domain.digest import digest_fields, digest_json, digest_live
from chanops.domain.policy import Lifts, Limit, Selection
from chanops.errors import StalePlanError, UsageError
from chanops.gateways import strict_json

if TYPE_CHECKING:
    from collections.abc import Collection

    from chanops.domain.change import Change
    from chanops.domain.plan import Plan
    from chanops.engine.planner import Asked

VERSION: Final = 2
KEYS: Final = ("key", "keys")
DEEPEST: Final = 128  # levels: a live value has 64
TEXT: Final = (str, type(None))
SAVED: Final = {
    "version": int,
    "selection": {str: [str]},
    "rewrite_keys": bool,
    "lifts": {
        "max_deletes": TEXT, "max_changes": TEXT, "allow_empty": bool,
        "allow_delete": [str], "allow_replace": [str], "allow_route_loss": [str],
    },
    "salt": str,
    "live": {str: str},
    "references": {str: str},
}  # fmt: skip
AGAIN: Final = "make the plan again, and have it reviewed again"


@dataclass(frozen=True, slots=True)
class SavedPlan:
    """A saved plan as it was read: what it does, what it was made from, and what it was asked."""

    data: dict[str, Any]
    asked: Asked
    lifts: Lifts
    salt: bytes
    live: dict[str, str]
    references: dict[str, str]

    @property
    def files(self) -> tuple[Path, ...]:
        """Return the files it was made from, as they were named."""
        return tuple(Path(name) for name in self.data["configuration"]["files"])

    @property
    def sites(self) -> tuple[str, ...]:
        """Return the sites it looked at."""
        return tuple(self.data["sites"])


def require_place(path: Path, files: Collection[str]) -> None:
    """Raise UsageError where no plan can be saved, and where one of the *files* of the configuration stands."""
    if not path.parent.is_dir():
        raise UsageError(f"{path} cannot be written: there is no folder {path.parent}")
    if path.exists() and any(path.samefile(file) for file in files if Path(file).exists()):
        raise UsageError(f"{path} is the configuration: save the plan under another name")


def save(plan: Plan, asked: Asked, lifts: Lifts, path: Path, *, timestamp: str) -> None:
    """Write *plan* to *path*, readable by its owner alone."""
    from chanops.render.plan_json import plan_to_json  # noqa: PLC0415 - keeps --help fast

    salt = secrets.token_bytes(16)
    content = plan_to_json(plan, timestamp=timestamp)
    content["saved"] = {
        "version": VERSION,
        "selection": asked.selection._asdict(),
        "rewrite_keys": asked.rewrite_keys,
        "lifts": {
            **lifts._asdict(),
            "max_deletes": str(lifts.max_deletes) if lifts.max_deletes else None,
            "max_changes": str(lifts.max_changes) if lifts.max_changes else None,
        },
        "salt": salt.hex(),
        "live": {str(change.address): digest_live(change.live, salt) for change in plan.pending if change.live},
        "references": {str(change.address): _references_digest(change, salt) for change in plan.pending},
    }
    content["digest"] = digest_json(json.loads(json.dumps(content)))
    _write_privately(path, json.dumps(content, indent=1) + "\n")


def read(path: Path) -> SavedPlan:
    """Return the plan saved at *path*. Raises UsageError when it is none, StalePlanError when it was altered."""
    try:
        content = strict_json.loads(path.read_bytes(), deepest=DEEPEST)
    except FileNotFoundError:
        raise UsageError(f"{path}: there is no such plan; `chanops plan --out {path}` saves one") from None
    except OSError as fault:
        raise UsageError(f"{path}: the saved plan cannot be read: {fault.strerror}") from None
    except (ValueError, RecursionError):
        raise UsageError(_no_plan(path)) from None
    if not isinstance(content, dict) or "saved" not in content or "digest" not in content:
        raise UsageError(_no_plan(path))
    digest = content.pop("digest")
    if digest_json(content) != digest:
        raise StalePlanError(f"{path} was altered after it was saved; {AGAIN}")
    try:
        return _decode(content)
    except (ValueError, TypeError):
        raise UsageError(f"{path} was saved by another version of chanops; make the plan again") from None


def _no_plan(path: Path) -> str:
    is_yaml = path.suffix in (".yaml", ".yml")
    mend = f"files are named with -f: -f {path}" if is_yaml else "`chanops plan --out FILE` saves one"
    return f"{path} is no saved plan; {mend}"


def _decode(content: dict[str, Any]) -> SavedPlan:
    """Return the plan that *content* holds; ValueError or TypeError when it has another shape."""
    from chanops.engine.planner import Asked  # noqa: PLC0415 - keeps --help fast
    from chanops.render.plan_shape import check, check_plan  # noqa: PLC0415

    check_plan(content)
    saved = content["saved"]
    check(saved, SAVED)
    if saved["version"] != VERSION:
        raise ValueError("another version")
    selection = Selection(**{name: tuple(value) for name, value in saved["selection"].items()})
    given = saved["lifts"]
    lifts = Lifts(
        max_deletes=Limit.parse(given["max_deletes"]) if given["max_deletes"] else None,
        max_changes=Limit.parse(given["max_changes"]) if given["max_changes"] else None,
        allow_empty=given["allow_empty"],
        allow_delete=tuple(given["allow_delete"]),
        allow_replace=tuple(given["allow_replace"]),
        allow_route_loss=tuple(given["allow_route_loss"]),
    )
    asked = Asked(selection, rewrite_keys=saved["rewrite_keys"])
    return SavedPlan(content, asked, lifts, bytes.fromhex(saved["salt"]), saved["live"], saved["references"])


def require_same_configuration(saved: SavedPlan, digest: str) -> None:
    """Raise StalePlanError when the files are not those the plan was made from."""
    if saved.data["configuration"]["digest"] != digest:
        raise StalePlanError(f"the configuration has changed since the plan was saved; {AGAIN}")


def narrow(plan: Plan, saved: SavedPlan) -> Plan:
    """Return the changes of *plan* that *saved* holds. Raises StalePlanError naming every one that has moved."""
    from chanops.render.plan_json import plan_to_json  # noqa: PLC0415 - keeps --help fast

    current = json.loads(json.dumps(plan_to_json(plan, timestamp="")))["resource_changes"]
    planned = {entry["address"]: entry for entry in current}
    live = {str(change.address): _live_digest(change, saved) for change in plan.pending}
    readable = {part.site for part in plan.sites if part.status.value == "ok"}
    wanted = {entry["address"]: entry for entry in saved.data["resource_changes"]}
    moved = [
        address
        for address, entry in wanted.items()
        if entry["site"] in readable and (planned.get(address) != entry or live.get(address) != saved.live.get(address))
    ]
    if moved:
        raise StalePlanError(f"the live state has moved since the plan was saved: {', '.join(moved)}; {AGAIN}")
    values = {str(change.address): _references_digest(change, saved.salt) for change in plan.pending}
    others = [address for address in wanted if address in values and values[address] != saved.references.get(address)]
    if others:
        raise StalePlanError(f"a reference has another value than when the plan was saved: {', '.join(others)}; {AGAIN}")
    return replace(plan, sites=tuple(replace(p, changes=_keep(p.changes, wanted)) for p in plan.sites))


def _keep(changes: tuple[Change, ...], wanted: Collection[str]) -> tuple[Change, ...]:
    return tuple(change for change in changes if not change.is_pending or str(change.address) in wanted)


def _references_digest(change: Change, salt: bytes) -> str:
    """Return a digest of what *change* writes, values of references included; keys aside, which may be rotated meanwhile."""
    return digest_fields({path: value for path, value in (change.after or {}).items() if path not in KEYS}, salt)


def _live_digest(change: Change, saved: SavedPlan) -> str | None:
    return digest_live(change.live, saved.salt) if change.live else None


def _write_privately(path: Path, text: str) -> None:
    """Write *text* so that nobody else can read it at any moment, and the file is whole or not there."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as fault:
        draft.unlink(missing_ok=True)
        raise UsageError(f"{path} cannot be written: {fault.strerror}") from None
