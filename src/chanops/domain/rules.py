"""Every rule that a finding may carry, in one table: `check`, `allow`, the schema and SARIF read it (contracts/upstreams.md 5).

The id is what people write and what never changes; a rule without a test of its name is not done.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Final

from chanops.domain.finding import Severity


class Needs(StrEnum):
    """What has to be read to tell whether a rule is met."""

    FILES = "static"
    GATEWAY = "gateway"
    UPSTREAM = "upstream"


class Silenced(StrEnum):
    """Which of a rule's findings `allow` silences where they would stop a plan (docs/decisions/0008)."""

    ALL = "all"  # the gateway takes the channel all the same
    BELOW_ERROR = "below error"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: how bad it is, what it needs, what it means; fixable: `check --fix` can mend what stands in the file.

    *silenced* is what `allow` silences though it would stop a plan, or would not: errors too, all but errors, or nothing.
    """

    id: str
    severity: Severity
    needs: Needs
    sentence: str
    is_fixable: bool = False
    silenced: Silenced = Silenced.BELOW_ERROR


_E, _W, _N = Severity.ERROR, Severity.WARNING, Severity.NOTICE
_S, _G, _U = Needs.FILES, Needs.GATEWAY, Needs.UPSTREAM

_fixable = partial(Rule, is_fixable=True)
_firm = partial(Rule, silenced=Silenced.NOTHING)
_firm_but_fixable = partial(Rule, is_fixable=True, silenced=Silenced.NOTHING)
_lenient = partial(Rule, silenced=Silenced.ALL)

_TABLE: Final = (
    _fixable("url-version", _E, _S, "an address carries the version that the gateway appends, or lacks the one it does not"),
    _fixable("url-form", _E, _S, "an address has no scheme, holds blanks or ends with a slash"),
    Rule("url-raw", _N, _S, "an address is used as it stands: the gateway can list no models and no balance there"),
    _firm("url-required", _E, _S, "the type has no address of its own, and none is declared"),
    _firm("models-empty", _E, _S, "a channel serves no model"),
    _firm_but_fixable("model-name", _E, _S, "a model's name has outer blanks, a comma, a control character or too many bytes"),
    _fixable("model-dup", _E, _S, "a model or group is listed twice; a warning where two differ by case alone"),
    _firm("map-json", _E, _S, "the model mapping is no mapping of text to text"),
    _firm("map-cycle", _E, _S, "the model mapping leads in a circle"),
    _fixable("map-source", _E, _S, "a mapped model is not among the models, so nobody can ask for it", silenced=Silenced.ALL),
    _lenient("group-length", _E, _S, "the groups make more than 64 characters when joined by commas"),
    _firm_but_fixable("group-blank", _E, _S, "a group is empty, has blanks at its ends or a comma"),
    Rule("name-dup", _E, _S, "two channels of a site have one name; a warning where they live on New API, which allows it"),
    Rule("target-dup", _W, _S, "two channels of a site have the same type, address and key"),
    Rule("key-form", _E, _S, "a key has blanks at its ends, several lines, or several keys joined by commas"),
    _lenient("key-type", _E, _S, "the key has not the form that the channel's type needs"),
    Rule("json-field", _E, _S, "a field holds what the gateway cannot read there, or more than it can store"),
    Rule("auto-sync", _W, _S, "the gateway writes the list of models or its groups, too"),
    Rule("test-model", _W, _S, "the gateway's test of the channel would ask for a model that it lacks, or that cannot chat"),
    Rule("model-missing", _W, _U, "a declared model, or the target of a mapping, is not on the upstream's list"),
    Rule("list-shrunk", _W, _U, "the upstream's list is empty, or much shorter than what is declared"),
    Rule("protocol", _W, _U, "the upstream's list is of another protocol than the channel's type; `chanops test` proves it"),
    Rule("price-missing", _E, _G, "the site has no price for a model that clients may ask for"),
    Rule("group-unknown", _W, _G, "the site has no such user group"),
    Rule("last-route", _W, _G, "a group would lose its last enabled channel for a model"),
    Rule("type-unknown", _E, _G, "the gateway knows no such channel type; a warning from 100 on, which only forks have"),
    Rule("octopus-unrouted", _W, _G, "no group of the Octopus uses the channel"),
    # what else findings carry: the loader's, the adapters' and the engine's own
    _firm("groups-empty", _E, _S, "a channel has no group"),
    _firm("key-twice", _E, _S, "both key and keys are declared"),
    _firm("key-missing", _E, _S, "a channel has no key"),
    _firm("key-mode", _E, _S, "multi_key_mode is declared for a channel with one key"),
    Rule("proxy-form", _E, _S, "the proxy is no address that the gateway accepts"),
    _firm("proxy-twice", _E, _S, "the proxy is declared twice"),
    _firm("server-owned", _E, _S, "a key of the settings is written by the gateway itself"),
    _firm("type-needs", _E, _S, "the type needs a field that is not declared"),
    _firm("weight-range", _E, _S, "a weight that would break every list of the gateway"),
    _firm("priority-range", _E, _S, "a priority that the gateway cannot hold"),
    Rule("poison-other-info", _E, _G, "what the gateway keeps beside the channel would break its status calls"),
    Rule("poison-settings", _E, _G, "settings that the gateway cannot read again"),
    _firm("permission", _E, _G, "the account may not do what the files ask for"),
    _firm("replace-key", _E, _G, "a channel must be replaced, and its key is not known"),
    Rule("models-unknown", _E, _U, "a model rule has no list"),
    _firm("partial", _N, _G, "only a part of the channels was looked at"),
    _firm("site-unread", _E, _G, "a site could not be read"),
    _firm_but_fixable("allow-unused", _N, _S, "an allow line silences nothing"),
    _firm("allow-reason", _N, _S, "an allow line does not say why"),
)  # fmt: skip

RULES: Final = {rule.id: rule for rule in _TABLE}
"""Every rule by its id, the rows of contracts/upstreams.md 5 first."""

ALLOWABLE: Final = tuple(rule.id for rule in _TABLE if rule.silenced is not Silenced.NOTHING)
"""What `allow` may name."""


def is_silenced(rule: str, severity: Severity, *, stops_plan: bool = True) -> bool:
    """Tell whether an `allow` of *rule* silences a finding of *severity*; *stops_plan*: an error of it would."""
    if rule not in RULES or RULES[rule].silenced is Silenced.NOTHING:
        return False
    return not stops_plan or severity is not Severity.ERROR or RULES[rule].silenced is Silenced.ALL
