"""``python -m tcptui``."""

import sys

from tcptui.cli import main

if __name__ == "__main__":
    sys.exit(main())
