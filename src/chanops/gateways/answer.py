"""One HTTP answer, and the JSON in it: bounded in size, depth and number of values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from chanops.errors import NotUnderstoodError
from chanops.gateways import strict_json
from chanops.gateways.strict_json import MAX_DEPTH

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_VALUES: Final = 5_000_000  # by commas, those inside of texts too: small values take far more memory than they do bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer, read whole."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def is_success(self) -> bool:
        """Tell whether the status is 2xx."""
        return 200 <= self.status < 300


def parse_object(site: str, answer: Answer, what: str) -> dict[str, Any]:
    """Return the JSON object in *answer*; raise NotUnderstoodError naming *what* (`GET /api/channel/`) otherwise."""
    value = parse_json(site, answer, what)
    if not isinstance(value, dict):
        raise NotUnderstoodError(site, f"{what}: a JSON object was expected, not {type(value).__name__}")
    return value


def parse_json(site: str, answer: Answer, what: str) -> Any:  # noqa: ANN401 - JSON
    """Return the JSON value in *answer*, bounded in size and depth, every number finite."""
    if answer.body.count(b",") > MAX_VALUES:
        raise NotUnderstoodError(site, f"{what}: the answer holds more than {MAX_VALUES:,} values")
    try:
        return strict_json.loads(answer.body)
    except strict_json.TooDeepError:
        raise NotUnderstoodError(site, f"{what}: the answer is nested more than {MAX_DEPTH} deep") from None
    except ValueError:
        kind = "HTML" if answer.body.lstrip()[:1] == b"<" else "something else"
        raise NotUnderstoodError(
            site,
            f"{what}: JSON was expected, but HTTP {answer.status} brought {kind}",
            hint="is the url the gateway's own address, without a path or a login page before it?",
        ) from None
