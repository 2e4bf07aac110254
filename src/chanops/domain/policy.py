"""What chanops may do on a site: which channels are its own, and the limits a plan must keep (INTERFACE 2)."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class ManageMode(StrEnum):
    """Which undeclared live channels are ours to delete."""

    MARKED = "marked"
    DECLARED = "declared"
    ALL = "all"
    NAMES = "names"


class Manage(NamedTuple):
    """The mode, and the glob that goes with `names`."""

    mode: ManageMode
    names: str = ""


class Limit(NamedTuple):
    """A number, or a share of the managed channels in percent."""

    number: int
    is_percent: bool = False

    @classmethod
    def parse(cls, text: str | int) -> Limit:
        """Read `9` or `30%`; raises ValueError."""
        digits = str(text).removesuffix("%")
        is_percent = digits != str(text)
        is_number = (
            digits.isascii() and digits.isdigit() and len(digits) < 10
        )  # int() takes `1_0`, ` 5` and digits of any script
        if not is_number or (is_percent and int(digits) > 100):
            raise ValueError(f"{text} is neither a number from 0 nor a percentage up to 100%")
        return cls(int(digits), is_percent)

    def of(self, total: int, *, at_least: int = 0) -> int:
        """Return how many of *total* that allows; a percentage allows *at_least* that many."""
        return max(total * self.number // 100, at_least) if self.is_percent else self.number

    def __str__(self) -> str:
        return f"{self.number}%" if self.is_percent else str(self.number)


class LastRoute(StrEnum):
    """What happens when a route loses its last enabled channel."""

    REFUSE = "refuse"
    WARN = "warn"
    OFF = "off"


class Guards(NamedTuple):
    """The `guards` block of a site; None: the default."""

    max_deletes: Limit | None = None
    max_changes: Limit | None = None
    last_route: LastRoute = LastRoute.REFUSE
    allow_empty: bool = False
    allow_delete: tuple[str, ...] = ()
    allow_replace: tuple[str, ...] = ()
    retire: tuple[str, ...] = ()


class Lifts(NamedTuple):
    """What the command line allows for this run alone."""

    max_deletes: Limit | None = None
    max_changes: Limit | None = None
    allow_empty: bool = False
    allow_delete: tuple[str, ...] = ()
    allow_replace: tuple[str, ...] = ()
    allow_route_loss: tuple[str, ...] = ()


class Selection(NamedTuple):
    """Which part of the configuration a run looks at: sites by name, addresses by glob."""

    sites: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()

    @property
    def is_partial(self) -> bool:
        """Tell whether channels are left out, so that the plan is not the whole truth."""
        return bool(self.targets or self.excludes)
