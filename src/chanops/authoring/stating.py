"""What is said of one live channel: what a create would fill in is left out, secrets become references."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from chanops.authoring.draft import KEYS, NAME, Draft
from chanops.authoring.references import has_letters
from chanops.authoring.yaml_text import fault_of, flow
from chanops.domain.resources import DesiredChannel
from chanops.domain.secret import Secret
from chanops.domain.telling import CREDENTIALS, SECRET_NAMES
from chanops.domain.value import covers, same, same_set
from chanops.domain.vocabulary import FIELDS, Compare, Shape, is_secret_header

if TYPE_CHECKING:
    from chanops.authoring.references import References
    from chanops.domain.gateway import Dialect
    from chanops.domain.resources import LiveChannel
    from chanops.domain.value import Value

LONGEST_REMARK: Final = 160
MAPS: Final = (Shape.JSON_MAP, Shape.TEXT_MAP)
AUTO_SYNC: Final = "upstream_model_update_auto_sync_enabled"
SYNCED: Final = "the gateway's own sync writes them"
OF_THE_KEY: Final = re.compile(r"(?:(?:Bearer|Basic) )?\{api_key\}")
TELLING: Final = re.compile(r"key|token|secret|passw|auth|bearer|cookie|\bsk-", re.IGNORECASE)
SAME: Final = {Compare.EXACT: same, Compare.SET: same_set, Compare.COVERED: covers}


def state_channel(live: LiveChannel, dialect: Dialect, references: References) -> Draft:
    """Return what a file says of *live*; its keys are left to others."""
    stating = _Stating(Draft(live), references)
    defaults = dialect.defaults(DesiredChannel(live.address, {"keys": ()}))
    for path in FIELDS:
        if path in live.fields and path != NAME and path not in KEYS:
            stating.state(path, live.fields[path], defaults.get(path))
    draft = stating.draft
    _drop_unknown_keys(draft, dialect)
    _leave_synced_models(draft)
    return draft


def whose_words(live: LiveChannel) -> str:
    """Return what the secrets of *live* are named after: its name, where that has letters."""
    return live.name if has_letters(live.name) else f"{live.address.site} {live.remote_id}"


@dataclass(slots=True)
class _Stating:
    """States one field after the other."""

    draft: Draft
    references: References

    def state(self, path: str, value: Value, default: Value) -> None:
        if FIELDS[path].shape in MAPS and not isinstance(value, Mapping):
            self.draft.remarks[path] = remark(path, value, "it is not a JSON object")
            return
        if fault := fault_of(value):
            self.draft.remarks[path] = remark(path, value, fault)
            return
        said = self._with_references(path, value)
        self.draft.known[path] = said
        if not _is_default(path, value, default):
            self.draft.fields[path] = said

    def _with_references(self, path: str, value: Value) -> Value:
        """Return *value* with a reference in place of every secret."""
        if path == "headers" and isinstance(value, Mapping):
            return {key: self._header(path, key, item) for key, item in value.items()}
        return self._inside(path, path.rpartition(".")[2], value, is_auth=False)

    def _inside(self, path: str, key: str, value: Value, *, is_auth: bool) -> Value:
        match value:
            case Secret():
                return self._refer(path, key, value.reveal())
            case str() if self.references.knows(value) or _is_telling(key, value, is_auth=is_auth):
                return self._refer(path, key, value)
            case str():
                return value
            case Mapping() if "header" in key.lower():
                return {inner: self._header(path, inner, item) for inner, item in value.items()}
            case Mapping():
                return {
                    inner: self._inside(path, inner, item, is_auth=is_auth or inner == "auth") for inner, item in value.items()
                }
            case Sequence():
                return tuple(self._inside(path, key, item, is_auth=is_auth) for item in value)
            case _:
                return value

    def _header(self, path: str, name: str, value: Value) -> Value:
        text = value.reveal() if isinstance(value, Secret) else value
        if not isinstance(text, str):
            return text
        if isinstance(value, Secret) or is_secret_header(name) or CREDENTIALS.search(text) or self.references.knows(text):
            return text if OF_THE_KEY.fullmatch(text) or not text else self._refer(path, name, text)
        return text

    def _refer(self, path: str, key: str, text: str) -> Value:
        if not text or OF_THE_KEY.fullmatch(text):
            return text
        live = self.draft.live
        purpose = f"{live.address}: {path}" + (f", {key}" if key != path.rpartition(".")[2] else "")
        upstream = str(live.fields.get("base_url") or "")
        return self.references.refer((whose_words(live), key), purpose, text, upstream=upstream, spare=live.remote_id)


def remark(path: str, value: Value, reason: str) -> str:
    """Return a comment that says what *path* holds, if that may be shown, and why it is not stated."""
    return f"{path}: {shown(value)} - {reason}"


def shown(value: Value) -> str:
    """Return *value* as a comment shows it: never a secret, nor a text that tells of one, and not all of a long one."""
    if not _is_open(value) or fault_of(value):
        return "not shown"
    text = flow(value)
    return text if len(text) <= LONGEST_REMARK else f"{text[:LONGEST_REMARK]}…"


def _is_open(value: Value) -> bool:
    match value:
        case Secret():
            return bool(value.reference)
        case str():
            return not (CREDENTIALS.search(value) or (len(value) > 8 and TELLING.search(value)))
        case Mapping():
            return all(map(_is_open, value.values()))
        case Sequence():
            return all(map(_is_open, value))
        case _:
            return True


def _is_telling(key: str, text: str, *, is_auth: bool) -> bool:
    return bool(CREDENTIALS.search(text) or SECRET_NAMES.search(key)) or (is_auth and key == "value")


def _is_default(path: str, value: Value, default: Value) -> bool:
    """Tell whether a create that does not say *path* would come to *value* all the same."""
    field = FIELDS[path]
    if default is not None:
        return SAME[field.compare](value, default)
    if field.shape is Shape.CHOICE:
        return value == field.choices[0]
    is_collection = isinstance(value, Mapping | Sequence) and not isinstance(value, str)
    return value == "" or value is False or (is_collection and not len(value))  # type: ignore[arg-type]  # is_collection told


def _drop_unknown_keys(draft: Draft, dialect: Dialect) -> None:
    """Say in a comment which keys of the gateway's own maps it does not know: it may drop them, and they would come back."""
    for path, field in FIELDS.items():
        held = draft.fields.get(path)
        if field.compare is not Compare.COVERED or not isinstance(held, Mapping):
            continue
        faults = {key: _fault_of_key(draft, dialect, path, key) for key in held}
        for key, fault in faults.items():
            if fault:
                draft.remarks[f"{path}.{key}"] = remark(f"{path}.{key}", held[key], fault)
        kept = {key: item for key, item in held.items() if not faults[key]}
        draft.fields[path] = draft.known[path] = kept
        if not kept:
            del draft.fields[path]


def _fault_of_key(draft: Draft, dialect: Dialect, path: str, key: str) -> str:
    alone = DesiredChannel(draft.live.address, {path: {key: draft.live.fields[path][key]}})  # type: ignore[index,call-overload]  # a map
    return next((found.summary for found in dialect.audit(alone, draft.live) if found.field == path), "")


def _leave_synced_models(draft: Draft) -> None:
    """Leave the models to a gateway that overwrites them from the upstream."""
    settings = draft.fields.get("newapi.settings")
    is_synced = isinstance(settings, Mapping) and settings.get(AUTO_SYNC) is True
    if draft.fields.get("octopus.auto_sync") is True or is_synced:
        draft.drop("models", f"models: {SYNCED}")
        draft.ignored.add("models")
