"""Run the command line as `python -m postroom.cli`."""

from postroom.cli.program import main

main()
