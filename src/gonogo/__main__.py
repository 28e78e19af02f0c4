"""Lets ``python -m gonogo`` stand for the command ``gonogo``."""

from gonogo.cli.main import main

if __name__ == "__main__":
    main()
