"""`python -m chanops` is the command `chanops`."""

from chanops.cli import main

if __name__ == "__main__":
    main()
