"""The first files of a repository that holds channels: what `chanops init` writes, as texts."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from chanops.authoring.yaml_text import comment, scalar
from chanops.domain.vocabulary import SiteKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

SITE: Final = "main"
OWNER: Final = "my-team"
IGNORED: Final = (".env", ".chanops/")
WORKFLOWS: Final = {"github": ".github/workflows/channels.yml", "gitlab": ".gitlab-ci.yml"}
"""Where each platform looks for its workflow."""

CREDENTIALS: Final = {
    SiteKind.NEWAPI: {
        "NEWAPI_TOKEN": "main: the system access token of an administrator",
        "NEWAPI_USER": "main: the user name of an administrator",
        "NEWAPI_PASSWORD": "main: the password of an administrator",
    },
    SiteKind.OCTOPUS: {"OCTOPUS_USER": "main: the user name", "OCTOPUS_PASSWORD": "main: the password"},
}
"""The variables of each gateway's login, and what each is."""

_SECRETS: Final = re.compile(r"(?:^ +\w+: \$\{\{ secrets\.\w+ \}\}\n)+", re.MULTILINE)
_REFERENCE: Final = re.compile(r"\$\{env:(\w+)")


@dataclass(slots=True)
class Beginning:
    """What a repository begins with: the configuration, and the secrets it refers to with what each is for."""

    text: str
    purposes: Mapping[str, str]
    notes: list[str] = field(default_factory=list)


def starter(name: str) -> str:
    """Return a file of the package: a configuration by kind (`newapi.yaml`), or a workflow by platform (`github.yml`)."""
    return files("chanops.authoring").joinpath("starter", name).read_text(encoding="utf-8")


def workflow(platform: str, names: Iterable[str]) -> str:
    """Return the workflow of *platform*, which hands over the secrets *names*."""
    wanted = list(names)

    def handed(match: re.Match[str]) -> str:
        room = match[0][: len(match[0]) - len(match[0].lstrip(" "))]
        return "".join(f"{room}{name}: ${{{{ secrets.{name} }}}}\n" for name in wanted)

    return _SECRETS.sub(handed, starter(f"{platform}.yml"))


def stub(kind: SiteKind, url: str, *, user_id: int | None = None, owner: str = "") -> str:
    """Return a configuration with the site at *url* and no channels; with a *user_id* it logs in by a token."""
    token, user, password = "NEWAPI_TOKEN", f"{kind.upper()}_USER", f"{kind.upper()}_PASSWORD"
    by_token = f'{{access_token: "${{env:{token}}}", user_id: {user_id}}}'
    by_password = f'{{username: "${{env:{user}}}", password: "${{env:{password}}}"}}'
    whose = ["", "# The mark that managed channels carry.", f"owner: {scalar(owner or OWNER)}"]
    lines = [
        "# The channels of our gateways, as code. `chanops plan` shows what `chanops apply` would do.",
        "version: 1",
        *(whose if kind is SiteKind.NEWAPI else []),
        "",
        "sites:",
        f"  {SITE}:",
        f"    kind: {kind}",
        f"    url: {scalar(url)}",
        f"    auth: {by_password if user_id is None else by_token}",
    ]
    return "".join(f"{line}\n" for line in lines)


def names_in(text: str) -> list[str]:
    """Return the environment variables that *text* refers to, comments too, each once."""
    return sorted(set(_REFERENCE.findall(text)) - {"NAME"})


def env_example(purposes: Mapping[str, str]) -> str:
    """Return the text of `.env.example`: every name, and what it is for, without a value."""
    head = [
        "# Copy to .env, which git ignores, and fill in. Before a run: set -a; . ./.env; set +a",
        *(line for name, purpose in purposes.items() for line in ("", *([comment(purpose)] if purpose else []), f"{name}=")),
    ]
    return "".join(f"{line}\n" for line in head)


def with_ignored(text: str | None) -> str:
    """Return the text of `.gitignore` with the lines that it lacks behind it."""
    there = text or ""
    known = {line.strip().strip("/") for line in there.splitlines()}
    missing = [line for line in IGNORED if line.strip("/") not in known]
    gap = "\n" if there and not there.endswith("\n") and missing else ""
    return there + gap + "".join(f"{line}\n" for line in missing)
