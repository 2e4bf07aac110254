"""Declared channels in the form live ones are decoded to, with a notice for what New API would have got wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from chanops.domain.finding import Finding, error, notice
from chanops.domain.secret import Secret
from chanops.gateways.newapi.jsontext import freeze
from chanops.gateways.newapi.settings import SETTING, SETTINGS, tidy
from chanops.gateways.newapi.shapes import headers, names, text_or_map, type_name, type_number
from chanops.gateways.newapi.urls import Normal, normalise

if TYPE_CHECKING:
    from chanops.domain.address import Address
    from chanops.domain.resources import DesiredChannel
    from chanops.domain.value import Value


def canonical(desired: DesiredChannel) -> tuple[DesiredChannel, list[Finding]]:
    """Return *desired* in canonical form, and what was changed on the way."""
    fields = {path: _FORMS.get(path, _as_is)(value) for path, value in desired.fields.items()}
    findings = _take_proxy(fields, desired.address)
    if "base_url" in fields:
        fields["base_url"], found = _base_url(fields["base_url"], type_number(fields.get("type")), desired.address)
        findings += found
    return desired.with_fields(fields), findings


def _as_is(value: Value) -> Value:
    return value


def _known(table: Mapping[str, object]) -> Callable[[Value], Value]:
    return lambda value: tidy(value, table) if isinstance(value, Mapping) else value  # type: ignore[arg-type]  # SETTING or SETTINGS


_FORMS: Final[dict[str, Callable[[Value], Value]]] = {
    "type": type_name,
    "keys": freeze,
    "models": names,
    "model_mapping": freeze,
    "groups": names,
    "headers": headers,
    "param_override": freeze,
    "proxy": lambda value: "" if value is False else value,
    "newapi.status_code_mapping": freeze,
    "newapi.setting": _known(SETTING),
    "newapi.settings": _known(SETTINGS),
    "newapi.other": text_or_map,
}


def _take_proxy(fields: dict[str, Value], address: Address) -> list[Finding]:
    """Move `newapi.setting.proxy` to `proxy`, where it is compared as a secret may have to be; twice is an error."""
    setting = fields.get("newapi.setting")
    if not isinstance(setting, Mapping) or "proxy" not in setting:
        return []
    if "proxy" in fields:
        return [
            error(
                "the proxy is declared twice",
                "keep `proxy` and take it out of `newapi.setting`",
                address=address,
                field="newapi.setting",
                rule="proxy-twice",
            )
        ]
    fields["proxy"] = setting["proxy"] or ""
    fields["newapi.setting"] = {key: value for key, value in setting.items() if key != "proxy"}
    return []


def _base_url(value: Value, channel_type: int | None, address: Address) -> tuple[Value, list[Finding]]:
    if isinstance(value, Secret):
        normal = normalise(value.reveal(), channel_type)
        shown = f"the address from {value.reference}" if value.reference else "the address"
        changed: Value = Secret(normal.url, value.reference) if normal.rule else value
        return changed, _notices(normal, shown, f"{shown}, without it", address)
    if not isinstance(value, str):
        return value, []
    normal = normalise(value, channel_type)
    return normal.url, _notices(normal, value, normal.url, address)


def _notices(normal: Normal, before: str, after: str, address: Address) -> list[Finding]:
    match normal.rule:
        case "url-version":
            summary = f"{before} is written as {after}"
            detail = f"New API appends {normal.dropped} itself; write the address without it to silence this"
        case "url-form":
            summary = f"{before} is written as {after}"
            detail = "blanks and slashes at its ends are dropped; write it without them to silence this"
        case _:
            return []
    return [notice(summary, detail, address=address, field="base_url", rule=normal.rule)]
