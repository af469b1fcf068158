"""The child process that reads a drawing: ``python -m archviz.sketch REQUEST.json``."""

import sys
from pathlib import Path

from archviz.sketch.reader import main

if __name__ == "__main__":
    main(Path(sys.argv[1]))
