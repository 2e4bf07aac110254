"""`check --fix`: which repairs the findings ask for, made in the files when these load as well as before."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

from chanops import config
from chanops.authoring.repairing import Repair, Repaired, Way, repair
from chanops.cli import writing
from chanops.config.faults import Faults
from chanops.config.files import find_files
from chanops.domain.finding import Severity
from chanops.domain.model_names import find_name_fault
from chanops.domain.secret import Ledger
from chanops.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from chanops.cli.checking import Run
    from chanops.domain.finding import Finding, Range
    from chanops.domain.resources import DesiredChannel
    from chanops.domain.site import Desired


def mend(files: Sequence[Path] | None, loaded: config.Loaded, run: Run, findings: Iterable[Finding]) -> list[str]:
    """Make the repairs that *findings* ask for, and return a line for each; none when the files would not load as well."""
    by_file: defaultdict[str, list[Repair]] = defaultdict(list)
    for one in _repairs(findings, loaded.desired, run):
        by_file[one.place.filename].append(one)
    made = {name: repaired for name, asked in sorted(by_file.items()) if (repaired := _repair(name, asked)).changes}
    if not made or not _loads_as_well(files, loaded, {name: repaired.text for name, repaired in made.items()}):
        return []
    for name, repaired in made.items():
        writing.write(Path(name), repaired.text)
    return [_line(name, change) for name, repaired in made.items() for change in repaired.changes]


def _repair(name: str, asked: Sequence[Repair]) -> Repaired:
    text = writing.read_text(Path(name))
    try:
        return repair(text, asked) if text is not None else Repaired("", ())
    except UsageError:
        return Repaired("", ())


def _line(name: str, change: tuple[int, str, str]) -> str:
    line, before, after = change
    what = f"{before} is now {after}" if before and after else f"{before} is taken out" if before else f"{after} is put in"
    return f"{name}:{line}: {what}"


def _repairs(findings: Iterable[Finding], desired: Desired, run: Run) -> Iterator[Repair]:
    channels = {channel.address: channel for site in desired.sites for channel in site.channels}
    for found in findings:
        if found.range is None:
            continue
        match found.rule:
            case "url-version" | "url-form":
                forms = run.rewritten.get(found.range, set())
                yield from (Repair(found.range, Way.WRITE, form) for form in forms if len(forms) == 1)
            case "model-name" | "group-blank":
                yield Repair(found.range, Way.TRIM)
            case "model-dup" if found.severity is Severity.ERROR:
                yield Repair(found.range, Way.TAKE_OUT)
            case "allow-unused":
                yield Repair(found.range, Way.TAKE_OUT)
            case "map-source":
                channel = channels.get(found.address) if found.address else None
                yield from _added_models(channel, channels.values()) if channel else ()


def _added_models(channel: DesiredChannel, channels: Iterable[DesiredChannel]) -> Iterator[Repair]:
    """Yield the mapped names as models, where the list of models is the channel's own."""
    place = channel.origins.get("models")
    mapping, models = channel.fields.get("model_mapping"), channel.fields.get("models")
    if place is None or not isinstance(mapping, dict) or not isinstance(models, tuple) or _is_shared(place, channel, channels):
        return
    yield from (Repair(place, Way.PUT_IN, name) for name in mapping if name not in models and not find_name_fault(name))


def _is_shared(place: Range, channel: DesiredChannel, channels: Iterable[DesiredChannel]) -> bool:
    """Tell whether other channels take their models from *place*; the same channel on another site is no other."""
    return any(other.range != channel.range and other.origins.get("models") == place for other in channels)


def _loads_as_well(files: Sequence[Path] | None, loaded: config.Loaded, texts: Mapping[str, str]) -> bool:
    """Tell whether the files with *texts* in place of theirs hold the same channels and are as sound.

    A mended value may bring another fault to light that it stood before: a rule that was never looked at.
    """
    changed = {Path(name).absolute() for name in texts}
    paths = [path for path, _ in find_files(files, Path(), Faults()) if path.absolute() not in changed]
    again = config.load(paths, environ=os.environ, ledger=Ledger(), beside=texts)
    is_same = _names(again) == _names(loaded)
    return is_same and not _errors(again) - _errors(loaded)


def _names(loaded: config.Loaded) -> list[str]:
    return sorted(str(channel.address) for site in loaded.desired.sites for channel in site.channels)


def _errors(loaded: config.Loaded) -> Counter[tuple[str, str]]:
    """Return the errors of shape: those that no rule speaks of, and a list that became empty."""
    errors = (found for found in loaded.findings if found.severity is Severity.ERROR)
    return Counter((found.rule, found.summary) for found in errors if found.rule in ("", "models-empty"))
