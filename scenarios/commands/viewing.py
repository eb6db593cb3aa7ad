"""The command `view`: look at runs in the browser."""

from __future__ import annotations

import secrets
import socket
import threading
import webbrowser
from pathlib import Path
from typing import Annotated

import typer
import uvicorn

from scenarios.commands.console import RUNS, Runs, file_to_write, out, place
from scenarios.viewer.app import viewer_app
from scenarios.viewer.export import export_run
from scenarios.viewer.guard import TOKEN
from scenarios.viewer.library import RunLibrary
from scenarios.viewer.rendering import address
from tools.errors import UserError
from tools.project import command_line
from tools.run_dir import find_run

_LOOPBACK = "127.0.0.1"


def view(
    shown: Annotated[
        str, typer.Argument(help="Run folder, (part of) its name, last, a folder of runs, or an audit's JSON.")
    ] = "",
    port: Annotated[int, typer.Option(help="Port; 0 takes a free one.", min=0, max=65535)] = 0,
    browser: Annotated[bool, typer.Option(help="Open the page in the browser.")] = True,
    export: Annotated[
        Path | None,
        typer.Option(help="Write the run as one HTML file that loads nothing, and end.", callback=file_to_write),
    ] = None,
    steer: Annotated[
        bool, typer.Option("--steer", help="Let the pages answer for people, stop and resume runs, and set budgets.")
    ] = False,
    out_folder: Runs = RUNS,
) -> None:
    """Show runs in the browser, on this machine only: conversations, experiments, papers, evidence and reviews."""
    library = RunLibrary(_folder(shown, out_folder))
    if export:
        _export(library, export)
        return
    token = secrets.token_urlsafe(24)
    with socket.socket() as listening:
        try:
            listening.bind((_LOOPBACK, port))
        except OSError as error:
            raise UserError(f"--port {port}: {error.strerror}; leave it out to take a free one") from None
        port = listening.getsockname()[1]
        app = viewer_app(
            library, token=token, hosts=[f"{name}:{port}" for name in (_LOOPBACK, "localhost")], steer=steer
        )
        only = library.only_run
        page = (
            address("run", only.id)
            if only
            else address("audit", library.place.name)
            if library.place.is_file()
            else "/"
        )
        opened = f"http://{_LOOPBACK}:{port}{page}?{TOKEN}={token}"
        out.print(f"{opened}\n\nOnly this machine can open it. Stop with Ctrl-C.", highlight=False, soft_wrap=True)
        if only:
            threading.Thread(target=library.open, args=(only.id,), daemon=True).start()  # index its journal meanwhile
        if browser:
            webbrowser.open(opened)
        config = uvicorn.Config(app, log_level="warning", access_log=False, server_header=False)
        uvicorn.Server(config).run(sockets=[listening])


def _export(library: RunLibrary, target: Path) -> None:
    only = library.only_run
    run = library.open(only.id) if only else None
    if run is None:
        raise UserError("--export: name one run, such as last; a folder of runs is not exported")
    export_run(run, target)
    place("exported", target)


def _folder(shown: str, runs: Path) -> Path:
    """Return what to show: all runs, a folder of runs, one run, or an audit report."""
    if not shown:
        if not runs.is_dir():
            raise UserError(f"--out {runs}: no such folder yet; launch a run: {command_line('launch', 'quickstart')}")
        return runs
    return Path(shown) if Path(shown).is_dir() or Path(shown).suffix == ".json" else find_run(shown, runs)
