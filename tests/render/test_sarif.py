"""SARIF shows what others wrote on a page of the forge: nothing in it may become a link, an order to a terminal, or a flood."""

from __future__ import annotations

from typing import Any

from chanops.domain.finding import warning
from chanops.render.sarif import findings_to_sarif

SAID = "it says: [click](https://evil.example) \x1b[31m\u202e\n# heading"


def text_of(summary: str, detail: str = "") -> Any:
    (run,) = findings_to_sarif([warning(summary, detail, rule="models-unknown")], version="1")["runs"]
    return run["results"][0]["message"]["text"]


def test_words_of_others_make_no_link_and_move_no_cursor() -> None:
    for text in (text_of(SAID), text_of("so", SAID)):
        assert "](" not in text
        assert text.isprintable()
        assert "[click] (https://evil.example)" in text


def test_a_long_text_is_cut() -> None:
    assert len(text_of("x" * 1_000_000, "y" * 1_000_000)) < 3_000
