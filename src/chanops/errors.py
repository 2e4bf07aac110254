"""Everything chanops raises on purpose, in one tree.

ChanopsError
├── ConfigError          what the user wrote: all findings at once
├── UsageError           how chanops was called
├── PlanError            a plan that cannot be made, or must not be carried out
│   └── StalePlanError   the live state or the configuration moved since the plan was saved
├── LockedError          another run holds a site
└── GatewayError         a site did not do what it was asked
    ├── UnreachableError     no answer: connection, TLS, time-out
    │   └── StoppedError         the run was stopped while the call waited for the rate limit
    ├── UnclearError         a write whose answer was lost: it may have been done
    ├── NotUnderstoodError   an answer that is not the gateway's: HTML, cut JSON, another shape
    ├── UnauthorisedError    credentials or role refused
    ├── UnknownGenerationError  a gateway chanops does not know how to talk to
    └── RefusedError         the gateway's own no, with its reason

Facts go in, the sentence comes out. Texts that others wrote must be screened (`domain.secret.Ledger.screen`) before they
reach a constructor. Anything that is not a `ChanopsError` is a bug and keeps its traceback.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chanops.domain.finding import Finding


class ChanopsError(Exception):
    """The root: an error with a place, a reason and a way to go on."""


class ConfigError(ChanopsError):
    """The files have findings that are errors; all of them are carried."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__(f"the configuration has {len(self.findings)} finding(s)")


class UsageError(ChanopsError):
    """chanops was called in a way that makes no sense."""


class PlanError(ChanopsError):
    """A plan cannot be made or must not be carried out."""


class StalePlanError(PlanError):
    """What a saved plan was made from has moved."""


class LockedError(ChanopsError):
    """Another run on this machine holds the site."""


class GatewayError(ChanopsError):
    """A site did not do what it was asked; *site* names it, *reason* is safe to show."""

    def __init__(self, site: str, reason: str, *, hint: str = "") -> None:
        self.site = site
        self.reason = reason
        self.hint = hint
        super().__init__(f"{site}: {reason}")


class UnreachableError(GatewayError):
    """The site gave no answer at all, and nothing was done there."""


class StoppedError(UnreachableError):
    """The run was stopped while a call waited for the site's rate limit: it was not made, and nothing was done before it."""

    def __init__(self, site: str) -> None:
        super().__init__(site, "stopped while it waited for the rate limit")


class UnclearError(GatewayError):
    """The answer to a write was lost: it may or may not have been done."""


class NotUnderstoodError(GatewayError):
    """The site answered, but not in the gateway's language."""


class UnauthorisedError(GatewayError):
    """The site refused the credentials, or their role is too low."""


class UnknownGenerationError(GatewayError):
    """The site runs a generation that chanops does not know."""


class RefusedError(GatewayError):
    """The gateway said no, for the reason it gave."""
