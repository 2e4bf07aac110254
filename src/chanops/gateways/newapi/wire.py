"""JSON as New API sends it: strict on the types of envelope and row, blind to unknown keys and to what texts hold."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from chanops.errors import NotUnderstoodError

if TYPE_CHECKING:
    from collections.abc import Mapping

Model = TypeVar("Model", bound=BaseModel)


class Wire(BaseModel):
    """What all shapes share: JSON's own types, nothing converted, unknown keys passed over."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True, protected_namespaces=())


class ChannelInfo(Wire):
    """`channel_info` (contracts/new-api.md 5.3)."""

    is_multi_key: bool
    multi_key_size: int
    multi_key_mode: str
    multi_key_status_list: dict[str, int] | None = None


class ChannelRow(Wire):
    """One channel (contracts/new-api.md 4.1); `null` and empty texts mean the same there and are told apart nowhere."""

    id: int
    type: int
    status: int
    name: str
    models: str
    group: str
    weight: int | None
    priority: int | None
    auto_ban: int | None
    base_url: str | None
    openai_organization: str | None
    test_model: str | None
    model_mapping: str | None
    status_code_mapping: str | None
    tag: str | None
    remark: str | None
    setting: str | None
    settings: str
    param_override: str | None
    header_override: str | None
    other: str
    other_info: str
    channel_info: ChannelInfo
    used_quota: int
    balance: float
    balance_updated_time: int
    test_time: int
    response_time: int


class ChannelList(Wire):
    """`data` of the list and of the search."""

    items: list[ChannelRow]
    total: int
    page_size: int = 0  # what the list took of the size asked for (contracts/new-api.md 3.1); a search says nothing


class Read(NamedTuple):
    """One channel as it was read: its checked row, and the row as sent."""

    row: ChannelRow
    wire: Mapping[str, Any]


class Page(NamedTuple):
    """Channels of one answer, and how many the whole table holds."""

    channels: list[Read]
    total: int


class ChannelPermissions(Wire):
    """What the account may do with channels (HEAD, contracts/new-api.md 1.2)."""

    read: bool = False
    operate: bool = False
    write: bool = False
    sensitive_write: bool = False


class AdminPermissions(Wire):
    """Permissions by resource; only channels matter here."""

    channel: ChannelPermissions | None = None


class AccountPermissions(Wire):
    """`permissions` of an account; `admin_permissions` came on 2026-06-27."""

    admin_permissions: AdminPermissions | None = None


class Account(Wire):
    """The account that is logged in: GET `/api/user/self`, or `user` in HEAD's login answer."""

    id: int
    role: int
    permissions: AccountPermissions | None = None


class Login(Wire):
    """`data` of a login: BASE brings the account's id and a cookie, HEAD a token; either may ask for a second factor."""

    require_2fa: bool = False
    id: int | None = None
    access_token: str | None = None
    user: Account | None = None


class GroupName(Wire):
    """One user group: GET `/api/group/` lists bare names (contracts/new-api.md 3)."""

    name: str


class Option(Wire):
    """One setting of the gateway, always a text."""

    key: str
    value: str


class Price(Wire):
    """What GET `/api/pricing` shows of one model (contracts/upstreams.md 5)."""

    model_name: str
    quota_type: int
    model_ratio: float
    billing_mode: str = ""


class Switches(Wire):
    """`data` of GET `/api/status`, which anybody may read."""

    self_use_mode_enabled: bool


def check(site: str, model: type[Model], value: object, what: str) -> Model:
    """Return *value* as *model*; raises NotUnderstoodError naming *what* and the field that is not as expected."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_context=False, include_input=False)[0]
        place = ".".join(str(step) for step in ("data", *fault["loc"]) if isinstance(step, int) or step in _names())
        raise NotUnderstoodError(site, f"{what}: {place}: {fault['msg']}") from None


def check_rows(site: str, model: type[Model], rows: object, what: str) -> list[Model]:
    """Return each of *rows* as *model*; raises NotUnderstoodError as `check` does."""
    if not isinstance(rows, list):
        raise NotUnderstoodError(site, f"{what}: data: a list was expected")
    return [check(site, model, row, what) for row in rows]


@cache
def _names() -> frozenset[str]:
    """Return the keys that a place may name: those of a mapping with free keys are others' text."""
    return frozenset({"data", *(name for model in Wire.__subclasses__() for name in model.model_fields)})
