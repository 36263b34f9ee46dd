"""Where the command `upstate` begins, and `python -m upstate`: stopped while it loads, it says so in one line."""

from __future__ import annotations

import sys


def main() -> None:
    """Load the command line and run it; exits as `upstate.cli.main.main` does."""
    try:
        from upstate.cli.main import main as run
    except KeyboardInterrupt:
        print("upstate: stopped before anything was begun.", file=sys.stderr)
        sys.exit(130)
    run()


if __name__ == "__main__":
    main()
