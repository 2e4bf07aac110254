"""Secrets that cannot print themselves, their fingerprints, and the ledger that screens what others wrote."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NoReturn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

SECRET_WORD = "(secret)"  # noqa: S105 - what is shown instead of one
WITHHELD = "(message withheld: it repeats a secret)"
PIECE = 8  # characters: a run of a secret this long counts as a piece of it
_FINGERPRINT: Final = re.compile(r"v1:[0-9a-f]{8,}:[0-9a-f]{8}")


class Secret:
    """A text that shows only where it came from; `reveal()` is the one way to its value.

    *reference* is how the file names it (`env:NAME`), or None for a literal or a value read from a gateway. The value may be a
    function, called at the first `reveal()`: `validate` never needs a secret.
    """

    __slots__ = ("_value", "reference")

    def __init__(self, value: str | Callable[[], str], reference: str | None = None) -> None:
        self._value = value
        self.reference = reference

    def reveal(self) -> str:
        """Return the value; what a reference's source raises passes through."""
        if not isinstance(self._value, str):
            self._value = self._value()
        return self._value

    @property
    def is_known(self) -> bool:
        """Tell whether `reveal()` needs no source, since the value is a text or was asked for before."""
        return isinstance(self._value, str)

    @property
    def source(self) -> Callable[[], str] | None:
        """Return what `reveal()` would ask for the value; None once it is known."""
        return None if isinstance(self._value, str) else self._value

    def __str__(self) -> str:
        return f"(secret, from {self.reference})" if self.reference else SECRET_WORD

    __repr__ = __str__

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is never saved")


class Fingerprint:
    """What is known of a secret that a gateway hides: `v1:salt:HMAC-SHA-256` (DESIGN 4); never shown."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text

    @classmethod
    def make(cls, secrets: Iterable[str], salt: bytes) -> Fingerprint:
        """Return the fingerprint of *secrets*, whose order means nothing, under 16 random bytes of *salt*."""
        import hmac  # noqa: PLC0415 - like the imports below: `validate` starts without them

        joined = "\n".join(sorted(secrets)).encode("utf-8", "surrogatepass")
        return cls(f"v1:{salt.hex()}:{hmac.new(salt, joined, 'sha256').hexdigest()}")

    def matches(self, secrets: Iterable[str]) -> bool:
        """Tell whether *secrets* are the ones this was made from; False for a text that is no fingerprint."""
        import hmac  # noqa: PLC0415

        version, _, rest = self.text.partition(":")
        try:
            salt = bytes.fromhex(rest.partition(":")[0])
        except ValueError:
            return False
        made = Fingerprint.make(secrets, salt).text
        return version == "v1" and hmac.compare_digest(made.encode(), self.text.encode())

    def __str__(self) -> str:
        return SECRET_WORD

    __repr__ = __str__

    def __reduce__(self) -> NoReturn:
        raise TypeError("a fingerprint is never saved")


class Ledger:
    """All secrets of one run; screens texts that a gateway or an upstream wrote (DESIGN 2, law 4)."""

    def __init__(self) -> None:
        self._secrets: set[str] = set()
        self._fresh: set[str] = set()
        self._short: set[str] = set()
        self._pieces: set[str] = set()

    def remember(self, *secrets: str) -> None:
        """Note *secrets*: from now on no foreign text that repeats a piece of one is shown."""
        self._fresh.update(secret for secret in secrets if secret and secret not in self._secrets)

    def screen(self, text: str) -> str:
        """Return *text*, or a notice in its place when it holds a piece of any secret, plain or encoded, or a fingerprint."""
        from chanops.domain.screen import readings  # noqa: PLC0415 - only for what others wrote

        self._take_in()
        return WITHHELD if any(map(self._repeats, readings(text))) else text

    def _take_in(self) -> None:
        """Cut what was remembered since the last text into its pieces."""
        for secret in self._fresh:
            if len(secret) < PIECE:
                self._short.add(secret)
            else:
                self._pieces.update(_pieces(secret))
        self._secrets |= self._fresh
        self._fresh.clear()

    def _repeats(self, text: str) -> bool:
        if any(short in text for short in self._short) or _FINGERPRINT.search(text):
            return True
        return any(piece in self._pieces for piece in _pieces(text))


def _pieces(text: str) -> Iterator[str]:
    return (text[i : i + PIECE] for i in range(len(text) - PIECE + 1))
