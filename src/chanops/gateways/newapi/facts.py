"""What New API tells of its site: groups, prices, types, and who alone serves a route (contracts/upstreams.md 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from chanops.domain import finding
from chanops.domain.facts import Prices, SiteFacts, find_sole, group_by_target
from chanops.domain.wording import fit_to_show
from chanops.errors import GatewayError, RefusedError, UnauthorisedError
from chanops.gateways.newapi.jsontext import parse_map
from chanops.gateways.newapi.shapes import TYPE_NUMBERS
from chanops.gateways.unread import unread

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chanops.domain.finding import Finding
    from chanops.domain.gateway import LiveSite, Route
    from chanops.domain.value import Value
    from chanops.gateways.newapi.api import Api
    from chanops.gateways.newapi.generations import Profile
    from chanops.gateways.newapi.wire import Price

TABLES: Final = ("ModelPrice", "ModelRatio")
MODES, EXPRESSIONS = "billing_setting.billing_mode", "billing_setting.billing_expr"
BY_EXPRESSION: Final = "tiered_expr"
ROOT: Final = "all prices can be read with the access token of a root account"
LISTED: Final = 20  # groups
LONGEST: Final = 64  # characters of a group's name: all groups of a channel take no more
UNPRICED: Final = 37.5
"""The ratio that is shown of a model without one; a few real ones are the same."""


async def fetch_facts(api: Api, profile: Profile, live: LiveSite, routes: Mapping[Route, frozenset[str]]) -> SiteFacts:
    """Return what can be had: two calls for root, four for any other administrator."""
    findings: list[Finding] = []
    groups = await _fetch_groups(api, findings)
    return SiteFacts(
        groups=groups,
        groups_shown=tuple(fit_to_show(api.link.ledger, name, LONGEST) for name in sorted(groups or ())[:LISTED]),
        prices=await _fetch_prices(api, findings),
        types=frozenset(number for number in TYPE_NUMBERS.values() if number <= profile.last_type),
        sole=find_sole(routes),
        targets=group_by_target(live.channels),
        findings=tuple(findings),
    )


async def _fetch_groups(api: Api, findings: list[Finding]) -> frozenset[str] | None:
    try:
        return await api.list_groups()
    except GatewayError as error:
        findings.append(unread(f"{api.link.site}: groups cannot be read", error, "group-unknown"))
        return None


async def _fetch_prices(api: Api, findings: list[Finding]) -> Prices | None:
    try:
        try:
            return _read_tables(api, await api.list_options(), findings)
        except (UnauthorisedError, RefusedError):  # HEAD and BASE, each in its way: not root (1.3)
            return await _fetch_shown(api, findings)
    except GatewayError as error:
        findings.append(unread(f"{api.link.site}: prices cannot be read", error, "price-missing", ROOT))
        return None


def _read_tables(api: Api, options: Mapping[str, str], findings: list[Finding]) -> Prices | None:
    """Return the prices in *options*; a table that cannot be read says nothing of any model."""
    is_self_use = options.get("SelfUseModeEnabled") == "true"
    tables = {key: parse_map(options.get(key)) for key in (*TABLES, MODES, EXPRESSIONS)}
    broken = [key for key in TABLES if key not in options] + [key for key, table in tables.items() if isinstance(table, str)]
    if broken and not is_self_use:
        summary = f"{api.link.site}: prices cannot be read: {', '.join(broken)} is missing or no JSON object"
        findings.append(finding.warning(summary, rule="price-missing"))
        return None
    priced = frozenset(name for key in TABLES for name in tables[key])
    return Prices(priced, _by_expression(tables[MODES], tables[EXPRESSIONS]), is_self_use=is_self_use)


def _by_expression(modes: Mapping[str, Value] | str, expressions: Mapping[str, Value] | str) -> frozenset[str]:
    if isinstance(modes, str) or isinstance(expressions, str):
        return frozenset()
    return frozenset(name for name, mode in modes.items() if mode == BY_EXPRESSION and str(expressions.get(name) or "").strip())


async def _fetch_shown(api: Api, findings: list[Finding]) -> Prices:
    """Return what every administrator sees: models that an enabled channel serves, and whether prices matter at all."""
    if (await api.get_switches()).self_use_mode_enabled:
        return Prices(is_self_use=True)
    shown = await api.list_prices()
    summary = f"{api.link.site}: prices are known only of models that an enabled channel serves"
    findings.append(finding.notice(summary, f"of others nothing is said: {ROOT}", rule="price-missing"))
    unpriced = frozenset(row.model_name for row in shown if not _has_price(row))
    return Prices(expressions=frozenset(row.model_name for row in shown) - unpriced, unpriced=unpriced)


def _has_price(row: Price) -> bool:
    return row.quota_type != 0 or row.model_ratio != UNPRICED or row.billing_mode == BY_EXPRESSION
