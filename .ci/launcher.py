"""The installed command `colloquium`: runs the program in ROOT, so that its packages do not lie in site-packages."""

import sys
from pathlib import Path

ROOT = Path(__file__).parent


def main() -> None:
    """Run the command line."""
    sys.path.insert(0, str(ROOT))
    import run

    run.main()
