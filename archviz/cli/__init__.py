"""The command line: choices in, one request, a picture or a JSON object out.

Exit codes: 0 done, 2 the input or an option is wrong, 1 a failure of ours or a picture under its threshold.
"""

from __future__ import annotations

import importlib
import os
import sys
import traceback
from collections.abc import Sequence

from archviz.cli.console import Console
from archviz.cli.options import build_parser, join_negative_values
from archviz.core.errors import ArchvizError

__all__ = ["main"]

_INTERRUPTED = 130  # 128 + SIGINT, what a shell expects


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Parameters
    ----------
    argv
        Arguments without the program's name; the process's own where ``None``.

    Returns
    -------
    int
        Exit code.
    """
    words = join_negative_values(sys.argv[1:] if argv is None else argv)
    console = Console(json="--json" in words)
    try:
        options = build_parser().parse_args(words)
        # A command's module brings the heavy libraries it needs, so that --help needs none of them.
        module = importlib.import_module(f"archviz.cli.{options.module}")
        with console.clean_output():
            code: int | None = getattr(module, options.command)(options, console)
    except ArchvizError as error:
        console.refuse(error.code, error.message)
        return error.exit_code
    except KeyboardInterrupt as error:
        console.refuse("interrupted", str(error) or "interrupted; nothing was written")
        return _INTERRUPTED
    except BrokenPipeError:
        # The reader of our output is gone; what is left has no one to go to.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as error:
        last = traceback.extract_tb(error.__traceback__)[-1]
        console.refuse(
            "internal",
            f"a failure of archviz: {type(error).__name__}: {error} ({os.path.basename(last.filename)}:{last.lineno});"
            " please report it with the command you gave",
        )
        return 1
    return code or 0
