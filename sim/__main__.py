"""Let `python -m sim` do what the command `sim` does."""

from __future__ import annotations

import sys

from sim.cli.main import main

sys.exit(main())
