"""Secrets that cannot print themselves, their fingerprints, and the ledger that screens what others wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

SECRET_WORD = "(secret)"  # noqa: S105 - what is shown instead of one
WITHHELD = "(message withheld: it repeats a secret)"
PIECE = 8  # characters: a run of a secret this long counts as a piece of it


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

        joined = "\n".join(sorted(secrets)).encode()
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

    def remember(self, *secrets: str) -> None:
        """Note *secrets*: from now on no foreign text that repeats a piece of one is shown."""
        self._secrets.update(secret for secret in secrets if secret)

    def screen(self, text: str) -> str:
        """Return *text*, or a notice in its place when it holds a piece of any secret, plain or encoded."""
        if not text or not self._secrets:
            return text
        grams = {text[i : i + PIECE] for i in range(len(text) - PIECE + 1)}
        repeats = any(_stands_in(form, text, grams) for secret in self._secrets for form in _forms(secret))
        return WITHHELD if repeats else text


def _stands_in(form: str, text: str, grams: set[str]) -> bool:
    if len(form) < PIECE:
        return form in text
    return any(form[i : i + PIECE] in grams for i in range(len(form) - PIECE + 1))


def _forms(secret: str) -> Iterator[str]:
    """Yield *secret* raw and as JSON, URL, HTML and base64 carry it."""
    import base64  # noqa: PLC0415
    import html  # noqa: PLC0415
    import json  # noqa: PLC0415
    import urllib.parse  # noqa: PLC0415

    data = secret.encode("utf-8", "surrogatepass")
    forms = {
        secret,
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        urllib.parse.quote(data, safe=""),
        urllib.parse.quote(data),
        urllib.parse.quote_plus(data),
        html.escape(secret),
    }
    yield from forms
    for shift in range(3):  # base64 of a text depends on where it stands in the encoded bytes
        encoded = base64.b64encode(b"\0" * shift + data)[(4 * shift + 2) // 3 :].rstrip(b"=")
        core = encoded[: 4 * (len(data) + shift) // 3 - (4 * shift + 2) // 3].decode()
        if len(core) >= PIECE:
            yield core
            yield core.replace("+", "-").replace("/", "_")
