"""The command line."""

import typer

app = typer.Typer(name="nuandeng", no_args_is_help=True, add_completion=False)


@app.callback()
def _root() -> None:
    """暖灯: finds people in need on a city's cold nights and sends the volunteer who is near."""


def main() -> None:
    """Entry point."""
    app()
