"""Every question of the measures: which there are, with their fields, and their answers."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Query, Response
from pydantic import BaseModel, Field

from desirepath.app.questions import QUESTIONS, question_class, suggest
from desirepath.app.questions.answer import Answer
from desirepath.app.questions.question import Question
from desirepath.app.questions.spelling import as_command, as_python
from desirepath.core.errors import NotFound, nearest
from desirepath.core.progress import heard_by
from desirepath.web.context import Here, JourneyName
from desirepath.web.jobs import Job
from desirepath.web.routes.jobs import JobOut, job_out
from desirepath.web.shapes import AnswerOut, answer_out, file_answer

router = APIRouter(tags=["questions"])
_TABLES = {
    "csv": "text/csv; charset=utf-8",
    "jsonl": "application/jsonl",
    "parquet": "application/vnd.apache.parquet",
}
Fields = Annotated[dict[str, Any], Body(description="The fields of the question; see /questions.")]


class QuestionOut(BaseModel):
    """A question that can be asked. fields: the JSON schema of its fields, in the order in which they matter."""

    name: str
    about: str
    fields: dict[str, Any]
    long: bool = Field(description="Whether its answer can take many seconds: better asked as a job.")


class SuggestionOut(BaseModel):
    """Fields for a first asking, and why these; empty where the defaults are good."""

    fields: dict[str, Any]
    why: str


@router.get("/questions")
def questions() -> list[QuestionOut]:
    """Every question, with its fields."""
    return [
        QuestionOut(name=name, about=kind.about, fields=kind.model_json_schema(), long=kind.long)
        for name, kind in ((name, question_class(name)) for name in QUESTIONS)
    ]


@router.get("/questions/{name}/suggestion")
def suggestion(name: str, here: Here, journey: JourneyName = None) -> SuggestionOut:
    """A good first asking of this question, from what the workspace has."""
    _known(name)
    found = here.serving.kept(journey, ("suggestion", name), lambda asking: suggest.suggestion(name, asking))
    return SuggestionOut(fields=found.fields, why=found.why)


@router.post("/ask/{name}")
def ask(name: str, here: Here, fields: Fields, journey: JourneyName = None) -> AnswerOut:
    """The answer to a question."""
    question = read_question(name, fields)
    with here.serving.asking(journey) as asking:
        answer = question.answer(asking)
        return _told(here, answer, question, journey)


@router.post("/ask/{name}/job")
def ask_long(name: str, here: Here, fields: Fields, journey: JourneyName = None) -> JobOut:
    """The same as a job, for questions that take long: its result is the answer."""
    question = read_question(name, fields)

    def work(job: Job) -> AnswerOut:
        with heard_by(job.say), here.serving.asking(journey) as asking:
            answer = question.answer(asking)
            job.say("writing the answer", 1.0)
            return _told(here, answer, question, journey)

    return job_out(here.jobs.start(f"ask {name}", work))


@router.post("/ask/{name}/table", response_class=Response, responses=file_answer(_TABLES.values()))
def table(
    name: str,
    here: Here,
    fields: Fields,
    journey: JourneyName = None,
    table: Annotated[str | None, Query(description="Which table; the main one unless said.")] = None,
    format: Annotated[Literal["csv", "jsonl", "parquet"], Query()] = "csv",
) -> Response:
    """One table of an answer, whole, as a file."""
    question = read_question(name, fields)
    with here.serving.asking(journey) as asking:
        answer = question.answer(asking)
        found = answer.table_named(table) if table else answer.table
        with tempfile.TemporaryDirectory(prefix="desirepath-table-") as folder:
            path = found.write(Path(folder) / f"table.{format}")
            content = path.read_bytes()
    named = {"Content-Disposition": f'attachment; filename="{name}.{format}"'}
    return Response(content, media_type=_TABLES[format], headers=named)


def _told(here: Here, answer: Answer[Any], question: Question[Any], journey: str | None) -> AnswerOut:
    """The answer, and how to ask the same of this workspace elsewhere."""
    folder = str(here.serving.folder.resolve())
    return answer_out(answer, as_command(question, journey, folder), as_python(question, journey, folder))


def read_question(name: str, fields: dict[str, Any]) -> Question[Any]:
    """The question of that name with these fields. Raises NotFound, QuestionError."""
    _known(name)
    return question_class(name)(**fields)


def _known(name: str) -> None:
    if name not in QUESTIONS:
        raise NotFound(f'there is no question "{name}"', hint=nearest(name, QUESTIONS, "Questions"))
