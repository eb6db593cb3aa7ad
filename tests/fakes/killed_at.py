"""Run the command line and kill it with SIGKILL at a chosen moment.

Usage: `python killed_at.py MOMENT NUMBER ARGUMENTS...` kills at the NUMBERth time of the moment: `before-fsync`,
`after-fsync`, `before-rename`, `after-rename`, or `git-commit`, `git-reset` and so on, which kills git at work as well.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))


class Moment:
    """Counts down to the moment."""

    def __init__(self, name: str, number: int) -> None:
        self.name, self._left = name, number

    def comes(self, name: str) -> bool:
        self._left -= name == self.name
        return name == self.name and self._left == 0

    def kill_at(self, name: str) -> None:
        if self.comes(name):
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function, with moments before and after it."""

        def call(*arguments: Any, **options: Any) -> Any:
            self.kill_at(f"before-{name}")
            result = function(*arguments, **options)
            self.kill_at(f"after-{name}")
            return result

        return call


def main() -> None:
    moment = Moment(sys.argv[1], int(sys.argv[2]))
    sys.argv = ["run.py", *sys.argv[3:]]
    run = subprocess.run

    def killed_git(command: Any, *arguments: Any, **options: Any) -> Any:
        names = [word for word in command if word in ("add", "commit", "reset", "clean", "tag", "restore", "init")]
        if command[0] == "git" and names and moment.comes(f"git-{names[0]}"):
            options = {key: value for key, value in options.items() if key not in ("check", "capture_output")}
            git = subprocess.Popen(command, **options, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(0.004)
            git.kill()
            os.kill(os.getpid(), signal.SIGKILL)
        return run(command, *arguments, **options)

    os.fsync = moment.around("fsync", os.fsync)
    os.rename = moment.around("rename", os.rename)
    os.replace = moment.around("rename", os.replace)
    subprocess.run = killed_git
    from run import main as command_line

    command_line()


if __name__ == "__main__":
    main()
