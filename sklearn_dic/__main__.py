"""Run the shell command: `python -m sklearn_dic photo.jpg`."""

import sys

from sklearn_dic.cli import main

if __name__ == "__main__":
    sys.exit(main())
