"""How many cases of the fault suite ran and converged, told for each gateway at the end of a session."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import pytest

PROPERTY: Final = "fault cases"


@dataclass
class Count:
    """The cases of one test. Reports carry it, also from another process."""

    gateway: str
    run: int = 0
    converged: int = 0
    problems: list[str] = field(default_factory=list)

    def add(self, case: str, problems: list[str]) -> None:
        """Count one case."""
        self.run += 1
        self.converged += not problems
        self.problems += [f"{case}: {problem}" for problem in problems]

    def as_property(self) -> tuple[str, object]:
        """Return what `record_property` takes."""
        return PROPERTY, [self.gateway, self.run, self.converged]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the sums."""
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for outcome in ("passed", "failed"):
        for report in terminalreporter.getreports(outcome):
            for name, value in report.user_properties:
                if name == PROPERTY and report.when == "call":
                    gateway, run, converged = value
                    sums[gateway] = [sums[gateway][0] + run, sums[gateway][1] + converged]
    if sums:
        terminalreporter.section("faults: cases run / converged")
        for gateway, (run, converged) in sorted(sums.items()):
            terminalreporter.write_line(f"{gateway}: {run} / {converged}")
