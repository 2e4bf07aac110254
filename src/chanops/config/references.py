"""References in texts: `${env:NAME}`, `${env:NAME:-default}`, `${file:PATH}` and more; `$${` stands for a plain `${`.

One registry, scheme to source: a new source is a function and a row of `SCHEMES`, what it needs stands in `config/sources/`.
Values are looked up when somebody reveals them, once per run, are remembered in its ledger, and never stand in a message.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from chanops.config.sources.contents import LARGEST, decode
from chanops.config.spelling import meant_or_list, shown
from chanops.domain.finding import error
from chanops.domain.secret import Secret
from chanops.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from chanops.config.source import Place
    from chanops.config.surroundings import Surroundings
    from chanops.domain.address import Address

OPEN: Final = "${"
ENV_FILE: Final = ".env"
ALLOW_COMMANDS: Final = "write allow_commands: true at the top of the file that holds it"
_SIGNS: Final = re.compile(r"\$\$\{|\$\{")
_HALF: Final = re.compile("[\ud800-\udfff]")  # what Python makes of bytes that are no UTF-8
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class Reference(NamedTuple):
    """One `${scheme:argument}`, with what stands in when it has no value."""

    scheme: str
    argument: str
    default: str | None = None

    @property
    def source(self) -> str:
        """Return how a secret names where it came from: `env:NAME`."""
        return f"{self.scheme}:{self.argument}"

    def value(self, around: Surroundings) -> str:
        """Return what it stands for, remembered in the ledger. Raises LookupError with the end of a sentence."""
        found = self.look_up(around)
        value = found or self.default
        if not value:
            reason = "is not set" if found is None and self.default is None else "is empty"
            raise (
                LookupError(reason, _how_to_set(self.argument, around.folder)) if self.scheme == "env" else LookupError(reason)
            )
        around.ledger.remember(value)
        return value

    def look_up(self, around: Surroundings) -> str | None:
        """Return what its source has for it, asked once per run; None: nothing. Raises LookupError like `value`."""
        scheme = SCHEMES[self.scheme]
        if scheme.is_command and not around.allows_commands:
            raise LookupError("is not allowed", ALLOW_COMMANDS)
        key = (self.scheme, self.argument, around.folder)
        return around.lookups.once(key, lambda: scheme.look_up(self.argument, around))


def _how_to_set(name: str, folder: Path) -> str:
    """Return how a variable of the environment gets its value; most often the file beside was not read."""
    if (folder / ENV_FILE).is_file():
        return f"`set -a; . ./{ENV_FILE}; set +a` reads the {ENV_FILE} beside the file"
    return f"export {name}=…"


class MalformedError(ValueError):
    """A text holds something that starts like a reference and is none: *summary*, *detail*."""

    def __init__(self, summary: str, detail: str) -> None:
        super().__init__(summary)
        self.summary = summary
        self.detail = detail


def split(text: str) -> list[str | Reference]:
    """Return the plain pieces and the references of *text*, in order. Raises MalformedError."""
    pieces: list[str | Reference] = []
    position = 0
    while sign := _SIGNS.search(text, position):
        pieces.append(text[position : sign.start()])
        if sign.group() == "$${":
            pieces.append(OPEN)
            position = sign.end()
            continue
        end = text.find("}", sign.end())
        if end < 0:
            raise MalformedError("a reference is not closed", "write ${env:NAME}; a plain ${ is written $${")
        pieces.append(_read(text[sign.end() : end]))
        position = end + 1
    pieces.append(text[position:])
    return [piece for piece in pieces if piece]


def _read(inner: str) -> Reference:
    scheme, colon, argument = inner.partition(":")
    if not colon:
        raise MalformedError("a reference names no source", "write ${env:NAME} or ${file:PATH}; a plain ${ is written $${")
    if scheme not in SCHEMES:
        raise MalformedError(f"{shown(scheme)} is not a source of references", meant_or_list(scheme, SCHEMES))
    complaint = SCHEMES[scheme].complaint
    default: str | None = None
    if SCHEMES[scheme].takes_default:
        argument, dash, rest = argument.partition(":-")
        default = rest if dash else None
    if not SCHEMES[scheme].argument.fullmatch(argument):
        raise MalformedError(*complaint)
    return Reference(scheme, argument, default)


class Template:
    """A text with references: called, it gives the text with their values, or raises ConfigError with a finding."""

    __slots__ = ("address", "around", "field", "is_secret", "pieces", "place")

    def __init__(
        self,
        pieces: list[str | Reference],
        place: Place,
        around: Surroundings,
        address: Address | None = None,
        field: str = "",
        *,
        is_secret: bool = False,
    ) -> None:
        self.pieces = pieces
        self.place = place
        self.around = around
        self.address = address
        self.field = field
        self.is_secret = is_secret

    def __call__(self) -> str:
        """Return the text with every reference replaced by its value."""
        text = "".join(piece if isinstance(piece, str) else self._value(piece) for piece in self.pieces)
        if self.is_secret:
            self.around.ledger.remember(text)
        return text

    def _value(self, reference: Reference) -> str:
        try:
            return reference.value(self.around)
        except LookupError as fault:
            summary = f"${{{reference.source}}} {fault.args[0]}"
            finding = error(summary, *fault.args[1:], address=self.address, field=self.field).at(self.place.range())
            raise ConfigError([finding]) from None

    def reference(self) -> str:
        """Return how it is shown: the source of a lone reference, else the text; without its own words in a secret field."""
        if len(self.pieces) == 1 and isinstance(self.pieces[0], Reference):
            return self.pieces[0].source
        words = ("…" if self.is_secret else piece for piece in self.pieces if isinstance(piece, str))
        return "".join(next(words) if isinstance(piece, str) else f"${{{piece.source}}}" for piece in self.pieces)

    def secret(self) -> Secret:
        """Return the secret that resolves to it."""
        return Secret(self, self.reference())


class Scheme(NamedTuple):
    """One source of values. *look_up* returns None for "not set" and raises LookupError with a reason, and how to mend it.

    *is_slow*: it waits for another program; *is_command*: that program stands in the reference, so the file must allow it.
    """

    argument: re.Pattern[str]
    complaint: tuple[str, str]
    look_up: Callable[[str, Surroundings], str | None]
    takes_default: bool = False
    is_slow: bool = False
    is_command: bool = False


def _from_environ(name: str, around: Surroundings) -> str | None:
    value = around.environ.get(name)
    if value and _HALF.search(value):
        raise LookupError("cannot be read: it is not UTF-8 text")
    return value


def _from_file(name: str, around: Surroundings) -> str:
    try:
        with (around.folder / name).open("rb") as file:
            return decode(file.read(LARGEST + 1))
    except (OSError, ValueError) as fault:
        reason = (getattr(fault, "strerror", None) or "not a path").lower()
        raise LookupError(f"cannot be read: {reason}") from None


def _from_command(argument: str, around: Surroundings) -> str:
    from chanops.config.sources import command  # noqa: PLC0415 - like the others below: only for who uses it

    return command.look_up(argument, around)


def _from_sops(argument: str, around: Surroundings) -> str | None:
    from chanops.config.sources import sops  # noqa: PLC0415

    return sops.look_up(argument, around)


def _from_vault(argument: str, around: Surroundings) -> str | None:
    from chanops.config.sources import vault  # noqa: PLC0415

    return vault.look_up(argument, around)


def _from_keyring(argument: str, around: Surroundings) -> str | None:
    from chanops.config.sources import keyring  # noqa: PLC0415

    return keyring.look_up(argument, around)


_COMMAND: Final = re.compile(  # words as a shell reads them: every quote closed, and no brace, since } ends the reference
    r"""(?=\s*\S)(?:[^'"\\{\0\n]|\\[^{\0\n]|'[^'{\0\n]*'|"(?:[^"\\{\0\n]|\\[^{\0\n])*")+"""
)

SCHEMES: Final = {
    "env": Scheme(
        _NAME,
        ("this is not the name of an environment variable", "letters, digits and _: ${env:NAME} or ${env:NAME:-default}"),
        _from_environ,
        takes_default=True,
    ),
    "file": Scheme(re.compile(r"[^\0\n]+"), ("a file reference names no path", "write ${file:/run/secrets/name}"), _from_file),
    "cmd": Scheme(
        _COMMAND,
        (
            "this is no command",
            "write ${cmd:pass show llm/name}: quotes closed, no { and no }; put such a command into a script",
        ),
        _from_command,
        is_slow=True,
        is_command=True,
    ),
    "sops": Scheme(
        re.compile(r"[^\0\n]+#[^\0\n#]+"),
        ("a sops reference names no file and key", "write ${sops:secrets.yaml#path.to.key}"),
        _from_sops,
        is_slow=True,
    ),
    "vault": Scheme(
        re.compile(r"[^\0\n#/]+/[^\0\n#]+#[^\0\n#]+"),
        ("a vault reference names no path and field", "write ${vault:mount/path/to/secret#field}"),
        _from_vault,
        is_slow=True,
    ),
    "keyring": Scheme(
        re.compile(r"[^\0\n]+#[^\0\n#]+"),
        ("a keyring reference names no service and user", "write ${keyring:service#user}"),
        _from_keyring,
    ),
}
"""Where references may point to."""
