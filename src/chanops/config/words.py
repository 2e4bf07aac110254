"""Every key that the YAML knows, mapping by mapping."""

from __future__ import annotations

from typing import Final

from chanops.domain.vocabulary import BLOCKS, FIELDS, LIFE_CYCLE

TOP: Final = ("version", "owner", "providers", "defaults", "sites", "channels", "allow_plaintext_secrets", "allow_commands")
SITE: Final = ("kind", "url", "auth", "tls", "timeout", "parallelism", "defaults", "manage", "guards", "channels")
AUTH: Final = ("access_token", "user_id", "username", "password")
TLS: Final = ("ca_file", "client_cert", "client_key", "verify")
MANAGE: Final = ("names",)
LIMITS: Final = ("max_deletes", "max_changes")
LIFTS: Final = ("allow_delete", "allow_replace", "retire")
GUARDS: Final = (*LIMITS, "last_route", "allow_empty", *LIFTS)
RULE_LISTS: Final = ("include", "exclude", "allow", "extra")
RULE: Final = ("from", *RULE_LISTS, "max_removed")
REDIRECT: Final = ("standards", "dated", "latest", "shared", "rules", "prune")

_COMMON: Final = tuple(path for path, field in FIELDS.items() if not field.block and path != "name")

IN_BLOCK: Final = {block: {f.key: f.path for f in FIELDS.values() if f.block == block} for block in BLOCKS}
"""The keys of each block, with the paths of their fields."""

PROVIDER: Final = (*_COMMON, *BLOCKS)
DEFAULTS: Final = (*PROVIDER, "provider", "protect", "ignore")
CHANNEL: Final = ("name", *PROVIDER, *LIFE_CYCLE)

SECRET: Final = frozenset({"key", "keys", "access_token", "password"})
"""Keys whose value is a secret wherever they stand."""

FREE: Final = frozenset({"model_mapping", "headers", "param_override", "status_code_mapping", "setting", "settings", "other"})
"""Keys whose mapping takes any key."""

ALL: Final = frozenset({
    *TOP, *SITE, *AUTH, *TLS, *MANAGE, *GUARDS, *RULE, *REDIRECT, "to", *CHANNEL,
    *(key for block in IN_BLOCK.values() for key in block),
})  # fmt: skip
