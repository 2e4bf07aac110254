"""A plan as one HTML page without any foreign part: no script, no link, no request."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Final

from chanops.render.plan_text import render_plan
from chanops.render.report_text import render_report
from chanops.render.style import CODES

if TYPE_CHECKING:
    from chanops.domain.plan import Plan
    from chanops.domain.report import Report

PAGE: Final = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>chanops plan</title>
<style>
body {{ background: #fff; color: #1f2328; margin: 2rem; }}
pre {{ font: 14px/1.45 ui-monospace, monospace; white-space: pre-wrap; }}
.bold {{ font-weight: bold; }} .dim {{ color: #6e7781; }} .red {{ color: #b3261e; }} .green {{ color: #1a7f37; }}
.yellow {{ color: #8a5a00; }} .blue {{ color: #0550ae; }} .cyan {{ color: #0b6e75; }}
</style>
<pre>{text}</pre>
"""  # without the closing tag, which HTML does not need: an apply puts its report behind
STYLES: Final = {code: style for style, code in CODES.items()}


def render_html(plan: Plan) -> str:
    """Return *plan* as a self-contained page: its text, coloured."""
    return PAGE.format(text=_coloured(render_plan(plan, colour=True)))


def report_html(report: Report) -> str:
    """Return *report* as what goes on after the page of its plan."""
    return f"<pre>{_coloured(render_report(report, colour=True))}</pre>\n"


def _coloured(text: str) -> str:
    return re.sub("\x1b\\[(\\d+)m", _tag, html.escape(text, quote=False))


def _tag(code: re.Match[str]) -> str:
    style = STYLES.get(code[1])
    return f'<span class="{style}">' if style else "</span>"
