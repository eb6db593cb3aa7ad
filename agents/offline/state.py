"""What an offline participant knows of its phase: data only, never the text of a prompt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import to_jsonable_python

from agents.conversation.policies import Turn
from agents.models.errors import ModelError
from agents.role_card import RoleCard
from tools.evidence import AnalysisPlan, Metric, RunRecord
from tools.experiments.confirmation import Confirmation, Unconfirmed
from tools.experiments.template import Profile
from tools.figures import PaperFigure
from tools.ideas import Idea, IdeaOutcome
from tools.review import Form

Model = TypeVar("Model", bound=BaseModel)


class MissingData(ModelError):  # noqa: N818 (named like its siblings)
    """A variable of a prompt or the data of a tool result is absent or has the wrong type."""

    kind = "missing data"
    always_permanent = True


def read_data(model: type[Model], data: Mapping[str, Any], where: str) -> Model:
    """Return the data as a typed object.

    Raises:
        MissingData: a field is absent or wrong; the message names it and `where`.
    """
    try:
        return model.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        raise MissingData(f"offline researcher: {where}: {field}: {first['msg']}") from None


@dataclass(frozen=True)
class PromptVariables:
    """The variables that a prompt was rendered from, as JSON values. What has no JSON form is given as a string."""

    prompt: str
    values: Mapping[str, Any]

    @classmethod
    def of(cls, prompt: str, variables: Mapping[str, object]) -> PromptVariables:
        return cls(prompt, to_jsonable_python(variables, by_alias=False, fallback=str))

    def read(self, model: type[Model]) -> Model:
        """Return the variables that the model names.

        Raises:
            MissingData: one of them is absent; the message names it and the prompt.
        """
        return read_data(model, self.values, f"prompt {self.prompt!r}, variable")


class CurrentConversation(Protocol):
    """The conversation of the phase, as far as an offline participant may see it."""

    @property
    def deliverable(self) -> str: ...

    @property
    def stage(self) -> str:
        """The turn-taking policy that called the speaker."""

    @property
    def turns(self) -> Sequence[Turn]: ...

    @property
    def names(self) -> tuple[str, ...]: ...


@dataclass(frozen=True)
class NoConversation:
    """Stands in for a conversation that has no listeners, as for the selector."""

    deliverable: str = ""
    stage: str = ""
    turns: tuple[Turn, ...] = ()
    names: tuple[str, ...] = ()


class DataOfCalls(Protocol):
    """The typed data of tool results."""

    def get(self, call_id: str, /) -> dict[str, Any] | None: ...


@dataclass(frozen=True)
class ParticipantState:
    """Everything that an offline participant knows beside the chat itself."""

    participant: str
    variables: PromptVariables
    conversation: CurrentConversation
    results: DataOfCalls
    card: RoleCard | None = None
    """None for the selector, which has no card."""

    def turns_before(self, own_turn: int) -> Sequence[Turn]:
        """Return the turns of the conversation before the participant's own turn of that number, from 1."""
        turns = self.conversation.turns
        own = [index for index, turn in enumerate(turns) if turn.speaker == self.participant]
        return turns[: own[own_turn - 1]] if own_turn <= len(own) else turns


class _Variables(BaseModel):
    """The variables of one prompt that the offline researcher needs."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class TemplateData(_Variables):
    """A research template."""

    title: str
    field: str
    description: str
    metrics: dict[str, Metric]
    tunable: tuple[str, ...] = ()
    fixed: tuple[str, ...] = ()
    protected: tuple[str, ...] = ()

    def metric(self, name: str) -> Metric:
        """Return the template's metric of that name, or one without a goal."""
        return self.metrics.get(name, Metric(name=name))


class QuotaData(_Variables):
    """What an idea may use."""

    runs: int


class ArchivedIdea(_Variables):
    """An idea of the archive."""

    name: str
    follows_from: str
    outcome: IdeaOutcome | None


class IdeationVariables(_Variables):
    template: TemplateData
    profile: Profile
    archived_ideas: list[ArchivedIdea]


class NoveltyVariables(_Variables):
    idea: Idea
    template: TemplateData


class ExperimentsVariables(_Variables):
    idea: Idea
    template: TemplateData
    profile: Profile
    run_quota: QuotaData


class FiguresVariables(_Variables):
    template: TemplateData
    runs: list[RunRecord]
    has_plot: bool


class PaperVariables(_Variables):
    idea: Idea
    template: TemplateData
    runs: list[RunRecord]
    addresses: list[str]
    plan: AnalysisPlan | None
    confirmation: Confirmation = Confirmation(missing=Unconfirmed.OFF)
    """Runs of earlier versions have none."""
    settings: list[str]
    environment: list[str]
    figures: list[PaperFigure]


class RevisionVariables(PaperVariables):
    reviews: dict[str, dict[str, Any]]


class PanelVariables(_Variables):
    form: Form
    paper_text: str
    gate: str
    gate_passed: bool


class SelectorTurn(_Variables):
    speaker: str


class SelectorVariables(_Variables):
    participants: dict[str, str]
    turns: list[SelectorTurn]
