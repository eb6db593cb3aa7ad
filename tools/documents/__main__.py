"""The reader process: print a paper as JSON, or the user's mistake on stderr."""

from __future__ import annotations

import argparse
import resource
import sys
from pathlib import Path

from tools.documents.document import read_document
from tools.documents.reader import DOCUMENT, USER_ERROR
from tools.errors import UserError

_MAX_MEMORY = 6 * 2**30
"""Bytes of address space."""


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("path", type=Path)
    parser.add_argument("--pages", type=int)
    parser.add_argument("--chars", type=int)
    arguments = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_AS, (_MAX_MEMORY, _MAX_MEMORY))
    try:
        document = read_document(arguments.path, max_pages=arguments.pages, max_chars=arguments.chars)
    except UserError as error:
        sys.stderr.write(str(error))
        return USER_ERROR
    sys.stdout.buffer.write(DOCUMENT.dump_json(document))
    return 0


if __name__ == "__main__":
    sys.exit(main())
