"""Let `python -m sim` do what the command `sim` does."""

from __future__ import annotations

import sys


def run() -> int:
    """Run the command and return its exit code; Ctrl-C is quiet from the first import on."""
    try:
        from sim.cli.main import main

        return main()
    except KeyboardInterrupt:
        sys.stderr.write("sim: interrupted\n")
        return 130


if __name__ == "__main__":
    sys.exit(run())
