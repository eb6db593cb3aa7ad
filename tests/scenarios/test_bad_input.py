"""Every mistake is one clear message and exit code 2, and nothing half-made stays behind."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.fakes.foreign_template import write_foreign_template
from tests.fakes.pdfs import plain_page, write_pdf
from tests.scenarios.conftest import Done

SCENARIO = "template: diffusion_2d\nphases: [ideation]\n"


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("template: diffusion_2d\nphases: [ideaton]\n", "no phase 'ideaton'; did you mean 'ideation'?"),
        ("template: difusion_2d\nphases: [ideation]\n", "no template of that name; did you mean 'diffusion_2d'?"),
        (SCENARIO + "profil: cpu\n", "profil: unknown key; did you mean 'profile'?"),
        (SCENARIO + "profile: cqu\n", "no profile 'cqu'; did you mean 'cpu'?"),
        (SCENARIO + "models: ofline\n", "did you mean 'offline'?"),
        (SCENARIO + "sandbox: dokcer\n", "did you mean 'docker'?"),
        (
            SCENARIO + "sandbox: {backend: auto, requires: []}\n",
            "sandbox.requires: unknown key; did you mean 'require'?",
        ),
        (SCENARIO + "sandbox: {require: [newtork]}\n", "sandbox.require"),
        (SCENARIO + "form: neurip\n", "did you mean 'neurips'?"),
        (SCENARIO + "literature: [locale]\n", "did you mean 'local'?"),
        (SCENARIO + "ideas: many\n", "ideas:"),
        (SCENARIO + "budget: {dolars: 3}\n", "budget.dolars: unknown key; did you mean 'dollars'?"),
        (
            "template: diffusion_2d\nphases: [{phase: ideation, participants: [phd_studnt]}]\n",
            "did you mean 'phd_student'?",
        ),
        ("template: diffusion_2d\nphases: [{phase: ideation, policy: dialog}]\n", "did you mean 'dialogue'?"),
        (
            "template: diffusion_2d\nphases: [{phase: ideation, accepted_by: coder}]\n",
            "coder is not a participant of the phase",
        ),
        *[
            (SCENARIO + f"budget: {{{limit}}}\n", "finite")
            for limit in ("minutes: .inf", "dollars: 1e400", "minutes: .nan")
        ],
        ("phases: [ideation\n", "not valid YAML"),
        ("phases: []\n", "phases:"),
        ("phases: [experiments]\n", "template: its phases experiment"),
        ("phases: [panel]\n", "paper: nothing to review"),
    ],
)
def test_a_mistake_in_a_scenario(command, tmp_path: Path, text: str, told: str) -> None:
    done = command("launch", write(tmp_path / "mine.yaml", text), "--out", tmp_path / "runs")
    assert told in done.stderr and "Traceback" not in done.stderr, done.stderr
    assert done.returncode == 2 and not (tmp_path / "runs").exists()


@pytest.mark.slow
def test_a_promise_that_the_sandbox_does_not_keep_is_found_out_before_anything_is_made(command, tmp_path: Path) -> None:
    demanding = write(tmp_path / "mine.yaml", "template: diffusion_2d\nphases: [chat]\nsandbox: {require: [network]}\n")
    done = command("launch", demanding, "--sandbox", "none", "--out", tmp_path / "runs")
    assert done.returncode == 2 and "none does not give these guarantees here: network" in done.stderr
    assert not (tmp_path / "runs").exists()


def test_an_unknown_scenario_or_override(command, tmp_path: Path) -> None:
    done = command("launch", "quickstat", "--out", tmp_path)
    assert done.returncode == 2 and "did you mean 'quickstart'?" in done.stderr
    done = command("launch", "quickstart", "--set", "phases.pannel.rounds=2", "--out", tmp_path)
    assert done.returncode == 2 and "did you mean 'panel'?" in done.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("options", [("--template", ""), ("--template=",), ("--name", ""), ("--budget", "inf")])
def test_an_empty_or_endless_value_is_no_default(command, tmp_path: Path, options: tuple[str, ...]) -> None:
    done = command("launch", "quickstart", *options, "--out", tmp_path)
    assert done.returncode == 2 and len(done.stderr.splitlines()) == 1 and not list(tmp_path.iterdir())


@pytest.mark.parametrize("text", ["[" * 100_000, "{", '[{"Name": 3}]', "\udce9"])
def test_ideas_that_cannot_be_read(command, tmp_path: Path, text: str) -> None:
    (tmp_path / "ideas.json").write_bytes(text.encode(errors="surrogateescape"))
    done = command("launch", "quickstart", "--idea", tmp_path / "ideas.json", "--out", tmp_path / "runs")
    assert done.returncode == 2 and len(done.stderr.splitlines()) == 1 and "ideas.json" in done.stderr


def test_an_experiment_that_is_not_python(command, tmp_path: Path) -> None:
    template = write_foreign_template(tmp_path / "mine", "x = 1\ndef broken(:\n")
    for words in (("launch", "quickstart", "--template", template), ("templates", "check", template)):
        done = command(*words)
        assert (
            done.returncode == 2 and "experiment.py:2: not Python" in done.stderr and not (tmp_path / "runs").exists()
        )


def test_a_card_with_an_unknown_tool(command, tmp_path: Path) -> None:
    roles = tmp_path / "roles"
    roles.mkdir()
    write(roles / "guest.md", "---\nname: guest\ndescription: A guest.\ntools: [read_fil]\n---\nYou are a guest.\n")
    done = command("launch", "quickstart", "--roles", roles, "--out", tmp_path / "runs")
    assert done.returncode == 2 and "guest.md: tools: no tool 'read_fil'; did you mean 'read_file'?" in done.stderr


def test_a_template_without_an_experiment(command, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    done = command("launch", "quickstart", "--template", tmp_path / "empty", "--out", tmp_path / "runs")
    assert done.returncode == 2 and "experiment.py is missing" in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    ("ending", "told"),
    [
        ("pass", "ended without writing run_0/final_info.json"),
        ("(out_dir / 'final_info.json').write_text('{broken')", "final_info.json"),
        ('(out_dir / \'final_info.json\').write_text(\'{"a": {"means": {"loss": NaN}}}\')', "NaN"),
        ("raise SystemExit('no data here')", "no data here"),
    ],
)
def test_an_experiment_that_gives_no_result(colloquium, tmp_path: Path, ending: str, told: str) -> None:
    source = (
        "import sys\nfrom pathlib import Path\nrate = 0.1\n"
        "out_dir = Path(sys.argv[1].partition('=')[2])\nout_dir.mkdir()\n" + ending + "\n"
    )
    template = write_foreign_template(tmp_path / "mine", source)
    done = colloquium("launch", "quickstart", "--template", template, "--out", tmp_path / "runs")
    assert "template mine: the baseline failed" in done.stdout and told in done.stdout, done.stdout
    assert done.returncode == 1 and "Traceback" not in done.stdout + done.stderr


@pytest.mark.parametrize("kind", ["not a PDF", "empty", "encrypted", "image without text", "absent"])
def test_a_paper_that_cannot_be_read(command, tmp_path: Path, kind: str) -> None:
    paper = tmp_path / "draft.pdf"
    if kind != "absent":
        BROKEN[kind](paper)
    done = command("launch", "review_panel", "--set", f"paper={paper}", "--out", tmp_path / "runs")
    assert done.returncode == 2 and str(paper) in done.stderr and "Traceback" not in done.stderr, done.stderr
    assert not (tmp_path / "runs").exists()


BROKEN = {
    "not a PDF": lambda path: path.write_bytes(b"hello"),
    "empty": lambda path: path.write_bytes(b""),
    "encrypted": lambda path: write_pdf(path, [plain_page()], password="secret"),
    "image without text": lambda path: write_pdf(path, ["q 500 0 0 700 50 50 cm /Im1 Do Q"]),
}


@pytest.mark.slow
def test_no_tex(colloquium, tmp_path: Path) -> None:
    """With a PATH that holds git and bubblewrap alone, the launch stops before any work and says what to install."""
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("git", "bwrap"):
        (tools / name).symlink_to(f"/usr/bin/{name}")
    arguments = ("launch", "quickstart", "--sandbox", "bubblewrap", "--out", tmp_path / "runs")
    done = colloquium(*arguments, environment={"PATH": str(tools)})
    assert done.returncode == 2 and "LaTeX" in done.stderr and "apt-get install" in done.stderr, done.stderr
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize("name", [".", "..", "a/b", "/", "a" * 300, "../escape"])
def test_a_run_name_that_is_not_one_folder_is_refused(name: str, tmp_path: Path, command: Callable[..., Done]) -> None:
    (tmp_path / "runs").mkdir()
    done = command("launch", "ideation", "--name", name, "--out", tmp_path / "runs")
    assert done.returncode == 2
    assert "--name" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["runs"]
    assert not list((tmp_path / "runs").iterdir())


@pytest.mark.parametrize("place", ["file", "file/below", "locked", "locked/below"])
def test_a_place_for_runs_that_cannot_be_is_told_before_the_machine_is_checked(
    place: str, tmp_path: Path, command: Callable[..., Done]
) -> None:
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    (tmp_path / "locked").mkdir(mode=0o500)
    if place.startswith("locked") and os.access(tmp_path / "locked", os.W_OK):
        pytest.skip("root may write anywhere")
    no_sandbox = ("--set", "sandbox.require=[network]", "--sandbox", "none")  # what a check of the machine would refuse
    done = command("launch", "quickstart", *no_sandbox, "--out", tmp_path / place)
    assert done.returncode == 2 and len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith(f"--out {tmp_path / place}")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "locked"]


@pytest.mark.parametrize(
    "words",
    [
        *[("audit", "{}/paper.tex", option, "{}") for option in ("--html", "--json", "--sarif", "--write-map")],
        ("table", "--plot", "{}.png"),
        ("view", "last", "--export", "{}"),
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("place", ["paper.tex/below", "folder.png"])
def test_a_file_that_cannot_be_written_is_told_before_the_work(
    words: tuple[str, ...], place: str, tmp_path: Path, command: Callable[..., Done]
) -> None:
    write(tmp_path / "paper.tex", r"\documentclass{article}\begin{document}One.\end{document}")
    (tmp_path / "folder.png").mkdir()
    target = tmp_path / place.removesuffix(".png") if words[0] == "table" else tmp_path / place
    done = command(*(word.format(tmp_path if "paper" in word else target) for word in words))
    assert done.returncode == 2 and not done.stdout and len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith(f"{words[-2]} {target}"), done.stderr


def test_a_folder_of_the_user_survives_a_launch_with_its_name(tmp_path: Path, command: Callable[..., Done]) -> None:
    own = tmp_path / "runs" / "thesis"
    own.mkdir(parents=True)
    (own / "chapter.tex").write_text("text", encoding="utf-8")
    done = command("launch", "ideation", "--name", "thesis", "--out", tmp_path / "runs")
    assert done.returncode == 2
    assert str(own) in done.stderr
    assert (own / "chapter.tex").read_text(encoding="utf-8") == "text"


def test_a_link_to_an_unfinished_folder_is_not_followed(tmp_path: Path, command: Callable[..., Done]) -> None:
    target = tmp_path / "elsewhere"
    target.mkdir()
    (target / ".colloquium-incomplete").touch()
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / "mine").symlink_to(target)
    done = command("launch", "ideation", "--name", "mine", "--out", tmp_path / "runs")
    assert done.returncode == 2
    assert target.is_dir()


def test_a_folder_left_by_a_killed_launch_is_replaced(tmp_path: Path, command: Callable[..., Done]) -> None:
    half = tmp_path / "runs" / "mine"
    half.mkdir(parents=True)
    (half / ".colloquium-incomplete").touch()
    (half / "left_over").touch()
    done = command("launch", "ideation", "--profile", "smoke", "--name", "mine", "--out", tmp_path / "runs")
    assert done.returncode == 0, done.stderr
    assert not (half / "left_over").exists()
    assert not (half / ".colloquium-incomplete").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ("launch", "ideation", "--budget", "-0.5"),
        ("launch", "ideation", "--budget", "nan"),
        ("launch", "ideation", "--ideas", "0"),
        ("resume", "last", "--budget", "-0.5"),
        ("review", "paper.txt", "--budget", "-0.5"),
        ("review", "paper.txt", "--reviewers", "0"),
        ("review", "paper.txt", "--rounds", "-1"),
        ("review", "paper.txt", "--reflections", "-1"),
        ("batch", "quickstart", "--budget", "-0.5"),
        ("batch", "quickstart", "--gpus", "-1"),
        ("estimate", "paper", "--ideas", "0"),
    ],
)
def test_a_number_out_of_range_is_refused(
    arguments: tuple[str, ...], tmp_path: Path, command: Callable[..., Done]
) -> None:
    """A typo must never widen a limit."""
    assert command(*arguments, "--out", tmp_path / "runs").returncode == 2
    assert not (tmp_path / "runs").exists()
