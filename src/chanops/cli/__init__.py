"""Options in, exit code out; the only place that catches errors."""

import gc
import os
import sys

from chanops.cli import front


def main() -> None:
    """Run the command line and leave with its exit code (INTERFACE 5)."""
    is_completing = "_CHANOPS_COMPLETE" in os.environ  # a shell asks, without arguments: click answers that
    page = None if is_completing else front.answer(sys.argv[1:])
    if page is not None:
        sys.exit(_show(page))
    gc.set_threshold(100_000)  # starting makes many objects and no garbage: a sixth of the time of a small command
    from chanops.cli.app import run  # noqa: PLC0415 - keeps the first page fast

    code = run(sys.argv[1:])
    gc.freeze()  # what is left at the end needs no looking through
    sys.exit(code)


def _show(page: str) -> int:
    """Print *page* and return the exit code; the reader may have gone away."""
    try:
        print(page, flush=True)  # noqa: T201 - click is not loaded for this
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # so that the end of the process does not try again
        return 1
    return 0
