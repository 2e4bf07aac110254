"""A command line that was misunderstood, in the words of every other message: click's faults have a tone of their own."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from chanops.config.spelling import meant, shown

if TYPE_CHECKING:
    from collections.abc import Sequence

BEHIND: Final = "write it behind it, as in `chanops plan -f FILE`"
_EXTRA: Final = re.compile(r"Got unexpected extra arguments? \((.*)\)", re.DOTALL)
_ELSEWHERE: Final = {
    "--yes": "write --auto-approve",
    "-y": "write --auto-approve",
    "--force": "a refusal says which flag lifts it; --auto-approve does not ask",
    "--no-input": "write --input=false",
    "--dry-run": "`chanops plan` writes nothing",
    "--refresh-only": "`chanops plan` reads the sites and shows what has moved",
    "drift": "`chanops plan --detailed-exitcode` shows it",
    "refresh": "`chanops plan` reads the sites each time",
    "sync": "`chanops apply` does that",
    "destroy": "take the channels out of the file, then `chanops apply`",
    "help": "write `chanops --help`, or `chanops COMMAND --help`",
    "version": "write `chanops --version`",
}
"""What other tools of this sort call it, and what it is here."""
_ONE_DASH: Final = re.compile(r"-([a-z][a-z-]+)(?:=|$)")


def describe(fault: click.ClickException) -> str:
    """Return what *fault* says, and what was probably meant."""
    match fault:
        case click.NoSuchOption(ctx=click.Context(parent=None)) if not meant(fault.option_name, _options(fault.ctx)):
            return f"there is no option {shown(fault.option_name)} before the command; {BEHIND}"
        case click.NoSuchOption():
            return _unknown("option", fault.option_name, _options(fault.ctx))
        case click.exceptions.NoSuchCommand():
            return _unknown("command", fault.command_name, _commands(fault.ctx))
        case click.MissingParameter():
            return _missing(fault)
        case click.BadParameter(param=click.Parameter() as param):
            return f"{_name(param)}: {_lowered(fault.message)}"
        case click.BadOptionUsage():
            return f"{fault.option_name} {'takes no value' if 'not take' in fault.message else 'needs a value'}"
    extra = _EXTRA.match(fault.format_message())
    return _too_many(extra[1], getattr(fault, "ctx", None)) if extra else fault.format_message()


def require_two_dashes(command: click.Command, args: Sequence[str]) -> None:
    """Refuse `-out=FILE`, as Terraform writes it: click would read `-o` and take `ut=FILE` for its value."""
    known = {name for param in command.params for name in param.opts}
    for arg in args[: args.index("--")] if "--" in args else args:
        found = _ONE_DASH.match(arg)
        if found and f"--{found[1]}" in known:
            raise click.UsageError(f"{shown(arg)} has one dash; write -{arg}")


def _unknown(what: str, name: str, known: Sequence[str]) -> str:
    hint = _ELSEWHERE.get(name) or meant(name, known)
    return f"there is no {what} {shown(name)}" + (f"; {hint}" if hint else "")


def _options(context: click.Context | None) -> list[str]:
    return [name for param in context.command.params for name in (*param.opts, *param.secondary_opts)] if context else []


def _commands(context: click.Context | None) -> list[str]:
    return context.command.list_commands(context) if context and isinstance(context.command, click.Group) else []


def _missing(fault: click.MissingParameter) -> str:
    param = fault.param
    if param is None:
        return fault.format_message()
    choices = f": one of {', '.join(param.type.choices)}" if isinstance(param.type, click.Choice) else ""
    return f"{_name(param)} is missing{choices}"


def _name(param: click.Parameter) -> str:
    """Return `--out`, or `ADDRESS`, as the help page has it."""
    if isinstance(param, click.Option):
        return max(param.opts, key=len)
    is_braced = not param.metavar and isinstance(param.type, click.Choice)
    return (param.name or "").upper() if is_braced else param.make_metavar(click.Context(click.Command(""))).strip("[].")


def _lowered(message: str) -> str:
    """Return one of click's sentences as a part of ours; our own stay as they are."""
    plain = re.sub(r"'([^']*)'", r'"\1"', message).removesuffix(".")
    plain = re.sub(r"is not a valid boolean.*", "is neither true nor false", plain, flags=re.DOTALL)
    return plain[:1].lower() + plain[1:]


def _too_many(words: str, context: click.Context | None) -> str:
    first, *_ = words.split(" ")
    is_file = Path(first).exists() or first.endswith((".yaml", ".yml"))
    if context and is_file and "--file" in _options(context):
        return f"{shown(words)} is too much; files are named with -f: {context.command_path} -f {first}"
    return f"{shown(words)} is too much"
