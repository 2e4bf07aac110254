"""The forms a plan can be printed in: a new one is a module and a line here. Each is imported when it is asked for."""
# ruff: noqa: PLC0415

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from chanops.domain.plan import Plan


class Options(NamedTuple):
    """What the user asked of the output, and when."""

    timestamp: str = ""
    colour: bool = False
    concise: bool = False
    verbose: bool = False


DEFAULT: Final = Options()


def _text(plan: Plan, options: Options = DEFAULT) -> str:
    from chanops.render.plan_text import render_plan

    return render_plan(plan, colour=options.colour, concise=options.concise, verbose=options.verbose)


def _json(plan: Plan, options: Options = DEFAULT) -> str:
    from chanops.render.json_text import to_json_text
    from chanops.render.plan_json import plan_to_json

    return to_json_text(plan_to_json(plan, timestamp=options.timestamp, verbose=options.verbose))


def _markdown(plan: Plan, _options: Options = DEFAULT) -> str:
    from chanops.render.plan_markdown import render_markdown

    return render_markdown(plan)


def _html(plan: Plan, _options: Options = DEFAULT) -> str:
    from chanops.render.plan_html import render_html

    return render_html(plan)


FORMATS: Final = {"text": _text, "json": _json, "markdown": _markdown, "html": _html}
