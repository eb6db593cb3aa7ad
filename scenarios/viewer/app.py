"""The viewer's web application: its routes, behind the guard."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from scenarios.viewer import pages
from scenarios.viewer.audits import audit_values, find_audits
from scenarios.viewer.experiments import difference_values, experiments_values, versions_values
from scenarios.viewer.files import served
from scenarios.viewer.guard import Guard
from scenarios.viewer.library import OpenRun, RunLibrary
from scenarios.viewer.panel import panel_values
from scenarios.viewer.paper import page_values, paper_values
from scenarios.viewer.rendering import HERE, address, environment
from scenarios.viewer.steer import MAX_BYTES, steer
from scenarios.viewer.study import IdeaStudy, PaperVersion, page_image
from tools.errors import ColloquiumError


class Viewer:
    """The pages about the runs of one library."""

    def __init__(self, library: RunLibrary, *, steer: bool = False) -> None:
        self._library, self._steer = library, steer
        if steer:
            library.attend()
        self._templates = environment()

    def routes(self) -> list[Route | Mount]:
        steering = [Route("/run/{run}/steer", self.steer, methods=["POST"])] if self._steer else []
        return [
            *steering,
            Route("/", self.runs),
            Route("/state", lambda request: PlainTextResponse(self._library.state)),
            Route("/compare", self.compare),
            Route("/audit/{name}", self.audit),
            Route("/run/{run}", self.run),
            Route("/run/{run}/state", lambda request: PlainTextResponse(self._of(request).state)),
            Route("/run/{run}/talk/{slot}/{phase}", self.phase),
            Route("/run/{run}/step/{number:int}", self.step),
            Route("/run/{run}/search", self.search),
            Route("/run/{run}/image/{name}", self.image),
            Route("/run/{run}/idea/{idea}/experiments", self.experiments),
            Route("/run/{run}/idea/{idea}/diff", self.difference),
            Route("/run/{run}/idea/{idea}/paper", self.paper),
            Route("/run/{run}/idea/{idea}/versions", self.versions),
            Route("/run/{run}/idea/{idea}/page/{version}/{number:int}", self.page),
            Route("/run/{run}/idea/{idea}/image/{version}/{number:int}", self.page_image),
            Route("/run/{run}/idea/{idea}/pdf/{version}", self.pdf),
            Route("/run/{run}/idea/{idea}/panel", self.panel),
            Route("/run/{run}/file/{path:path}", self.file),
            Mount("/static", StaticFiles(directory=HERE / "static")),
        ]

    def runs(self, request: Request) -> Response:
        return self._page(
            "runs.html.j2", pages.runs_page(self._library, find_audits(self._library), request.query_params)
        )

    def audit(self, request: Request) -> Response:
        name = request.path_params["name"]
        report = find_audits(self._library).get(name)
        if report is None:
            raise HTTPException(404, f"There is no audit report {name}.")
        return self._page("audit.html.j2", audit_values(name, report, request.query_params.get("verdict", "")))

    def compare(self, request: Request) -> Response:
        chosen = [self._open(id) for id in request.query_params.getlist("run")[:4]]
        return self._page("compare.html.j2", pages.compare_page(chosen))

    def run(self, request: Request) -> Response:
        return self._page("run.html.j2", pages.run_page(self._of(request), everything="all" in request.query_params))

    def phase(self, request: Request) -> Response:
        run, given = self._of(request), request.path_params
        found = run.conversation.phases.get((given["slot"], given["phase"]))
        if found is None:
            raise HTTPException(404, f"There is no phase {given['slot']}/{given['phase']} in this run.")
        return self._page("phase.html.j2", pages.phase_page(run, found, request.query_params))

    def step(self, request: Request) -> Response:
        run, number = self._of(request), request.path_params["number"]
        if not 0 <= number < len(run.index.entries):
            raise HTTPException(404, f"The journal has no record {number}.")
        return self._page("step.html.j2", pages.step_page(run, run.index.entries[number]))

    def search(self, request: Request) -> Response:
        return self._page("search.html.j2", pages.search_page(self._of(request), request.query_params))

    def image(self, request: Request) -> Response:
        name = request.path_params["name"]
        if not name.isalnum():
            raise HTTPException(404)
        path = self._of(request).files.image(name)
        return self._file(path.parent, path.name)

    def experiments(self, request: Request) -> Response:
        return self._page("experiments.html.j2", experiments_values(self._study(request)))

    def difference(self, request: Request) -> Response:
        study, query = self._study(request), request.query_params
        return self._page("diff.html.j2", difference_values(study, query.get("a", ""), query.get("b", "")))

    def paper(self, request: Request) -> Response:
        return self._page("paper.html.j2", paper_values(self._study(request)))

    def versions(self, request: Request) -> Response:
        return self._page("versions.html.j2", versions_values(self._study(request)))

    def page(self, request: Request) -> Response:
        study, version = self._version(request)
        number, quote = request.path_params["number"], request.query_params.get("quote", "")[:1000]
        return self._page("page.html.j2", page_values(study, version, number, quote))

    def page_image(self, request: Request) -> Response:
        return Response(page_image(self._version(request)[1], request.path_params["number"]), media_type="image/png")

    def pdf(self, request: Request) -> Response:
        path = self._version(request)[1].path
        return self._file(path.parent, path.name)

    def panel(self, request: Request) -> Response:
        return self._page("panel.html.j2", panel_values(self._study(request)))

    def _study(self, request: Request) -> IdeaStudy:
        run, name = self._of(request), request.path_params["idea"]
        files = next((idea for idea in run.files.ideas() if idea.name == name), None)
        if files is None:
            raise HTTPException(404, f"There is no idea {name} in this run.")
        return IdeaStudy(run, files)

    def _version(self, request: Request) -> tuple[IdeaStudy, PaperVersion]:
        study = self._study(request)
        version = study.version(request.path_params["version"])
        if version is None:
            raise HTTPException(404, f"There is no version {request.path_params['version']} of this paper.")
        return study, version

    async def steer(self, request: Request) -> Response:
        run = await run_in_threadpool(self._of, request)
        if int(request.headers.get("content-length", MAX_BYTES + 1)) > MAX_BYTES:
            raise HTTPException(413, "The form is too large.")
        form = dict(parse_qsl((await request.body()).decode("utf-8", "replace"), keep_blank_values=True))
        await run_in_threadpool(steer, run, form)
        return RedirectResponse(address("run", run.id), 303)

    def file(self, request: Request) -> Response:
        return self._file(self._of(request).files.root, request.path_params["path"])

    def _file(self, folder: Path, name: str) -> Response:
        found = served(folder, name)
        if found is None:
            raise HTTPException(404, "There is no such file in the run folder.")
        return FileResponse(found.path, media_type=found.media_type, headers=found.headers)

    def _of(self, request: Request) -> OpenRun:
        return self._open(request.path_params["run"])

    def _open(self, id: str) -> OpenRun:
        run = self._library.open(id)
        if run is None:
            raise HTTPException(404, f"There is no run {id}.")
        return run

    def _page(self, template: str, values: dict[str, object]) -> Response:
        shared = {"only_run": self._library.only_run, "place": self._library.place, "steer": self._steer}
        return HTMLResponse(self._templates.get_template(template).render(**shared, **values))

    def problem(self, request: Request, error: Exception) -> Response:
        """Answer a request that cannot be met."""
        status, text = 500, str(error)
        if isinstance(error, HTTPException):
            status, text = error.status_code, error.detail
        answer = self._page("problem.html.j2", {"status": status, "text": text})
        answer.status_code = status
        return answer


def viewer_app(library: RunLibrary, *, token: str, hosts: Sequence[str], steer: bool = False) -> Starlette:
    """Return the application. Only requests with the token and one of the hosts are answered.

    Args:
        steer: whether the pages can answer for people, stop runs, change budgets and resume.
    """
    viewer = Viewer(library, steer=steer)
    return Starlette(
        routes=viewer.routes(),
        middleware=[Middleware(Guard, token=token, hosts=hosts)],
        exception_handlers={HTTPException: viewer.problem, ColloquiumError: viewer.problem},
    )
