"""Write the reference pages and the JSON Schema from the program itself: `make docs`."""
# ruff: noqa: INP001 - a script, not a part of a package

from __future__ import annotations

import inspect
import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from chanops.cli.app import chanops
from chanops.cli.front import COMMANDS
from chanops.config.schema import make_schema
from chanops.domain.vocabulary import CHANNEL_TYPES, FIELDS, KIND_TITLES, LIFE_CYCLE, SECRET_HEADER_WORDS, Compare, Shape

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from chanops.domain.vocabulary import Field, SiteKind

ROOT: Final = Path(__file__).resolve().parent.parent
NOTE: Final = "<!-- Written by `make docs`; a change made here is lost. -->"

SHAPES: Final = {
    Shape.TEXT: "text",
    Shape.INT: "whole number",
    Shape.BOOL: "`true` or `false`",
    Shape.URL: "URL",
    Shape.URLS: "list of URLs",
    Shape.SECRET: "reference",
    Shape.SECRETS: "list of references",
    Shape.TYPE: "type name or number",
    Shape.MODELS: "list of model names",
    Shape.NAMES: "list of names",
    Shape.TEXT_MAP: "map of text to text",
    Shape.JSON_MAP: "map",
    Shape.TEXT_OR_MAP: "text or map",
    Shape.URL_OR_BOOL: "URL, `true` or `false`",
    Shape.CHOICE: "one of",
}

COMPARED: Final = {
    Compare.EXACT: "",
    Compare.SET: "order means nothing",
    Compare.COVERED: "only the declared keys are managed",
    Compare.KEYS: "never shown",
}

TOP_LEVEL: Final = {
    "version": "`1`: the version of this format; required",
    "owner": "whose mark managed channels carry; without it nothing undeclared is deleted under `manage: marked`",
    "providers": "upstreams by name: each with `base_url` and `key` (or any other channel field)",
    "defaults": "channel fields for every channel of every site",
    "sites": "the gateways, by name",
    "channels": "channels that live on several sites: each names them in `sites`",
    "allow_plaintext_secrets": "`true`: keys may be written out; better not",
    "allow_commands": "`true`: references of this file may run commands: `${cmd:…}`",
}

SITE: Final = {
    "kind": "`newapi` or `octopus`; required",
    "url": "the gateway's address, or `sandbox:newapi`, `sandbox:octopus`; required",
    "auth": "how to log in; see [below](#auth)",
    "tls": "how its certificate is checked; see [below](#tls)",
    "timeout": "seconds that one request may take; 30 when left out",
    "parallelism": "writes at once; left out: as many as the gateway takes well",
    "defaults": "channel fields for every channel of this site",
    "manage": "which undeclared channels are deleted; see [below](#manage)",
    "guards": "what a plan may not do; see [below](#guards)",
    "channels": "the channels of this site",
}

AUTH: Final = {
    "access_token": "New API: the system access token of an administrator, by reference; goes with `user_id`",
    "user_id": "New API: the number of the user that the token belongs to",
    "username": "the login name, on Octopus, or on New API instead of a token",
    "password": "the password that goes with it, by reference",
}

TLS: Final = {
    "ca_file": "a file with the certificates to trust, PEM",
    "client_cert": "the client's own certificate, PEM",
    "client_key": "its key, PEM",
    "verify": "`false` turns the check off; every run warns of it",
}

MANAGE: Final = {
    "marked": "channels that carry our mark; the default on New API",
    "declared": "none: nothing undeclared is ever deleted; the default on Octopus",
    "all": "all: the file is the whole truth",
    "{names: GLOB}": "those whose name matches, unless another owner's mark is on them",
}

GUARDS: Final = (
    ("max_deletes", "number, or percentage of the managed channels", "30%, at least 3", "--max-deletes, --allow-delete"),
    ("allow_delete", "list of globs: deletes that do not count", "none", "--allow-delete"),
    ("max_changes", "number or percentage: updates and deletes together; creates never count", "off", "--max-changes"),
    ("last_route", "`refuse`, `warn` or `off`: a route loses its last enabled channel", "refuse", "--allow-route-loss"),
    ("retire", "list of `GROUP/MODEL` globs: routes that may go", "none", "--allow-route-loss"),
    ("allow_empty", "`true`: a site with three or more managed channels may lose all of them", "false", "--allow-empty"),
    ("allow_replace", "list of globs: channels that may be deleted and created again", "none", "--allow-replace"),
)


def main() -> None:
    """Write every page."""
    for name, content in pages().items():
        path = ROOT / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
        sys.stdout.write(f"{name}\n")


def pages() -> dict[str, str]:
    """Return the content of every generated file by its path in the repository."""
    return {
        "docs/reference/cli.md": cli_page(),
        "docs/reference/yaml.md": yaml_page(),
        "schema/chanops.schema.json": json.dumps(make_schema(), ensure_ascii=False, indent=2) + "\n",
    }


def cli_page() -> str:
    """Return the page of every command and option."""
    context = click.Context(chanops, info_name="chanops")
    commands = ((name, chanops.get_command(context, name)) for name in COMMANDS)
    sections = [lines for name, command in commands if command for lines in command_sections(f"chanops {name}", command)]
    return "\n".join([CLI_HEAD, *sections])


def command_sections(path: str, command: click.Command) -> Iterator[str]:
    """Yield the section of *command*, then those of its subcommands."""
    context = click.Context(command, info_name=path)
    yield f"## {path}\n"
    yield from paragraphs(command.help or "")
    if isinstance(command, click.Group):
        for name, sub in command.commands.items():
            yield from command_sections(f"{path} {name}", sub)
        return
    yield f"```text\n{path} {' '.join(command.collect_usage_pieces(context))}\n```\n"
    options = [option for option in command.params if isinstance(option, click.Option)]
    if options:
        yield table(("option", "meaning", "environment"), (option_row(option, context) for option in options))


def paragraphs(text: str) -> Iterator[str]:
    r"""Yield the paragraphs of a help text, one sentence on a line; what follows a \b stays as it is."""
    for paragraph in inspect.cleandoc(text).split("\n\n"):
        if paragraph.startswith("\b"):
            yield "```text\n" + paragraph.removeprefix("\b").strip() + "\n```\n"
        else:
            yield re.sub(r"(?<=[.!?]) (?=[A-Z])", "\n", " ".join(paragraph.split())) + "\n"


def option_row(option: click.Option, context: click.Context) -> tuple[str, str, str]:
    """Return an option's flags, meaning and environment variable."""
    value = "" if option.is_flag else f" {option.make_metavar(context)}"
    flags = ", ".join(f"`{name}{value if name.startswith('--') else ''}`" for name in option.opts)
    variable = f"`{option.envvar}`" if option.envvar else ""
    return flags, " ".join((option.help or "").split()), variable


def yaml_page() -> str:
    """Return the page of every key of the YAML."""
    keys = ("key", "meaning")
    return "\n".join(
        [
            YAML_HEAD,
            "## Top level\n",
            table(keys, coded(TOP_LEVEL.items())),
            "## A site\n",
            table(keys, coded(SITE.items())),
            "### auth\n",
            "On New API `{access_token, user_id}`, or `{username, password}`; on Octopus `{username, password}`.\n",
            table(keys, coded(AUTH.items())),
            "### tls\n",
            table(keys, coded(TLS.items())),
            "### manage\n",
            "Which channels that are not declared here, chanops deletes.\n",
            table(("value", "deleted when undeclared"), coded(MANAGE.items())),
            "### guards\n",
            GUARDS_HEAD,
            table(("guard", "value", "left out", "flag that lifts it once"), (guard_row(*row) for row in GUARDS)),
            GUARDS_TAIL,
            "## A channel\n",
            CHANNEL_HEAD,
            table(("field", "value", "New API", "Octopus", "meaning"), map(field_row, FIELDS.values())),
            "### How to treat it\n",
            table(keys, coded(LIFE_CYCLE.items())),
            "### Types\n",
            "A bare number is taken as well.\n",
            table(("gateway", "names"), map(type_row, CHANNEL_TYPES)),
            YAML_TAIL,
        ]
    )


def guard_row(name: str, value: str, default: str, flags: str) -> tuple[str, ...]:
    """Return the row of one guard."""
    return f"`{name}`", value, default, ", ".join(f"`{flag}`" for flag in flags.split(", "))


def field_row(field: Field) -> tuple[str, ...]:
    """Return the row of one channel field."""
    choices = " " + ", ".join(f"`{choice}`" for choice in field.choices) if field.choices else ""
    meaning = "; ".join(filter(None, (field.doc, COMPARED[field.compare] if field.compare is Compare.KEYS else "")))
    has = ("yes" if kind in field.kinds else "no" for kind in KIND_TITLES)
    return f"`{field.path}`", SHAPES[field.shape] + choices, *has, meaning


def type_row(kind: SiteKind) -> tuple[str, str]:
    """Return the type names of one gateway."""
    return KIND_TITLES[kind], ", ".join(f"`{name}` ({number})" for name, number in CHANNEL_TYPES[kind].items())


def coded(rows: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Yield *rows* with their first cell as code."""
    return ((f"`{key}`", meaning) for key, meaning in rows)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table; a bar inside a cell is escaped."""
    return "\n".join(map(table_line, [head, ["---"] * len(head), *rows])) + "\n"


def table_line(cells: Iterable[str]) -> str:
    """Return one line of a table."""
    return "| " + " | ".join(cell.replace("|", r"\|") for cell in cells) + " |"


CLI_HEAD: Final = f"""{NOTE}

# Commands

`chanops --help` lists the commands, `chanops COMMAND --help` the options of one.
Results go to stdout, everything else to stderr; with `--json` stdout is one JSON object and nothing else, also on errors.
What the process says when it ends: [Exit codes](exit-codes.md).

Most options can be set in the environment; the last column of each table names the variable.
Approvals and the lifts of guards cannot: they are given on the command line, or by a reviewed line of the file.
`NO_COLOR` turns colours off and `FORCE_COLOR` on; without them a terminal gets colours and a pipe none.
`CHANOPS_LOG=debug` writes every call to stderr, without its secrets.
`CHANOPS_SANDBOX_DIR` says where emulated sites keep their state; without it that is `.chanops` beside the YAML.
"""

YAML_HEAD: Final = f"""{NOTE}

# The YAML

One file, or several: `-f` takes files and folders, may be given again, and all of it is merged.
Without `-f` it is `channels.yaml`, else `chanops.yaml`, in the working directory.
Unknown keys are errors, and so is a name that is declared twice.

The same as JSON Schema is in [schema/chanops.schema.json](../../schema/chanops.schema.json); `chanops schema` prints it.
An editor that knows YAML language servers completes and checks with this first line:

```yaml excerpt
# yaml-language-server: $schema=chanops.schema.json
```
"""

GUARDS_HEAD: Final = """\
A plan that runs into a guard is shown, refused with exit code 3, and nothing is written on any site.
A glob matches a channel's name or its address.
"""

GUARDS_TAIL: Final = """\
Deletes by `state: absent` are reviewed lines and count for no limit.
`protect: true` on a channel is lifted only in the file.
"""

CHANNEL_HEAD: Final = """\
What is not declared is not managed: it is neither compared nor written, and only a create fills in defaults.
`0`, `""`, `[]` and `{}` are values and are written.
`null` takes back a value that was inherited: then the field is not managed.

Nearest wins: the channel, then its provider, then the defaults of its site, then the defaults of all.
Only the blocks `newapi` and `octopus` merge; every other value replaces the inherited one whole.
A field that the gateway of the site does not have is an error.
`octopus.auto_sync` means the key `auto_sync` in a block `octopus:`.
"""

YAML_TAIL: Final = f"""\
## References

References work in any value; secrets must be given by one.
Names are written out: of sites, providers and channels, the owner, a type, and every key.

| reference | stands for |
| --- | --- |
| `${{env:NAME}}` | the environment variable `NAME` |
| `${{env:NAME:-default}}` | the same, or `default` where it is not set or empty |
| `${{file:PATH}}` | what the file holds, without its last line break; the path starts at the folder of the YAML |
| `${{cmd:COMMAND}}` | what the command prints, without its last line break; only in a file that says `allow_commands: true` |
| `${{sops:FILE#path.to.key}}` | a value of a file that the program `sops` decrypts |
| `${{vault:MOUNT/PATH#FIELD}}` | a field of a secret in HashiCorp Vault; needs the extra `vault` |
| `${{keyring:SERVICE#USER}}` | a password of the desktop's keyring; needs the extra `keyring` |
| `$${{` | a plain `${{` |

`chanops secrets` lists them and says whether each has a value; more in [Give chanops its secrets](../how-to/secrets.md).

A value that came from a reference is shown by its reference, wherever it stands.
The value of a header whose name contains {", ".join(f"`{word}`" for word in SECRET_HEADER_WORDS[:-1])} or \
`{SECRET_HEADER_WORDS[-1]}` is secret as well.

## Limits

A file may have 32 MB and 64 levels, and its aliases may expand it tenfold.
"""

if __name__ == "__main__":
    main()
