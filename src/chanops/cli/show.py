"""`chanops show`: a saved plan, printed again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from chanops.cli import options
from chanops.cli.messages import echo_json
from chanops.cli.saved_plan import read
from chanops.cli.showing import show_plan
from chanops.errors import UsageError

if TYPE_CHECKING:
    from chanops.domain.plan import Plan


@click.command()
@click.argument("plan", type=click.Path(dir_okay=False, path_type=Path))
@options.output_format
@options.as_json
@options.flag("--concise", is_flag=True, help="One line for each change.")
@options.no_color
def command(plan: Path, **given: Any) -> None:  # noqa: ANN401 - click's options
    """Print the plan that `chanops plan --out PLAN` saved, in any format.

    Neither the files nor any site is read. Exit code 4 when the plan was altered after it was saved.
    """
    output = options.take_format(given)
    saved = read(plan).data
    if output == "json":
        echo_json({key: value for key, value in saved.items() if key != "saved"})
        return
    show_plan(_decode(saved, plan), output, **given)


def _decode(saved: dict[str, Any], path: Path) -> Plan:
    from chanops.render.plan_from_json import plan_from_json  # noqa: PLC0415 - keeps --help fast

    try:
        return plan_from_json(saved)
    except (KeyError, TypeError, ValueError):
        raise UsageError(f"{path} was saved by another version of chanops; make the plan again") from None
