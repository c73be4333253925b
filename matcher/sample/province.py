"""河东省 as records: everything that the officer's files say, before anybody typed it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from matcher.domain import (
    Assessment,
    Enterprise,
    Expert,
    Holder,
    Need,
    Patent,
    ServiceInstitution,
    Transaction,
)
from matcher.sample.assessments import assessments
from matcher.sample.demand import enterprises, needs
from matcher.sample.fates import after, befallen
from matcher.sample.fit import Fit
from matcher.sample.holders import INSTITUTIONS
from matcher.sample.lots import Lots
from matcher.sample.parties import experts, services
from matcher.sample.register import register
from matcher.sample.texts import industries
from matcher.sample.transactions import History


@dataclass(frozen=True, slots=True)
class Province:
    """All records of the sample, related by the ids that importing gives them.

    `answers` holds for each need the ids of the patents that were written to answer it; `quality` whether a need
    is good, vague or unanswerable.
    """

    holders: tuple[Holder, ...]
    patents: tuple[Patent, ...]
    enterprises: tuple[Enterprise, ...]
    needs: tuple[Need, ...]
    assessments: tuple[Assessment, ...]
    transactions: tuple[Transaction, ...]
    experts: tuple[Expert, ...]
    services: tuple[ServiceInstitution, ...]
    answers: Mapping[str, tuple[str, ...]]
    quality: Mapping[str, str]


@cache
def province() -> Province:
    """The sample province, always the same."""
    texts = industries()
    granted = register(texts)
    companies = enterprises(texts)
    by_name = {one.name: one for one in companies}
    wanted = needs(texts, by_name)
    written = {text.title: text for industry in texts for text in industry.needs}
    number = {patent.title: patent.id for patent in granted}
    answers = {need.id: tuple(number[title] for title in written[need.title].answers) for need in wanted}
    fields = {by_name[one.name].id: industry.name for industry in texts for one in industry.enterprises}
    fit = Fit(companies, wanted, fields)
    deck = Lots("deck").shuffled([patent for patent in granted if patent.granted])
    history = History(companies, wanted, fit, answers, deck).all()
    dealt = {event.patent_id for event in history}
    answering = {patent_id for found in answers.values() for patent_id in found}
    patents = [
        after(patent, [event for event in history if event.patent_id == patent.id], by_name)
        for patent in befallen(granted, dealt, answering)
    ]
    return Province(
        tuple(institution.record() for institution in INSTITUTIONS),
        tuple(patents),
        tuple(companies),
        tuple(wanted),
        tuple(assessments(patents, wanted, fit, answers)),
        tuple(history),
        tuple(experts(companies)),
        tuple(services()),
        answers,
        {need.id: written[need.title].quality for need in wanted},
    )
