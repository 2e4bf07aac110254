"""Statistics and logs of a gateway that nobody sends requests through: all zero (contracts/octopus.md 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response

from chanops.sandbox.octopus.envelope import dump, success
from chanops.sandbox.octopus.shapes import METRICS, complete
from chanops.sandbox.octopus.times import day

if TYPE_CHECKING:
    from chanops.sandbox.octopus.routes import Call
    from chanops.sandbox.octopus.state import State
    from chanops.sandbox.octopus.tables import Row


def today(state: State, _call: Call) -> Row:
    """Return the day's numbers."""
    return {"date": day(state.clock.now()), **complete({}, METRICS)}


def total(_state: State, _call: Call) -> Row:
    """Return the numbers since the first start."""
    return complete({}, METRICS)


def nothing(_state: State, _call: Call) -> list[Row]:
    """Return an empty list."""
    return []


def daily_with_peak(_state: State, _call: Call) -> Row:
    """Return an empty list of days beside its peak (v0.10 and later)."""
    return {"max_request_count": 0, "items": []}


def logs(_state: State, _call: Call) -> Response:
    """Return null: the one list that is not [] when empty."""
    return dump({"code": 200, "message": "success", "data": None})


def clear_logs(_state: State, _call: Call) -> Response:
    """Clear nothing, wrapped (up to v0.9)."""
    return success()


def clear_logs_silently(_state: State, _call: Call) -> Response:
    """Clear nothing, with an empty answer (v0.10 and later)."""
    return Response(status_code=204)
