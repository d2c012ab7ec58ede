"""``inknn completion``: the shell completes verbs, options and file names."""

from __future__ import annotations

import click

from .output import Sink


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print the script for completion with the Tab key.

    Examples:

    \b
      eval "$(inknn completion bash)"                           add this line to ~/.bashrc
      eval "$(inknn completion zsh)"                            add this line to ~/.zshrc
      inknn completion fish > ~/.config/fish/completions/inknn.fish
    """
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    if kind is None:
        raise click.UsageError(f"there is no completion for {shell}")
    whole = context.find_root().command
    with Sink(None) as sink:
        sink.write(kind(whole, {}, "inknn", "_INKNN_COMPLETE").source() + "\n")
