"""`python -m textvae` is `textvae`."""

from textvae.cli.app import main

if __name__ == "__main__":
    main()
