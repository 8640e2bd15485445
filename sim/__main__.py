"""Let `python -m sim` do what the command `sim` does."""

from __future__ import annotations

import signal
import sys

INTERRUPTED = 130
"""Exit code after Ctrl-C"""


def run() -> int:
    """Run the command and return its exit code.

    Ctrl-C ends it without a traceback, even while modules are imported or threads end.
    """
    code = INTERRUPTED
    try:
        from sim.cli.main import main

        code = main()
    except KeyboardInterrupt:
        sys.stderr.write("sim: interrupted\n")
    if code == INTERRUPTED:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    return code


if __name__ == "__main__":
    sys.exit(run())
