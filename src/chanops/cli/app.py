"""The command `chanops`: its subcommands by name, imported when one is called, and what becomes of errors."""

from __future__ import annotations

import importlib
import os
from typing import TYPE_CHECKING

import click

from chanops.cli.exit_codes import ExitCode
from chanops.cli.front import COMMANDS, help_text, version_text
from chanops.errors import ChanopsError, ConfigError, LockedError, StalePlanError

if TYPE_CHECKING:
    from collections.abc import Sequence


class Commands(click.Group):
    """A group that imports a command when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order a newcomer needs them."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return the command *cmd_name*."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module, _ = COMMANDS[cmd_name]
        command = importlib.import_module(module).command
        assert isinstance(command, click.Command)
        return command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that *args* name; `-out` for `--out` is refused before click takes it for `-o ut`."""
        from chanops.cli.usage import require_two_dashes  # noqa: PLC0415 - keeps --help fast

        name, command, rest = super().resolve_command(ctx, args)
        if command:
            require_two_dashes(command, rest)
        return name, command, rest

    def get_help(self, ctx: click.Context) -> str:
        """Return the first page, which needs none of the commands."""
        del ctx
        return help_text()


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(message=version_text())
def chanops() -> None:
    """Channels of LLM gateways as code: YAML in, a plan out, applied on merge."""


def run(args: Sequence[str]) -> int:
    """Run the command line *args* and return its exit code; every expected error becomes a message."""
    if level := os.environ.get("CHANOPS_LOG"):
        _log_to_stderr(level)
    try:
        code = chanops.main(args=list(args), prog_name="chanops", standalone_mode=False)
        return int(code or 0)
    except click.exceptions.Exit as leaving:
        return leaving.exit_code
    except click.exceptions.NoArgsIsHelpError as page:
        click.echo(page.format_message())
        return ExitCode.OK
    except click.ClickException as fault:
        return _report_usage(fault, args)
    except (KeyboardInterrupt, click.Abort) as leaving:
        return _report_interruption(leaving, args)
    except BrokenPipeError:
        from chanops.cli.messages import give_up_stdout  # noqa: PLC0415 - only on the way to an error

        give_up_stdout()
        return ExitCode.ERROR
    except ChanopsError as fault:
        return report_error(fault, as_json=wants_json(args), no_color=wants_no_color(args))


def _log_to_stderr(level: str) -> None:
    """Show our own log, and nobody else's: other libraries log whole URLs."""
    import logging  # noqa: PLC0415 - only when asked for

    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(name)s %(message)s"))
    log = logging.getLogger("chanops")
    log.addHandler(handler)
    log.setLevel(level.upper() if level.upper() in logging.getLevelNamesMapping() else logging.DEBUG)


def report_error(fault: ChanopsError, *, as_json: bool, no_color: bool = False) -> ExitCode:
    """Show *fault* where its reader looks for it, and return the exit code it stands for."""
    from chanops.cli.messages import show_error  # noqa: PLC0415 - only on the way to an error

    show_error(fault, as_json=as_json, no_color=no_color)
    match fault:
        case StalePlanError():
            return ExitCode.STALE
        case LockedError():
            return ExitCode.LOCKED
        case ConfigError() | _:
            return ExitCode.ERROR


def wants_json(args: Sequence[str]) -> bool:
    """Tell whether stdout is to hold JSON and nothing else, as far as the raw arguments and the environment say."""
    asked = "--json" in args or "--format=json" in args or "--format json" in " ".join(args)
    return asked or os.environ.get("CHANOPS_FORMAT") == "json" or _is_on("CHANOPS_JSON")


def wants_no_color(args: Sequence[str]) -> bool:
    """Tell whether errors are to have no colours either, as far as the raw arguments and the environment say."""
    return "--no-color" in args or _is_on("CHANOPS_NO_COLOR")


def _is_on(variable: str) -> bool:
    """Read a variable as click reads that of a flag."""
    return os.environ.get(variable, "").strip().lower() in ("1", "true", "t", "yes", "y", "on")


def _report_interruption(leaving: BaseException, args: Sequence[str]) -> ExitCode:
    """Say that nothing was written, and return the code of the signal; click wraps what was raised."""
    if wants_json(args):
        from chanops.cli.messages import show_findings  # noqa: PLC0415 - only on the way to an error
        from chanops.domain import finding  # noqa: PLC0415

        show_findings([finding.error("interrupted: nothing was written")], as_json=True)
    else:
        click.echo("Interrupted. Nothing was written.", err=True)
    code: ExitCode = getattr(leaving.__cause__ or leaving, "code", ExitCode.INTERRUPTED)
    return code


def _report_usage(fault: click.ClickException, args: Sequence[str]) -> ExitCode:
    from chanops.cli.messages import show_usage_error  # noqa: PLC0415 - only on the way to an error

    command = f"chanops {args[0]}" if args and args[0] in COMMANDS else "chanops"
    show_usage_error(fault, command, as_json=wants_json(args), no_color=wants_no_color(args))
    return ExitCode.ERROR
