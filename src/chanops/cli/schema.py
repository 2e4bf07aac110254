"""`chanops schema`: the JSON Schema of the YAML."""

from __future__ import annotations

import click

from chanops.cli.messages import echo_json


@click.command()
def command() -> None:
    """Print the JSON Schema of the YAML, for editors and for checks of your own.

    Save it and name it in the first line of the file:  # yaml-language-server: $schema=chanops.schema.json
    """
    from chanops.config.schema import make_schema  # noqa: PLC0415 - keeps --help fast

    echo_json(make_schema())
