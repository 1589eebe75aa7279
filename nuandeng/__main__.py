"""`python -m nuandeng`: the same as the command `nuandeng`."""

from nuandeng.cli import main

if __name__ == "__main__":
    main()
