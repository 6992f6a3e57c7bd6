"""The command `textvae`: the verbs, and the one place where an error becomes a message and an exit code.

Exit codes: 0 done (also when the reader of a pipe has seen enough), 1 something went wrong, 2 what was given
cannot be used, 3 no sentence could be moved as asked, 130 stopped by Ctrl-C, 143 by a kill.
"""

import errno
import os
import signal
import sys
from collections.abc import Sequence
from types import FrameType
from typing import Annotated, NoReturn, TextIO

import typer

from textvae.cli import (
    analyze,
    calibrate,
    corpus,
    evaluate,
    evaluate_degree,
    evaluate_text,
    evaluate_topics,
    evaluate_transfer,
    interpolate,
    latent,
    recipes,
    reconstruct,
    sample,
    steer,
    topics,
    train,
    train_topics,
    transfer,
)
from textvae.cli.render import visible
from textvae.errors import TextvaeError

# The root of typer's own errors: newer releases carry their own click, older ones use the package.
UsageError: type[Exception] = typer.BadParameter.__mro__[2]

app = typer.Typer(
    name="textvae",
    help="Reads the affect of text, and writes text with the affect you ask for.",
    epilog="Affect is on the scale 1 to 5. Each verb explains its options: textvae transfer --help",
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(analyze.analyze)
app.command()(transfer.transfer)
app.command()(steer.steer)
app.command()(interpolate.interpolate)
app.command()(latent.latent)
app.command()(sample.sample)
app.command()(reconstruct.reconstruct)
app.command()(topics.topics)
train.app.command()(train_topics.topics)
train.app.command()(recipes.recipes)
app.add_typer(train.app, name="train")
app.command()(calibrate.calibrate)
evaluate.app.command()(evaluate_transfer.transfer)
evaluate.app.command()(evaluate_degree.degree)
evaluate.app.command()(evaluate_text.text)
evaluate.app.command()(evaluate_topics.topics)
app.add_typer(evaluate.app, name="evaluate")
app.add_typer(corpus.app, name="corpus")


def _version(asked: bool) -> None:
    if asked:
        from textvae import __version__

        typer.echo(f"textvae {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and stop.", callback=_version, is_eager=True)
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
) -> None:
    """Options of every verb; `--debug` may stand anywhere on the line."""


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line (`sys.argv` unless `arguments` are given) and exit."""
    signal.signal(signal.SIGTERM, _terminated)
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:  # closed by the caller: `textvae ... >&-`
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115
    try:
        sys.exit(run(sys.argv[1:] if arguments is None else arguments))
    finally:
        _settle_stderr()


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code: the one catch site of the project."""
    plain, debug = _without_debug(arguments)
    command = typer.main.get_command(app)
    try:
        with command.make_context("textvae", plain) as context:
            command.invoke(context)
        sys.stdout.flush()
    except typer.Exit as stop:
        return stop.exit_code
    except KeyboardInterrupt as stop:
        return _say(str(stop) or "stopped.", 128 + getattr(stop, "number", signal.SIGINT))
    except BrokenPipeError:
        _silence(sys.stdout)
        return 0
    except SystemExit as stop:
        if isinstance(stop.__context__, BrokenPipeError):  # rich leaves so when nobody reads its help
            return 0
        raise
    except Exception as error:
        if debug:
            raise
        return _report(error)
    return 0


def _report(error: Exception) -> int:
    """Say on standard error what went wrong, and return the exit code."""
    if isinstance(error, UsageError):
        context = getattr(error, "ctx", None)
        if type(error).__name__ == "NoArgsIsHelpError":
            shown = context.get_help() if context else ""
            return _say("", 2, shown) if shown.strip() else 2
        hint = f" (textvae {' '.join(context.command_path.split()[1:])} --help explains)" if context else ""
        said: str = error.format_message().rstrip()  # type: ignore[attr-defined]
        return _say(said.replace(": Value error, ", ": ") + hint, getattr(error, "exit_code", 2))
    if isinstance(error, TextvaeError):
        return _say(str(error), error.exit_code)
    if isinstance(error, OSError):
        _silence(sys.stdout)
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            return _say(
                "no space is left where the results go: free some, or write elsewhere with -o FILE.", 1
            )
        where = f"{error.filename}: " if error.filename else ""
        return _say(f"{where}{error.strerror or error}.", 1)
    kind = type(error).__name__
    return _say(f"an error that textvae did not foresee: {kind}: {error}\nAdd --debug for the traceback.", 1)


def _say(message: str, code: int, plain: str = "") -> int:
    text = plain or "textvae: " + "\n".join(visible(line) for line in message.splitlines())
    try:
        print(text, file=sys.stderr, flush=True)
    except (OSError, ValueError):  # nobody listens on standard error either
        return code
    return code


def _without_debug(arguments: Sequence[str]) -> tuple[list[str], bool]:
    """`arguments` less the `--debug`s before a `--`, and whether there was one."""
    end = list(arguments).index("--") if "--" in arguments else len(arguments)
    head = [argument for argument in arguments[:end] if argument != "--debug"]
    return head + list(arguments[end:]), len(head) < end


def _settle_stderr() -> None:
    """Let what nobody hears on standard error not change the exit code at the interpreter's last flush."""
    try:
        sys.stderr.flush()
    except (OSError, ValueError):
        _silence(sys.stderr)


def _silence(stream: TextIO) -> None:
    """Point a stream at nothing, so that the interpreter's last flush does not complain again."""
    try:
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, stream.fileno())
        os.close(nothing)
    except (OSError, ValueError):  # not a file: a test's capture, say
        return


def _terminated(number: int, frame: FrameType | None) -> NoReturn:
    """A kill ends the run the way an exception does, so that no unfinished file is left."""
    raise SystemExit(128 + number)
