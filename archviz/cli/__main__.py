"""``python -m archviz.cli`` is ``archviz``."""

import sys

from archviz.cli import main

sys.exit(main())
