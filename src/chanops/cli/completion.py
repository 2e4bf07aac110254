"""`chanops completion`: the script that makes a shell complete commands and flags."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def command(ctx: click.Context, shell: str) -> None:
    """Print the completion script of SHELL.

    \b
    bash:  chanops completion bash > ~/.local/share/bash-completion/completions/chanops
    zsh:   chanops completion zsh > "${fpath[1]}/_chanops"
    fish:  chanops completion fish > ~/.config/fish/completions/chanops.fish
    """  # noqa: D301 - click reads the \b
    completion = get_completion_class(shell)
    assert completion is not None
    click.echo(completion(ctx.find_root().command, {}, "chanops", "_CHANOPS_COMPLETE").source())
