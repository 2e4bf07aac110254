"""The question before a run writes or spends: only the word yes, typed by somebody, is a yes."""

from __future__ import annotations

import sys
from typing import Final, NamedTuple

import click

from chanops.errors import UsageError

ANSWER: Final = """
  Only 'yes' will be accepted to approve.

  Enter a value: """


class Question(NamedTuple):
    """What is asked, *what* an approval is for, and what a no comes to."""

    text: str
    what: str
    refused: str


ACTIONS: Final = Question("Do you want to perform these actions?", "the plan", "nothing was written")


def approve(question: Question = ACTIONS, *, may_ask: bool) -> None:
    """Ask for the word `yes`; raises UsageError without a terminal or on any other answer."""
    if not may_ask:
        raise UsageError(f"--input=false, or CHANOPS_INPUT, forbids to ask about {question.what}: give --auto-approve")
    if not sys.stdin.isatty():
        raise UsageError(f"nobody is there to approve {question.what}: run it on a terminal, or give --auto-approve")
    click.echo(f"\n{question.text}{ANSWER}", nl=False, err=True)
    if sys.stdin.readline().strip() != "yes":
        raise UsageError(f"not approved: {question.refused}")
