"""``python -m spean`` is the command ``spean``."""

import sys

from spean.cli import main

sys.exit(main())
