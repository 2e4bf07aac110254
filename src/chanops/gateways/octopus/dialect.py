"""How one generation of Octopus holds channels: the canonical form of what is declared, and what it would choke on."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from chanops.domain.finding import error, notice, warning
from chanops.domain.gateway import IN_PLACE
from chanops.domain.resources import Status
from chanops.domain.secret import Secret
from chanops.domain.value import reveal
from chanops.domain.vocabulary import SiteKind
from chanops.gateways.octopus import exact, gourl, urls
from chanops.gateways.octopus.codec import MODEL_PATHS
from chanops.gateways.octopus.generations import G2, G4, TYPE_NAMES, Profile

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from chanops.domain.finding import Finding
    from chanops.domain.gateway import Route, Transition
    from chanops.domain.resources import DesiredChannel, LiveChannel
    from chanops.domain.value import Value

PROXY_SCHEMES = ("http://", "https://", "socks5://")  # contracts/octopus.md 8.2
NAMED_GROUP = re.compile(r"\(\?<(?=[A-Za-z_])")  # ECMAScript's; Python writes (?P<name>


class OctopusDialect:
    """Octopus at one generation; names are unique there, keys are readable, and there is no place for a mark."""

    kind = SiteKind.OCTOPUS
    has_marks = False

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self.generation = profile.name.lower()

    def canonical(self, desired: DesiredChannel) -> tuple[DesiredChannel, Sequence[Finding]]:
        """Return *desired* in the form live channels are decoded to, with a notice for every address that changed."""
        fields = dict(desired.fields)
        if isinstance(number := fields.get("type"), int):
            fields["type"] = TYPE_NAMES.get(number, number)
        _unwrap_single(fields, "keys", "key")
        _unwrap_single(fields, "base_urls", "base_url")
        fields |= {path: exact.tidy_names(fields[path]) for path in MODEL_PATHS if path in fields}
        findings = tuple(self._rewrite_urls(desired, fields))
        if "proxy" in fields and reveal(fields["proxy"]) == "":
            fields["proxy"] = False
        if self.profile.sorts_models and isinstance(models := fields.get("models"), tuple | list):
            custom = _names(fields, "octopus.custom_models")
            fields["models"] = tuple(name for name in models if reveal(name) not in custom)
        return desired.with_fields(fields), findings

    def audit(self, desired: DesiredChannel, live: LiveChannel | None) -> Iterable[Finding]:
        """Yield what this generation cannot hold or would choke on."""
        if desired.is_absent:
            return
        fields = desired.fields
        for summary, detail, field in self._errors(fields, live):
            yield error(summary, detail, address=desired.address, field=field)
        if "type" in fields and reveal(fields["type"]) not in self.profile.types:
            summary = f'"{fields["type"]}" is no channel type of Octopus {self.profile.versions}'
            detail = f"it knows {', '.join(self.profile.types)}"
            yield error(summary, detail, address=desired.address, field="type", rule="type-unknown")
        for path, url in (*_addresses(fields), *_proxies(fields)):
            for rule, summary, detail in self._url_faults(path, url, fields, live):
                yield error(summary, detail, address=desired.address, field=path, rule=rule)
        for path, url in _addresses(fields):
            if "#" in url or "?" in url:
                summary = "an address that is complete: the gateway cannot list its models"
                yield notice(summary, address=desired.address, field=path, rule="url-raw")
        if not _compiles(str(reveal(fields.get("octopus.match_regex", "")))):
            summary = "this may not be a regular expression"
            detail = "Octopus reads it as ECMAScript; with a wrong one every model list of the channel fails"
            yield warning(summary, detail, address=desired.address, field="octopus.match_regex")
        yield from self._changes_with_effects(desired, live)

    def audit_delete(self, live: LiveChannel) -> Iterable[Finding]:  # noqa: ARG002 - the protocol's
        """Return nothing: any channel can be deleted."""
        return ()

    def defaults(self, desired: DesiredChannel) -> Mapping[str, Value]:  # noqa: ARG002 - the protocol's
        """Return what a create fills in; everything else is empty on the server too (contracts/octopus.md 5.1)."""
        return {"enabled": True}

    def transition(self, path: str, live: LiveChannel, after: Value) -> Transition:  # noqa: ARG002 - the protocol's
        """Return that *path* changes in place: an update takes every field."""
        return IN_PLACE

    def routes(self, fields: Mapping[str, Value]) -> frozenset[Route]:  # noqa: ARG002 - the protocol's
        """Return nothing: a route is an item of a group."""
        return frozenset()

    def _rewrite_urls(self, desired: DesiredChannel, fields: dict[str, Value]) -> Iterator[Finding]:
        """Write every address of *fields* in its one form, and tell of each that changed."""
        for path in ("base_url", "base_urls"):
            value = fields.get(path)
            if value is None:
                continue
            items = value if isinstance(value, tuple | list) else (value,)
            made = []
            for item in items:
                form = urls.rewrite(str(reveal(item)), reveal(fields.get("type")), completes=self.profile.completes_urls)
                made.append(Secret(form.url, item.reference) if isinstance(item, Secret) else form.url)
                if form.rule:
                    is_open = isinstance(item, str) and not urls.has_userinfo(item)
                    summary = f"{item} is written as {form.url}" if is_open else "the address is rewritten"
                    yield notice(summary, form.reason, address=desired.address, field=path, rule=form.rule)
            fields[path] = tuple(made) if isinstance(value, tuple | list) else made[0]

    def _errors(self, fields: Mapping[str, Value], live: LiveChannel | None) -> Iterator[tuple[str, str, str]]:
        title = f"Octopus {self.profile.versions}"
        yield from exact.faults_of(fields)
        if live is None:
            yield from _missing(fields)
        if not self.profile.has_lists:
            for path, what in (("keys", "one key"), ("base_urls", "one address")):
                if path in fields:
                    yield f"a channel of {title} has exactly {what}", "declare one channel for each, and group them there", path
        if not self.profile.has_auto_group and "octopus.auto_group" in fields:
            yield f"{title} does not group models by itself", "auto_group ended with v0.10", "octopus.auto_group"
        if live and "octopus.match_regex" in fields and "octopus.match_regex" not in live.fields:
            yield "this version of Octopus has no match_regex", "it came with v0.9.5", "octopus.match_regex"
        if live and self.profile.sorts_models and "octopus.custom_models" not in fields:
            both = sorted(_names(fields, "models") & _names(live.fields, "octopus.custom_models"))
            if both:
                detail = "the gateway keeps each model in one list: declare octopus.custom_models, or take them out of models"
                yield f"custom models of the channel: {_named(both, fields)}", detail, "models"

    def _url_faults(
        self, path: str, url: str, fields: Mapping[str, Value], live: LiveChannel | None
    ) -> Iterator[tuple[str, str, str]]:
        """Yield what is wrong with *url* as (rule, summary, detail); the address itself may be a secret."""
        if fault := gourl.fault_of(url):
            yield "url-form", f"the gateway would not survive this address: {fault}", "Octopus ends at every start on it"
            return
        schemes = PROXY_SCHEMES if path == "proxy" else PROXY_SCHEMES[:2]
        if not url.lower().startswith(schemes) or not re.match(r"[^/]+://[^/?#]", url):
            yield "url-form", "this is no complete address", f"it begins with {' or '.join(schemes)} and names a host"
        if path == "proxy":
            return
        if "#" not in url and urls.ends_in_endpoint(url):
            detail = "write the part before it" + (", or end it with ##" if self.profile.completes_urls else "")
            yield "url-form", "the gateway adds the endpoint's path itself", detail
        if self.profile.completes_urls and reveal(fields.get("type")) == "gemini" and "#" in url:
            yield "url-form", "a gemini address cannot be complete", "write its root: the gateway adds /v1beta"
        if self.profile.completes_urls and "type" not in fields and live and urls.called(url, live.fields["type"]) != url:
            called = urls.APPENDED.get(str(live.fields["type"]), "")
            yield "url-version", f"the gateway would add {called} to this address", f"declare type too, or end it with {called}"

    def _changes_with_effects(self, desired: DesiredChannel, live: LiveChannel | None) -> Iterator[Finding]:
        if not self.profile.sorts_models:
            return
        if reveal(desired.fields.get("enabled")) is False and (live is None or live.status is Status.ENABLED):
            summary = "Octopus v0.11 stores that a channel is disabled, and goes on routing to it"
            yield warning(summary, "take it out of its groups, or delete it", address=desired.address, field="enabled")
        if live is None:
            return
        after = {**live.fields, **desired.fields}
        gone = sorted(_served(live.fields) - _served(after))
        if gone:
            summary = f"items of groups that use these models of the channel go too: {_named(gone, desired.fields)}"
            yield notice(summary, address=desired.address, field="models")


def make_dialects() -> tuple[OctopusDialect, ...]:
    """Return the dialect of every generation, the newest first."""
    return OctopusDialect(G4), OctopusDialect(G2)


def _unwrap_single(fields: dict[str, Value], several: str, one: str) -> None:
    value = fields.get(several)
    if isinstance(value, tuple | list) and len(value) == 1 and fields.get(one) is None:
        del fields[several]
        fields[one] = value[0]


def _missing(fields: Mapping[str, Value]) -> Iterator[tuple[str, str, str]]:
    for one, several, what in (("type", "type", "type"), ("base_url", "base_urls", "address"), ("key", "keys", "key")):
        if not (fields.get(one) or fields.get(several)):
            yield f"a new channel needs its {what}", f"declare {one}", one


def _addresses(fields: Mapping[str, Value]) -> Iterator[tuple[str, str]]:
    if "base_url" in fields:
        yield "base_url", str(reveal(fields["base_url"]))
    several = fields.get("base_urls")
    if isinstance(several, tuple | list):
        yield from (("base_urls", str(reveal(url))) for url in several)


def _proxies(fields: Mapping[str, Value]) -> Iterator[tuple[str, str]]:
    proxy = reveal(fields.get("proxy"))
    if isinstance(proxy, str):
        yield "proxy", proxy


def _names(fields: Mapping[str, Value], path: str) -> frozenset[str]:
    value = fields.get(path)
    return frozenset(str(reveal(name)) for name in value) if isinstance(value, tuple | list) else frozenset()


def _named(names: Sequence[str], fields: Mapping[str, Value]) -> str:
    """Return a few of *names*; only how many where *fields* take models from references, so that none is shown by value."""
    declared = [fields.get(path) for path in ("models", "octopus.custom_models")]
    if any(isinstance(item, Secret) for value in declared if isinstance(value, tuple | list) for item in value):
        return f"{len(names)}, some of them from references"
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")


def _served(fields: Mapping[str, Value]) -> frozenset[str]:
    return _names(fields, "models") | _names(fields, "octopus.custom_models")


def _compiles(pattern: str) -> bool:
    try:
        re.compile(NAMED_GROUP.sub("(?P<", pattern))
    except (re.error, RecursionError, OverflowError):
        return False
    return True
