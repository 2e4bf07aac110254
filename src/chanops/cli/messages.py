"""How errors reach the reader: on stderr as text, or as the one JSON object on stdout."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from chanops.domain import finding
from chanops.errors import ChanopsError, ConfigError, GatewayError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from chanops.domain.finding import Finding


PLAIN: Final = "chanops.cli.messages.plain"
"""Where a command that shows nothing but findings notes its --no-color."""


def show_error(fault: ChanopsError, *, as_json: bool, no_color: bool = False) -> None:
    """Show one of our own errors."""
    match fault:
        case ConfigError():
            show_findings(fault.findings, as_json=as_json, no_color=no_color)
        case GatewayError():
            show_findings([finding.error(f"{fault.site}: {fault.reason}", fault.hint)], as_json=as_json, no_color=no_color)
        case _:
            show_findings([finding.error(str(fault))], as_json=as_json, no_color=no_color)


def show_usage_error(fault: click.ClickException, command: str, *, as_json: bool, no_color: bool = False) -> None:
    """Show how the command line was misunderstood, with where its help is: that of *command* when *fault* does not know."""
    from chanops.cli.usage import describe  # noqa: PLC0415 - only on the way to an error

    context, option = getattr(fault, "ctx", None), getattr(fault, "param", None)
    hint = f"see `{context.command_path if context else command} --help`"
    if context and option and context.get_parameter_source(option.name) is click.core.ParameterSource.ENVIRONMENT:
        hint = f"it comes from {option.envvar} in the environment; {hint}"
    show_findings([finding.error(describe(fault), hint)], as_json=as_json, no_color=no_color)


def show_findings(findings: Sequence[Finding], *, as_json: bool, no_color: bool = False) -> None:
    """Show *findings*: to stderr, or as the error object on stdout."""
    if as_json:
        from chanops.render.report_json import error_to_json  # noqa: PLC0415 - only for JSON

        echo_json(error_to_json(findings))
        return
    from chanops.render.findings_text import render_findings  # noqa: PLC0415 - only on the way to an error

    echo_text(render_findings(findings, colour=use_colour(err=True, no_color=no_color)), err=True)


def echo_text(text: str, *, err: bool = False) -> None:
    """Print *text* as lines: with one newline at its end, whether it brings one or not."""
    try:
        click.echo(text, err=err, nl=not text.endswith("\n"), color=True)  # who made the text decided on its colours
    except BrokenPipeError:
        raise
    except OSError as fault:
        give_up_stdout()
        click.echo(f"error: the output cannot be written: {fault.strerror}", err=True)
        raise SystemExit(1) from None


def give_up_stdout() -> None:
    """Let what is left of the output go nowhere, so that the end of the process does not try again."""
    import os  # noqa: PLC0415 - only on the way to an error
    import sys  # noqa: PLC0415

    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def echo_json(value: Mapping[str, object]) -> None:
    """Print *value* as JSON on stdout."""
    from chanops.render.json_text import to_json_text  # noqa: PLC0415 - only for JSON

    echo_text(to_json_text(value))


def use_colour(*, err: bool = False, no_color: bool = False) -> bool:
    """Tell whether to colour: FORCE_COLOR, else a terminal that can, without NO_COLOR."""
    import os  # noqa: PLC0415 - beside its only use
    import sys  # noqa: PLC0415

    context = click.get_current_context(silent=True)
    if no_color or os.environ.get("NO_COLOR") or (context and context.meta.get(PLAIN)):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return (sys.stderr if err else sys.stdout).isatty() and os.environ.get("TERM") != "dumb"
