"""Options in, exit code out; the only place that catches errors."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line and leave with its exit code (INTERFACE 5)."""
    from chanops.cli.app import run  # noqa: PLC0415 - the import of a script's entry point stays empty

    sys.exit(run(sys.argv[1:]))
