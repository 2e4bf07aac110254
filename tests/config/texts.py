"""Configurations as text, of which a test names only what matters to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chanops.config import Loaded
    from chanops.domain.resources import DesiredChannel
    from chanops.domain.site import Site

NEWAPI = """\
version: 1
sites:
  main:
    kind: newapi
    url: https://main.example.com
    auth: {access_token: "${env:TOKEN}", user_id: 1}
"""

OCTOPUS = """\
version: 1
sites:
  edge:
    kind: octopus
    url: https://edge.example.com
    auth: {username: admin, password: "${env:PASSWORD}"}
"""

FIRST = 13  # the line of the first of the lines given to `channel`
COLUMN = 9  # where a channel's keys start


def channel(*lines: str, site: str = NEWAPI) -> str:
    """A site with one channel that is in order, and *lines* more from line FIRST on."""
    own = ("name: a", "type: openai", "key: ${env:KEY}", "base_url: https://up.example.com", "models: [gpt-4o, gpt-4o-mini]")
    return bare(*own, *lines, site=site)


def bare(*lines: str, site: str = NEWAPI) -> str:
    """A site with one channel of these *lines*, from line 8 on."""
    first, *more = lines
    return "\n".join([f"{site}    channels:", f"      - {first}", *(f"        {line}" for line in more), ""])


def told(loaded: Loaded) -> list[tuple[str, int, int, str]]:
    """What was found: severity, line, column, summary."""
    return [(str(f.severity), *(f.range[1:3] if f.range else (0, 0)), f.summary) for f in loaded.findings]


def only(loaded: Loaded) -> tuple[str, int, int, str, str]:
    """The one finding: severity, line, column, summary, detail."""
    assert len(loaded.findings) == 1, told(loaded)
    return (*told(loaded)[0], loaded.findings[0].detail)


def site(loaded: Loaded) -> Site:
    """The one site, of a configuration without faults."""
    assert not loaded.has_errors, told(loaded)
    (found,) = loaded.desired.sites
    return found


def first(loaded: Loaded) -> DesiredChannel:
    """The one channel, of a configuration without faults."""
    (found,) = site(loaded).channels
    return found
