"""``python -m pingzhan`` is the command line."""

from pingzhan.config.cli import main

if __name__ == "__main__":
    main()
