"""The flags that several commands share. Each is also `CHANOPS_<FLAG>` in the environment, but for lifts and approvals."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.core import ParameterSource

from chanops.cli.messages import PLAIN
from chanops.cli.suggesting import suggest_addresses, suggest_sites
from chanops.domain.policy import Lifts, Limit, Selection

if TYPE_CHECKING:
    from collections.abc import Callable

Function = TypeVar("Function", bound="Callable[..., Any]")

FORMATS = ("text", "json", "markdown", "html")
ALL_FORMATS = (*FORMATS, "sarif")


def flag(*names: str, env: bool = True, **settings: Any) -> Callable[[Function], Function]:  # noqa: ANN401 - click's own
    """Return a click option that also reads its environment variable; *env* False: never from there."""
    long = next(name for name in names if name.startswith("--")).removeprefix("--")
    envvar = f"CHANOPS_{long.replace('-', '_').upper()}" if env else None
    return click.option(*names, envvar=envvar, show_envvar=False, **settings)


def compose(*decorators: Callable[[Function], Function]) -> Callable[[Function], Function]:
    """Return one decorator that applies *decorators* in the order of the help page."""

    def decorate(function: Function) -> Function:
        for decorator in reversed(decorators):
            function = decorator(function)
        return function

    return decorate


class NumberType(click.ParamType[int]):
    """A whole number from *least* to *most*."""

    name = "number"

    def __init__(self, least: int, most: int) -> None:
        self.least, self.most = least, most

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:  # noqa: ANN401 - click's own
        """Return the number that *value* says."""
        try:
            number = int(value)
        except ValueError:
            number = self.least - 1
        if not self.least <= number <= self.most:
            self.fail(f'"{value}" is no whole number from {self.least} to {self.most}', param, ctx)
        return number


class SecondsType(click.ParamType[float]):
    """How long: some time, or none at all where *may_be_zero*."""

    name = "seconds"

    def __init__(self, *, may_be_zero: bool = False) -> None:
        self.may_be_zero = may_be_zero

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:  # noqa: ANN401 - click's own
        """Return the seconds that *value* says."""
        try:
            seconds = float(value)
        except ValueError:
            seconds = -1.0
        if not (seconds > 0 or (self.may_be_zero and seconds == 0)):
            self.fail(f'"{value}" is no number of seconds{"" if self.may_be_zero else " above 0"}', param, ctx)
        return seconds


files = flag("-f", "--file", "files", multiple=True, type=click.Path(path_type=Path), metavar="PATH",
             help="A file or folder of YAML; may be given again.  [default: channels.yaml, else chanops.yaml]")  # fmt: skip
no_color = flag("--no-color", is_flag=True, help="No colours.")


def _note_plain(ctx: click.Context, _param: click.Parameter, value: bool) -> None:  # noqa: FBT001 - click's callback
    ctx.meta[PLAIN] = value


plain = flag("--no-color", is_flag=True, expose_value=False, callback=_note_plain, help="No colours.")
"""For commands of which only the findings have colours."""
as_json = flag("--json", "as_json", is_flag=True, help="The same as --format json.")


class FormatType(click.Choice[str]):
    """One of a command's formats. What CHANOPS_FORMAT says is for other commands too: a format of theirs is no fault here."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ANN401 - click's own
        """Return the format; None for one that only the environment asks for, and that this command does not have."""
        is_given = not (param and param.name and ctx) or ctx.get_parameter_source(param.name) is not ParameterSource.ENVIRONMENT
        is_others = value in ALL_FORMATS and value not in self.choices
        return None if is_others and not is_given else super().convert(value, param, ctx)


def format_of(*formats: str, **settings: Any) -> Callable[[Function], Function]:  # noqa: ANN401 - click's own
    """Return the flag --format of a command that prints *formats*."""
    settings = {"default": None, "help": "How to print the result.  [default: text]"} | settings
    return flag("--format", "output_format", type=FormatType(formats), **settings)


output_format = format_of(*FORMATS)


def _note_format(ctx: click.Context, _param: click.Parameter, value: str | None) -> None:
    ctx.meta[FORMAT] = value


def _is_json(ctx: click.Context, _param: click.Parameter, value: bool) -> bool:  # noqa: FBT001 - click's callback
    if value and ctx.meta[FORMAT] == "text":
        raise click.UsageError("--json and --format text contradict each other")
    return value or ctx.meta[FORMAT] == "json"


FORMAT = "chanops.cli.options.format"
text_or_json = compose(
    format_of("text", "json", expose_value=False, is_eager=True, callback=_note_format),
    flag("--json", "as_json", is_flag=True, callback=_is_json, help="The same as --format json."),
)  # fmt: skip
"""For commands that print a table or a text, and JSON."""

verbose = flag("-v", "--verbose", is_flag=True, help="Say more: unchanged channels too.")


class GlobType(click.types.StringParamType):
    """A glob of addresses; in the environment one a line, since names hold blanks."""

    def split_envvar_value(self, rv: str) -> list[str]:
        """Return the globs of a variable."""
        return [line.strip() for line in rv.splitlines() if line.strip()]


sites = flag("--site", "sites", multiple=True, metavar="NAME", shell_complete=suggest_sites,
             help="Only this site; may be given again.")  # fmt: skip
selection = compose(
    sites,
    flag("--target", "targets", type=GlobType(), multiple=True, metavar="ADDRESS-GLOB", shell_complete=suggest_addresses,
         help="Only channels that match; may be given again."),
    flag("--exclude", "excludes", type=GlobType(), multiple=True, metavar="ADDRESS-GLOB", shell_complete=suggest_addresses,
         help="Leave channels that match alone; may be given again."),
)  # fmt: skip

network = compose(
    flag("--parallelism", type=NumberType(1, 64), default=None, metavar="N",
         help="Writes at once on a site, 1 to 64.  [default: as many as it takes well]"),
    flag("--timeout", type=SecondsType(), default=None, metavar="SECONDS",
         help="Start no new write after that long."),
)  # fmt: skip


approval = compose(
    flag("--auto-approve", is_flag=True, env=False, help="Do not ask."),
    flag("--input", "may_ask", type=bool, default=True, metavar="BOOL", help="--input=false never asks."),
)

record = compose(
    flag("--journal", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
         help="Append what happens to FILE, one JSON object a line."),
    flag("--lock-timeout", type=SecondsType(may_be_zero=True), default=0.0, metavar="SECONDS",
         help="Wait that long for another run to end.  [default: 0]"),
)  # fmt: skip


class LimitType(click.ParamType[Limit]):
    """`9` or `30%`."""

    name = "limit"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Limit:  # noqa: ANN401 - click's own
        """Return the limit *value* says."""
        if isinstance(value, Limit):
            return value
        try:
            return Limit.parse(value)
        except ValueError:
            self.fail(f'"{value}" is neither a number nor a percentage such as 30%', param, ctx)


locked = flag("--locked", "is_locked", is_flag=True,
              help="Take model lists from chanops.lock.yaml alone; a rule without an entry has no value.")  # fmt: skip

lifts = compose(
    flag("--max-deletes", env=False, type=LimitType(), metavar="N|P%", help="Allow this many deletes on a site."),
    flag("--max-changes", env=False, type=LimitType(), metavar="N|P%", help="Allow this many updates and deletes on a site."),
    flag("--allow-delete", env=False, multiple=True, metavar="GLOB", help="Channels whose delete does not count."),
    flag("--allow-replace", env=False, multiple=True, metavar="GLOB", help="Channels that may be replaced."),
    flag(
        "--allow-route-loss",
        env=False,
        multiple=True,
        metavar="GROUP/MODEL-GLOB",
        help="Routes that may lose their last channel.",
    ),
    flag("--allow-empty", env=False, is_flag=True, help="A site may lose all its managed channels."),
)

plan_view = compose(
    output_format, as_json, flag("--concise", is_flag=True, help="One line for each change."), no_color, verbose
)
"""How a plan is printed."""

writing = compose(network, record, plan_view)
"""For commands that carry out a plan."""


def take_lifts(given: dict[str, Any]) -> Lifts:
    """Take the lifts out of a command's arguments."""
    return Lifts(
        max_deletes=given.pop("max_deletes"),
        max_changes=given.pop("max_changes"),
        allow_empty=given.pop("allow_empty"),
        allow_delete=given.pop("allow_delete"),
        allow_replace=given.pop("allow_replace"),
        allow_route_loss=given.pop("allow_route_loss"),
    )


def take_selection(given: dict[str, Any]) -> Selection:
    """Take the selection out of a command's arguments."""
    return Selection(given.pop("sites"), given.pop("targets"), given.pop("excludes"))


def take_format(given: dict[str, Any]) -> str:
    """Take the output format out of a command's arguments."""
    is_json, chosen = given.pop("as_json"), given.pop("output_format", None)
    if is_json and chosen not in (None, "json"):
        raise click.UsageError(f"--json and --format {chosen} contradict each other")
    return "json" if is_json else chosen or "text"
