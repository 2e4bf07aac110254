"""The first page: command names and the top-level help, in plain text, so that `--help` and `--version` need no library."""

from chanops import __version__

COMMANDS = {
    "init": ("chanops.cli.init", "Write the first files, from nothing or from a live site."),
    "plan": ("chanops.cli.plan", "Show what apply would do; write nothing."),
    "apply": ("chanops.cli.apply", "Make the sites what the files say."),
    "lock": ("chanops.cli.lock", "Ask for the lists of model rules, and keep them in a file."),
    "show": ("chanops.cli.show", "Print a saved plan again, in any format."),
    "adopt": ("chanops.cli.adopt", "Take over declared channels that live without our mark."),
    "forget": ("chanops.cli.forget", "Drop our mark from channels, and leave them as they are."),
    "list": ("chanops.cli.list", "List the channels that live on the sites."),
    "import": ("chanops.cli.import_", "Write live channels as YAML."),
    "diff": ("chanops.cli.diff", "Show how two sites, files or saved plans differ."),
    "migrate": ("chanops.cli.migrate", "Write the channels of one site as YAML for another."),
    "add": ("chanops.cli.add", "Write the YAML of a new channel."),
    "get": ("chanops.cli.get", "Show one live channel in full, without its key."),
    "test": ("chanops.cli.test", "Make one real call through each channel; it asks first."),
    "doctor": ("chanops.cli.doctor", "Examine the sites: reachable, login, permissions, limits, clock."),
    "validate": ("chanops.cli.validate", "Check the files alone: no network, no secrets."),
    "secrets": ("chanops.cli.secrets", "List the references, and whether each has a value; never the value."),
    "check": ("chanops.cli.check", "Look for what is wrong: in the files, on the sites, upstream."),
    "fmt": ("chanops.cli.fmt", "Write the files in one order of keys and one style."),
    "schema": ("chanops.cli.schema", "Print the JSON Schema of the YAML."),
    "sandbox": ("chanops.cli.sandbox", "Run an emulated gateway, for trying and testing."),
    "completion": ("chanops.cli.completion", "Print the completion script of a shell."),
}
"""Name of each command: the module that holds it, and its line of help; in the order a newcomer needs them."""

HELP = """\
Usage: chanops [OPTIONS] COMMAND [ARGS]...

  Channels of LLM gateways as code: YAML in, a plan out, applied on merge.

Options:
  --version   Show the version and exit.
  -h, --help  Show this message and exit.

Commands:
{commands}

  `chanops COMMAND --help` shows what a command takes.

  Exit codes: 0 done, 1 error, 2 changes pending, 3 refused by a guard,
  4 stale plan, 5 partly applied, 6 locked by another run, 130 and 143
  interrupted."""


def answer(args: list[str]) -> str | None:
    """Return the whole answer to *args* when it is a page of this module, else None."""
    if args == ["--version"]:
        return version_text()
    return help_text() if args in ([], ["--help"], ["-h"]) else None


def version_text() -> str:
    """Return the line of `chanops --version`."""
    return f"chanops {__version__}"


def help_text() -> str:
    """Return the page of `chanops --help`."""
    width = max(map(len, COMMANDS))
    return HELP.format(commands="\n".join(f"  {name:<{width}}  {line}" for name, (_, line) in COMMANDS.items()))
