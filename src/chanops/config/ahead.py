"""Slow sources asked side by side, before anybody waits for one after the other."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Final

from chanops.config.references import SCHEMES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chanops.config.references import Reference, Template

AT_ONCE: Final = 8


def look_up_ahead(templates: Iterable[Template]) -> None:
    """Ask for what is slow in *templates*; what comes of it is kept, and told where it is needed."""
    slow = {
        (piece, template.around.folder): template
        for template in templates
        for piece in template.pieces
        if not isinstance(piece, str) and SCHEMES[piece.scheme].is_slow
    }
    if len(slow) < 2:
        return
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - only for several slow ones

    pool = ThreadPoolExecutor(AT_ONCE)
    try:
        list(pool.map(_ask, (piece for piece, _ in slow), slow.values()))
    except BaseException:
        from chanops.config.sources.program import end_running  # noqa: PLC0415 - only when a run is interrupted

        pool.shutdown(wait=False, cancel_futures=True)
        end_running()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def _ask(reference: Reference, template: Template) -> None:
    with contextlib.suppress(LookupError):
        reference.look_up(template.around)
