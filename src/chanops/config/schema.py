"""The JSON Schema of the YAML, made from the vocabulary: editors complete and check with it what the loader takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from chanops.config import words
from chanops.config.guards import MODES
from chanops.config.login import FORMS
from chanops.config.rules import RULE_KEYS, SOURCES, SWITCHES
from chanops.config.shapes import LONGEST, whole_limits
from chanops.domain.policy import LastRoute
from chanops.domain.resources import ChannelState
from chanops.domain.rules import ALLOWABLE
from chanops.domain.vocabulary import BLOCKS, CHANNEL_TYPES, FIELDS, KIND_TITLES, LIFE_CYCLE, Shape, SiteKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chanops.domain.vocabulary import Field

Schema = dict[str, Any]

_TEXT: Final[Schema] = {"type": "string"}
_LINE: Final[Schema] = {"type": "string", "minLength": 1}
_BOOL: Final[Schema] = {"type": "boolean"}
_TEXTS: Final[Schema] = {"type": "array", "items": _TEXT}
_LIMIT: Final[Schema] = {"anyOf": [{"type": "integer", "minimum": 0}, {"type": "string", "pattern": "^[0-9]+%?$"}]}
_REFERENCES: Final = (
    "${env:NAME}", "${file:PATH}", "${cmd:COMMAND}", "${sops:FILE#KEY}", "${vault:MOUNT/PATH#FIELD}", "${keyring:SERVICE#USER}",
)  # fmt: skip
_SECRET: Final[Schema] = {"type": "string", "examples": [*_REFERENCES]}
_NAME: Final = r"^\w[\w.\-]*$"
_URL: Final[Schema] = {"type": "string", "examples": ["https://api.example.com"]}


def _mapping(properties: Schema, *, required: tuple[str, ...] = ()) -> Schema:
    needed = list(required)
    return {
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
        **({"required": needed} if needed else {}),
    }


def make_schema() -> Schema:
    """Return the schema, draft 2020-12."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "chanops",
        "description": "The channels of LLM gateways: what `chanops plan` compares and `chanops apply` makes true.",
        **_mapping(_top(), required=("version",)),
        "$defs": {
            "provider": _mapping(_keys(words.PROVIDER)),
            "defaults": _mapping(_keys(words.DEFAULTS)),
            "channel": _mapping(_keys(key for key in words.CHANNEL if key != "sites"), required=("name",)),
            "shared_channel": _mapping(_keys(words.CHANNEL), required=("name", "sites")),
            "site": _mapping(_site()),
            **{block: _block(block) for block in BLOCKS},
        },
    }


def _top() -> Schema:
    return {
        "version": {"const": 1, "description": "the version of this format"},
        "owner": {**_LINE, "description": "whose mark managed channels carry"},
        "providers": _named("provider", "upstreams, written once"),
        "defaults": _nullable(_reference("defaults")),
        "sites": _named("site", "the gateways, by the name they have here"),
        "channels": _nullable({"type": "array", "items": _reference("shared_channel")}),
        "allow_plaintext_secrets": {**_BOOL, "description": "true: keys may stand in this file as plain text"},
        "allow_commands": {**_BOOL, "description": "true: references of this file may run commands: ${cmd:…}"},
    }


def _site() -> Schema:
    return {
        "kind": {"enum": [str(kind) for kind in SiteKind], "description": "the gateway program"},
        "url": {**_TEXT, "description": "https://…, or sandbox:newapi, sandbox:octopus"},
        "auth": {"anyOf": [{"type": "null"}, *map(_auth, FORMS[SiteKind.NEWAPI])]},
        "tls": _nullable(_mapping({key: _nullable(_BOOL if key == "verify" else _TEXT) for key in words.TLS})),
        "timeout": _nullable({"type": "number", "exclusiveMinimum": 0, "description": "seconds for one request"}),
        "parallelism": _nullable({"type": "integer", "minimum": 1, "description": "writes at once"}),
        "defaults": _nullable(_reference("defaults")),
        "manage": _nullable(
            {"anyOf": [{"enum": [str(mode) for mode in MODES]}, _mapping({"names": _LINE}, required=("names",))]}
        ),
        "guards": _nullable(_mapping({key: _nullable(_guard(key)) for key in words.GUARDS})),
        "channels": _nullable({"type": "array", "items": _reference("channel")}),
    }


def _auth(form: tuple[str, ...]) -> Schema:
    kinds = {"user_id": {"type": "integer", "minimum": 1}, "username": _TEXT}
    return _mapping({key: kinds.get(key, _SECRET) for key in form}, required=form)


def _guard(key: str) -> Schema:
    if key in words.LIMITS:
        return _LIMIT
    if key in words.LIFTS:
        return {"type": "array", "items": _LINE}
    return _BOOL if key == "allow_empty" else {"enum": [str(way) for way in LastRoute]}


def _keys(keys: Iterable[str]) -> Schema:
    return {key: _key(key) for key in keys}


def _key(key: str) -> Schema:
    if key in FIELDS:
        return _field(FIELDS[key])
    if key in BLOCKS:
        return _nullable(_reference(key))
    return {**_nullable(_LIFE[key]), "description": LIFE_CYCLE[key]}


def _block(block: str) -> Schema:
    described = f"fields that only {KIND_TITLES[SiteKind(block)]} has"
    fields = {key: _field(FIELDS[path]) for key, path in words.IN_BLOCK[block].items()}
    return {**_mapping(fields), "description": described}


def _field(field: Field) -> Schema:
    schema = _LINE if field.path == "name" else _nullable(_shape(field))
    titles = " and ".join(KIND_TITLES[kind] for kind in field.kinds)
    return {**schema, "description": field.doc if len(field.kinds) == len(SiteKind) else f"{field.doc} ({titles})"}


def _shape(field: Field) -> Schema:
    if field.shape is Shape.INT:
        lowest, highest = whole_limits(field)
        return {"type": "integer", "minimum": lowest, "maximum": highest}
    if field.shape is Shape.CHOICE:
        return {"enum": list(field.choices)}
    if field.path in LONGEST:
        return {**_TEXT, "maxLength": LONGEST[field.path]}
    return _SHAPES[field.shape]


def _named(definition: str, description: str) -> Schema:
    named = {
        "type": "object",
        "additionalProperties": _nullable(_reference(definition)),
        "propertyNames": {"pattern": r"^\w[\w.\-]*$"},
    }
    return {**_nullable(named), "description": description}


def _nullable(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def _reference(definition: str) -> Schema:
    return {"$ref": f"#/$defs/{definition}"}


_RULE: Final = _mapping(
    {"from": {"enum": list(SOURCES)}, **dict.fromkeys(words.RULE_LISTS, _TEXTS), "max_removed": _LIMIT}, required=("from",)
)
_REDIRECT: Final = _mapping({
    "standards": {"anyOf": [{"enum": ["common"]}, _TEXTS]},
    **dict.fromkeys(SWITCHES, _BOOL),
    "rules": {"type": "array", "items": _mapping({"from": _TEXT, "to": _TEXT}, required=RULE_KEYS)},
})  # fmt: skip
_REASONED: Final[Schema] = {
    "type": "object",
    "propertyNames": {"enum": list(ALLOWABLE)},
    "additionalProperties": _TEXT,
    "minProperties": 1,
    "maxProperties": 1,
}
_TYPE_NAMES: Final = sorted({name for table in CHANNEL_TYPES.values() for name in table})

_SHAPES: Final[dict[Shape, Schema]] = {
    Shape.TEXT: _TEXT,
    Shape.BOOL: _BOOL,
    Shape.URL: _URL,
    Shape.URLS: {"type": "array", "items": _URL},
    Shape.SECRET: _SECRET,
    Shape.SECRETS: {"type": "array", "items": _SECRET, "minItems": 1},
    Shape.TYPE: {"anyOf": [{"enum": _TYPE_NAMES}, {"type": "integer", "minimum": 0}]},
    Shape.MODELS: {"anyOf": [{"type": "array", "items": _LINE, "minItems": 1}, _RULE]},
    Shape.NAMES: {"type": "array", "items": _LINE},
    Shape.TEXT_MAP: {"type": "object", "additionalProperties": _TEXT},
    Shape.JSON_MAP: {"type": "object"},
    Shape.TEXT_OR_MAP: {"type": ["string", "object"]},
    Shape.URL_OR_BOOL: {"type": ["string", "boolean"]},
}

_LIFE: Final[dict[str, Schema]] = {
    "provider": _TEXT,
    "sites": {"type": "array", "items": _TEXT, "minItems": 1, "uniqueItems": True},
    "protect": _BOOL,
    "state": {"enum": [str(state) for state in ChannelState]},
    "moved_from": _LINE,
    "ignore": {"type": "array", "items": {"enum": [path for path in FIELDS if path != "name"]}},
    "id": {"anyOf": [{"type": "integer", "minimum": 1}, {"type": "string", "pattern": "^[1-9][0-9]*$"}]},
    "redirect": _REDIRECT,
    "allow": {"type": "array", "items": {"anyOf": [{"enum": list(ALLOWABLE)}, _REASONED]}},
}
