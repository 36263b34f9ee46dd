"""Runs the command line as `python -m upstate`."""

from upstate.cli.main import main

if __name__ == "__main__":
    main()
