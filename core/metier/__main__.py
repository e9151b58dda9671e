"""`metier` and `python -m metier`."""

from __future__ import annotations

import gc

OBJECTS = 100_000
"""Objects made between two collections: Python's 700 has it look dozens of times through what imports make and keep."""


def main() -> None:
    """Run the command line."""
    gc.set_threshold(OBJECTS)
    from metier.cli.main import main as run

    run()


if __name__ == "__main__":
    main()
