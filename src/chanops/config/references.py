"""References in texts: `${env:NAME}`, `${env:NAME:-default}`, `${file:PATH}`; `$${` stands for a plain `${`.

One registry, scheme to source: a new source is a function and a row of `SCHEMES`. Values are looked up when somebody reveals
them, are remembered in the ledger of the run, and never stand in a message.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from chanops.config.spelling import meant_or_list, shown
from chanops.domain.finding import error
from chanops.domain.secret import Secret
from chanops.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from chanops.config.source import Place
    from chanops.domain.address import Address
    from chanops.domain.secret import Ledger

OPEN: Final = "${"
_LARGEST: Final = 1024 * 1024  # bytes of a referenced file
_SIGNS: Final = re.compile(r"\$\$\{|\$\{")
_HALF: Final = re.compile("[\ud800-\udfff]")  # what Python makes of bytes that are no UTF-8
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class Surroundings(NamedTuple):
    """What references are looked up in: the environment, the folder of the file that holds them, the run's ledger."""

    environ: Mapping[str, str]
    folder: Path
    ledger: Ledger


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
        found = SCHEMES[self.scheme].look_up(self.argument, around)
        value = found or self.default
        if not value:
            raise LookupError("is not set" if found is None and self.default is None else "is empty")
        around.ledger.remember(value)
        return value


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
            finding = error(summary, address=self.address, field=self.field).at(self.place.range())
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
    """One source of values. *look_up* returns None for "not set" and raises LookupError with a reason."""

    argument: re.Pattern[str]
    complaint: tuple[str, str]
    look_up: Callable[[str, Surroundings], str | None]
    takes_default: bool = False


def _from_environ(name: str, around: Surroundings) -> str | None:
    value = around.environ.get(name)
    if value and _HALF.search(value):
        raise LookupError("cannot be read: it is not UTF-8 text")
    return value


def _from_file(name: str, around: Surroundings) -> str:
    try:
        with (around.folder / name).open("rb") as file:
            data = file.read(_LARGEST + 1)
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise LookupError("cannot be read: it is not UTF-8 text") from None
    except (OSError, ValueError) as fault:
        reason = (getattr(fault, "strerror", None) or "not a path").lower()
        raise LookupError(f"cannot be read: {reason}") from None
    if len(data) > _LARGEST:
        raise LookupError("cannot be read: it is larger than 1 MB")
    return text.removesuffix("\n").removesuffix("\r")


SCHEMES: Final = {
    "env": Scheme(
        _NAME,
        ("this is not the name of an environment variable", "letters, digits and _: ${env:NAME} or ${env:NAME:-default}"),
        _from_environ,
        takes_default=True,
    ),
    "file": Scheme(re.compile(r"[^\0\n]+"), ("a file reference names no path", "write ${file:/run/secrets/name}"), _from_file),
}
"""Where references may point to."""
