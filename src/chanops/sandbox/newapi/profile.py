"""What tells the generations apart, as a table: contracts/new-api.md 0.2."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Profile:
    """The behaviour of one generation wherever generations differ."""

    generation: str
    stateless_auth: bool
    """Tokens alone, and codes in the refusals; before: sessions, and a user id with every call (1.1, 1.3)."""
    permissions: bool
    """Actions are granted one by one; before: the role decides (1.2)."""
    validates_settings: bool
    """`settings`, `setting.proxy` and the needs of types 58 and 60 are checked (4.3)."""
    status_routes: bool
    """Status has routes of its own and a PUT that names it is refused (6.2)."""
    guards_accounting: bool
    """A PUT ignores times, balances and the used quota (4.4)."""
    strict_put_tail: bool
    """A PUT with text after its JSON is refused (2.2)."""
    create_without_channel_panics: bool
    """POST without `channel` ends in a 500 (2.1)."""
    batch_delete_counts_rows: bool
    """POST `/batch` answers how many rows went; before: how many ids were sent (section 3)."""
    says_retry_after: bool
    """429 carries `Retry-After` (2.3)."""
    ejection_saves_status_only: bool
    """An ejection writes status and `other_info`; before: the whole row from a snapshot (4.4)."""
    shared_model_discovery: bool
    """POST `/fetch_models` works like GET `/fetch_models/:id`; before: plainer, and failing with 500 (8.1)."""
    mends_invalid_settings: bool
    """The model-update task wipes half the row of a channel with invalid `settings` (4.4)."""
    queues_tasks: bool
    """Test-all and detect-all are queued tasks, 409 while one is active (8.3, 8.4)."""
    key_refusal_code: str
    """The code under which a key is not shown without a second factor (1.7)."""
    last_type: int
    """The end of the table of channel types (7.1)."""
    unknown_fields: frozenset[str] = frozenset()
    """Fields of later generations, silently dropped (0.2)."""
    refuses_doubles: bool = False
    """A doubled model or group fails when the row is written already (0.2)."""
    says_version: bool = True
    """Answers carry `X-New-Api-Version` (0.4)."""
    self_shows_token: bool = False
    """GET `/api/user/self` holds the access token (0.2)."""
    tidies_models: bool = True
    """Discovered names are trimmed and come once each (8.1)."""
    spares_unbannable: bool = True
    """A balance of nothing does not eject a channel with `auto_ban` 0 (8.5)."""
    failed_tests_count: bool = False
    """A failed test is noted in the row, and told with its time and without a code (8.2)."""


BASE = Profile(
    generation="base",
    stateless_auth=False,
    permissions=False,
    validates_settings=False,
    status_routes=False,
    guards_accounting=False,
    strict_put_tail=False,
    create_without_channel_panics=True,
    batch_delete_counts_rows=False,
    says_retry_after=False,
    ejection_saves_status_only=False,
    shared_model_discovery=False,
    mends_invalid_settings=True,
    queues_tasks=False,
    key_refusal_code="VERIFICATION_REQUIRED",
    last_type=57,
)

LEGACY = replace(
    BASE,
    generation="legacy",
    create_without_channel_panics=False,
    mends_invalid_settings=False,
    last_type=49,
    unknown_fields=frozenset({"settings", "header_override", "remark", "channel_info"}),
    refuses_doubles=True,
    says_version=False,
    self_shows_token=True,
    tidies_models=False,
    spares_unbannable=False,
    failed_tests_count=True,
)

HEAD = Profile(
    generation="head",
    stateless_auth=True,
    permissions=True,
    validates_settings=True,
    status_routes=True,
    guards_accounting=True,
    strict_put_tail=True,
    create_without_channel_panics=False,
    batch_delete_counts_rows=True,
    says_retry_after=True,
    ejection_saves_status_only=True,
    shared_model_discovery=True,
    mends_invalid_settings=False,
    queues_tasks=True,
    key_refusal_code="SECURITY_PROOF_INVALID",
    last_type=60,
)

PROFILES = {profile.generation: profile for profile in (LEGACY, BASE, HEAD)}
