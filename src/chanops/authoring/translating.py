"""A live channel as it would live on another site, perhaps of another kind, and all that is lost on the way. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from chanops.authoring.losses import LOST, MODE, Loss
from chanops.authoring.protocols import Spoken, speak
from chanops.authoring.rerouting import Call, RefusedError, Route, to_newapi, to_octopus, to_other_generation
from chanops.authoring.stating import shown
from chanops.domain.address import Address
from chanops.domain.finding import Severity
from chanops.domain.resources import DesiredChannel, LiveChannel, Status
from chanops.domain.secret import Secret
from chanops.domain.value import is_list, reveal, same
from chanops.domain.vocabulary import FIELDS, SiteKind

if TYPE_CHECKING:
    from chanops.domain.gateway import Dialect
    from chanops.domain.value import Value

KEYS_OF_ITS_OWN: Final = ("*", "re:", "regex:")  # names of headers that New API passes on (contracts/new-api.md 4.1)
ORGANIZATION: Final = "OpenAI-Organization"


@dataclass(slots=True)
class Translated:
    """A channel as it would live on the other site; *refused* says why it cannot."""

    live: LiveChannel
    losses: list[Loss] = field(default_factory=list)
    refused: str = ""


def translate(live: LiveChannel, source: Dialect, target: Dialect, site: str) -> Translated:
    """Return *live*, held by a gateway of *source*, as *site*, a gateway of *target*, would hold it."""
    translation = _Translation(live, source, target, Address.channel(site, live.name))
    try:
        translation.run()
    except RefusedError as refusal:
        return Translated(live, [], str(refusal))
    fields = {path: translation.fields[path] for path in FIELDS if path in translation.fields}
    wire = {"channel_info": live.wire.get("channel_info")}  # how many keys there are; no more of the row
    return Translated(LiveChannel(translation.address, live.remote_id, fields, live.status, None, wire), translation.losses)


@dataclass(slots=True)
class _Translation:
    """Brings one field after the other to the other side."""

    live: LiveChannel
    source: Dialect
    target: Dialect
    address: Address
    fields: dict[str, Value] = field(default_factory=dict)
    losses: list[Loss] = field(default_factory=list)

    @property
    def between_kinds(self) -> bool:
        """Tell whether the two gateways are of two kinds."""
        return self.source.kind is not self.target.kind

    def run(self) -> None:
        """Fill the fields. Raises RefusedError."""
        self.fields = {path: value for path, value in self.live.fields.items() if self.target.kind in FIELDS[path].kinds}
        spoken = self._type()
        self._status()
        self._base_url(spoken)
        self._keys()
        if self.between_kinds:
            self._models()
            self._headers()
            self._proxy()
            self._the_rest()

    def lose(self, path: str, what: str, advice: str = "") -> None:
        """Note that *path* is not the same any more."""
        self.losses.append(Loss(path, what, advice))

    def _type(self) -> Spoken:
        """Find the type on the other side."""
        former = self.live.fields.get("type")
        spoken = speak(self.source.kind, former) if self.between_kinds else Spoken(str(former))
        if isinstance(spoken, str):
            raise RefusedError(f"type {shown(former)}: {spoken}")
        new: Value = spoken.type if self.between_kinds else former
        if why := self._complaint("type", new):
            spoken, new = Spoken("openai"), "openai"
            if former != "openai_embedding":
                raise RefusedError(why)
        if new != former:
            self.lose("type", f"{shown(former)} becomes {shown(new)}", spoken.note)
        elif spoken.note:
            self.lose("type", spoken.note)
        self.fields["type"] = new
        return spoken

    def _status(self) -> None:
        if self.live.status is Status.EJECTED:
            self.fields["enabled"] = False
            what = "the gateway had disabled it after failed calls; it is written as disabled"
            self.lose("enabled", what, "mend its upstream, then write `enabled: true`")

    # Where it calls

    def _base_url(self, spoken: Spoken) -> None:
        value = self._one_address(self.live.fields.get("base_url"), self.live.fields.get("base_urls"))
        if value is None:
            return
        text = str(reveal(value) or "")
        route = self._route(text, spoken)
        route = route.hidden() if isinstance(value, Secret) else route
        if route.type != self.fields["type"]:
            self.losses = [loss for loss in self.losses if loss.field != "type"]
        self.losses += route.losses
        self.fields |= {"type": route.type, "base_url": route.url}

    def _route(self, text: str, spoken: Spoken) -> Route:
        """Return what the other gateway is to call."""
        source, target = Call(self.source, self.live.fields.get("type")), Call(self.target, self.fields["type"])
        if self.between_kinds:
            is_octopus = self.target.kind is SiteKind.OCTOPUS
            return to_octopus(text, source, target, spoken) if is_octopus else to_newapi(text, source, target)
        if self.source.generation != self.target.generation:
            return to_other_generation(text, target)
        return Route(text, target.type)

    def _one_address(self, one: Value, several: Value) -> Value:
        """Return the one address to carry over; None when there are several and the other side takes them all."""
        if not is_list(several):
            return one
        if not self.between_kinds and not self._complaint("base_urls", several):
            return None
        self.fields.pop("base_urls", None)
        if len(several) > 1:
            what = f"one of {len(several)} addresses is carried over, the first"
            self.lose("base_urls", what, "declare one channel for each of the others")
        return several[0] if several else ""

    # Its keys

    def _keys(self) -> None:
        """Carry keys over where they are shown; where they are not, say how many there are."""
        held = self.live.fields.get("keys")
        is_several = is_list(held) or MODE in self.live.fields
        if not is_several:
            self.fields.pop("key", None)
            if isinstance(self.live.fields.get("key"), Secret):
                self.fields["key"] = self.live.fields["key"]
            return
        if not self._complaint("keys", (Secret("a"), Secret("b"))):
            self.fields["keys"] = held if is_list(held) else None
            return
        self.fields.pop("keys", None)
        if is_list(held):
            self.fields["key"] = held[0] if held else Secret("")
            if len(held) < 2:
                return
        what = "a channel has one key there: a reference for one of them is written"
        self.lose("keys", what, "declare one channel for each of the others, and put them into one group")

    # What it serves

    def _models(self) -> None:
        models, custom = _items(self.live.fields.get("models")), _items(self.live.fields.get("octopus.custom_models"))
        mapping = self.live.fields.get("model_mapping")
        if isinstance(mapping, Mapping):
            models = [self._without_alias(model, mapping) for model in models]
        elif mapping:
            self.lose("model_mapping", "it is no JSON object", "mend it on the site, then migrate again")
        self.fields["models"] = tuple({reveal(model): model for model in [*models, *custom]}.values())

    def _without_alias(self, model: Value, mapping: Mapping[str, Value]) -> Value:
        """Return the upstream's name of *model*, and tell what clients no longer find."""
        upstream = _resolve(model, mapping)
        if reveal(upstream) == reveal(model):
            return model
        alias, name = shown(model), shown(upstream)
        what = f"clients no longer find {alias} here: the model is listed as {name}, its upstream name"
        self.lose("model_mapping", what, f"make a group {alias} on Octopus with {name} of this channel")
        return upstream

    def _headers(self) -> None:
        headers = self.live.fields.get("headers")
        kept: dict[str, Value] = {}
        if isinstance(headers, Mapping):
            for name, value in headers.items():
                if name.startswith(KEYS_OF_ITS_OWN) or "{api_key}" in str(reveal(value)):
                    self.lose("headers", f"{name}: only New API has rules and placeholders in headers", "set it by hand")
                else:
                    kept[name] = value
        elif headers:
            self.lose("headers", "they are no JSON object", "mend them on the site, then migrate again")
        if organization := self.live.fields.get("newapi.openai_organization"):
            kept.setdefault(ORGANIZATION, organization)
            self.lose("newapi.openai_organization", f"it becomes the header {ORGANIZATION}")
        self.fields["headers"] = kept

    def _proxy(self) -> None:
        proxy = self.live.fields.get("proxy")
        self.fields.pop("proxy", None)
        if proxy is True:
            self.lose("proxy", "the gateway's own proxy is not used there", "write `proxy:` with its address")
        elif proxy:
            self.fields["proxy"] = proxy

    def _the_rest(self) -> None:
        """Tell of every field that the other kind has nothing for, where it holds more than nothing."""
        for path, lost in LOST.items():
            value = self.live.fields.get(path)
            if path == MODE and "keys" not in self.fields:
                continue
            if value is None or same(value, lost.default) or self.target.kind in FIELDS[path].kinds:
                continue
            if isinstance(value, Mapping | Sequence) and not value:
                continue
            self.lose(path, f"{shown(value)} is lost", lost.advice)

    def _complaint(self, path: str, value: Value) -> str:
        """Return why the other gateway does not take *value* in *path*; empty when it does."""
        asked = DesiredChannel(self.address, {path: value})
        found = (f for f in self.target.audit(asked, None) if f.field == path and f.severity is Severity.ERROR)
        return next((finding.summary for finding in found if finding.rule != "type-needs"), "")


def _resolve(model: Value, mapping: Mapping[str, Value]) -> Value:
    """Return the upstream name that *model* is mapped to, links followed; itself in a circle."""
    seen, found = [str(reveal(model))], model
    while (after := mapping.get(seen[-1])) and isinstance(name := reveal(after), str):
        if name == seen[-1]:
            return found
        if name in seen:
            return model
        seen.append(name)
        found = after
    return found


def _items(value: Value) -> list[Value]:
    return list(value) if is_list(value) else []
