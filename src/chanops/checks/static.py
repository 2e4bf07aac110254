"""Checks that need the files alone, and would be noise in a plan (contracts/upstreams.md 5).

What the loader and the dialects find already is not looked for again.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from chanops.domain.finding import error, notice, warning
from chanops.domain.key_forms import has_form, wanted_form
from chanops.domain.secret import Secret
from chanops.domain.vocabulary import SiteKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chanops.checks.subject import Check, Subject
    from chanops.domain.finding import Finding
    from chanops.domain.resources import DesiredChannel
    from chanops.domain.value import Value

COMPLETE: Final = frozenset({"custom", "advanced_custom"})  # types 8 and 58: the address is the whole call
NO_CHAT: Final = re.compile(
    r"embed|bge-|(?<![a-z])e5-|rerank|dall-?e|gpt-image|image|imagen|flux|stable-?diffusion|sdxl|midjourney|(?<![a-z])mj[_-]|video|"
    r"sora|veo|kling|suno|whisper|(?<![a-z])tts|speech|audio|moderation",
    re.IGNORECASE,
)
"""Words in the names of models that answer no chat call: embeddings, images, video, audio, rerank."""
UNTESTED: Final = frozenset({  # contracts/new-api.md 7.3: New API refuses to test these
    "midjourney", "midjourneyplus", "sunoapi", "kling", "jimeng", "vidu", "doubaovideo",
})  # fmt: skip


def check_raw_address(subject: Subject) -> Iterator[Finding]:
    """Note an address that New API uses as it stands: it can ask there for nothing else."""
    if subject.site.kind is not SiteKind.NEWAPI:
        return  # Octopus says so itself
    url, kind = _open(subject.desired.fields.get("base_url")), subject.desired.fields.get("type")
    if url and ("#" in url or "?" in url or kind in COMPLETE):
        what = "the address is used as it stands: New API cannot list its models or ask for its balance"
        yield notice(what, "list the models by hand", field="base_url", rule="url-raw")


def check_auto_group(subject: Subject) -> Iterator[Finding]:
    """Warn of models that Octopus puts into groups by itself."""
    chosen = subject.desired.fields.get("octopus.auto_group")
    if chosen not in (None, "none") and "models" in subject.desired.fields:
        what = f"auto_group: {chosen} lets Octopus put the declared models into groups whenever the list changes"
        yield warning(what, "write auto_group: none, and fill the groups by hand", field="octopus.auto_group", rule="auto-sync")


def check_first_model(subject: Subject) -> Iterator[Finding]:
    """Warn when New API's test of the channel would ask a model that cannot chat: the first, since none is named."""
    fields = subject.desired.fields
    models = fields.get("models")
    if subject.site.kind is not SiteKind.NEWAPI or fields.get("test_model") or fields.get("type") in UNTESTED:
        return
    first = _open(models[0]) if isinstance(models, tuple | list) and models else ""
    if first and NO_CHAT.search(first):
        what = f'the gateway\'s test would send a chat to "{first}", the first of the models'
        yield warning(what, "write test_model: NAME, or another model first", field="models", rule="test-model")


def check_key_form(subject: Subject) -> Iterator[Finding]:
    """Note a key from a reference that cannot be one key: what stands in the file was looked at when it was read."""
    for path, item in _declared_keys(subject.desired):
        if item.reference and item.is_known and (fault := _key_fault(item.reveal())):
            what, how = fault
            yield error(f"{what} (from {item.reference})", how, field=path, rule="key-form")


def _declared_keys(desired: DesiredChannel) -> Iterator[tuple[str, Secret]]:
    """Yield the keys that are declared, with their fields."""
    several = desired.fields.get("keys")
    for path, items in (("key", (desired.fields.get("key"),)), ("keys", several if isinstance(several, tuple | list) else ())):
        yield from ((path, item) for item in items if isinstance(item, Secret))


def _key_fault(key: str) -> tuple[str, str] | None:
    if key.lstrip().startswith(("{", "[")):
        return None  # a service account, or a list that the gateway reads as such
    if key != key.strip():
        return "the key has blanks at its ends", "take them out where it is kept"
    if "\n" in key:
        return "the key has several lines", "several keys are a list: keys: [one, two]"
    if "," in key:
        return "the key holds a comma", "several keys are a list: keys: [one, two]"
    return None


def check_key_type(subject: Subject) -> Iterator[Finding]:
    """Note a key of New API that has not the parts its type needs; a plan looks only where the type is new."""
    fields = {**(subject.live.fields if subject.live else {}), **subject.desired.fields}
    form = wanted_form(fields.get("type"), fields.get("newapi.settings"))
    if subject.site.kind is not SiteKind.NEWAPI or not form or subject.live is None:
        return
    for path, item in _declared_keys(subject.desired):
        if item.is_known and not has_form(item.reveal(), form, fields.get("type")):
            what = f"a channel of type {fields['type']} needs a key of the form {form}"
            yield error(what, "the key is not shown here", field=path, rule="key-type")


def check_targets(subject: Subject) -> Iterator[Finding]:
    """Warn of another channel of the site that sends the same traffic with the same key."""
    first = subject.others.first_twin(subject.desired)
    if first:
        what = f'"{first.name}" has the same type, address and key'
        yield warning(what, "one limit of the upstream serves both: keep one, or give one another key", rule="target-dup")


def _open(value: Value) -> str:
    """Return a text that may be shown and looked into: nothing for a reference."""
    return value if isinstance(value, str) else ""


STATIC: Final[tuple[Check, ...]] = (
    check_raw_address,
    check_auto_group,
    check_first_model,
    check_key_form,
    check_key_type,
    check_targets,
)
"""The static checks, in the order of the table."""
