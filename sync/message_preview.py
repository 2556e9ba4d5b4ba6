"""Messages before they are sent: which template counts, what it makes of a return, and whether all of them work."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace

from odoo_rma.connector.channels.registry import open_channel
from odoo_rma.connector.errors import BadSettings
from odoo_rma.connector.odoo.connect import connect
from odoo_rma.connector.settings import MessageSettings, Settings
from odoo_rma.mappings.compare import compare
from odoo_rma.mappings.message_sample import SAMPLE, samples
from odoo_rma.mappings.message_text import BadTemplate, Text, Texts, file_name
from odoo_rma.mappings.plan.message import TellCustomer
from odoo_rma.mappings.vocabulary import MessageStep
from odoo_rma.sync.clock import Clock, utc_now
from odoo_rma.sync.message import check_feedback, message_rules
from odoo_rma.sync.message_files import load_texts
from odoo_rma.sync.observe import Observer
from odoo_rma.sync.reference import Reference
from odoo_rma.sync.rules import company_rules, source_rules
from odoo_rma.sync.store import NotFound, Store

OURS = "ours"


@dataclass(frozen=True, slots=True)
class StepView:
    """A step: whether customers are told, and the file of its text per language (`ours`, or a path)."""

    step: MessageStep
    on: bool
    templates: dict[str, str]


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a template: `file` has it, `sample` says with what kind of return."""

    file: str
    problem: str
    sample: str


def steps(settings: MessageSettings) -> list[StepView]:
    """List all steps.

    Raises:
        BadSettings: the folder of templates cannot be used.

    """
    texts = load_texts(settings.templates)
    return [
        StepView(
            step,
            settings.since is not None and step in settings.steps,
            {lang: _where(texts, file_name(step.value, lang), settings) for lang in _languages(texts, step)},
        )
        for step in MessageStep
    ]


def _where(texts: Texts, name: str, settings: MessageSettings) -> str:
    return str(settings.templates / name) if settings.templates and name in texts.own else OURS


def _languages(texts: Texts, step: MessageStep) -> list[str]:
    found = (name.split(".") for name in sorted(texts.sources))
    return [language for own, language, _ in found if own == step.value]


def sample(settings: MessageSettings, step: MessageStep, language: str) -> Text:
    """Write a message about a made-up return.

    Raises:
        BadSettings: the folder of templates, or the template, cannot be used.

    """
    facts = replace(SAMPLE, shop=settings.shop or SAMPLE.shop)
    try:
        return load_texts(settings.templates).write(step, language, facts)
    except BadTemplate as error:
        raise BadSettings(str(error)) from None


def real(settings: Settings, step: MessageStep, language: str, text: str, *, clock: Clock = utc_now) -> Text:
    """Write a message about a return that is known, from what Odoo holds now; nothing is sent.

    Raises:
        NotFound: no readable RMA is known under that name, or it has not come to that step.
        BadSettings: the template cannot be used.

    """
    with Store.open(settings.run.store) as store:
        source, rma_id = store.find_one(text)
        rma = store.rma(source, rma_id)
        if rma is None:
            raise NotFound(f"{text} could not be read; see: quarantine show {text}")
        decisions = {(source, rma_id): store.decisions(source, rma_id)}
    with closing(connect(settings.odoo, settings.secrets)) as client:
        reference = Reference(client)
        rules = company_rules(settings, client, reference, reference.today(clock))
        own = message_rules(settings.messages, settings.secrets.feedback, client, reference)
        rules = replace(rules, messages=replace(own, preview=step, language=language))
        erp = Observer(client, settings.matching, reference, rules.policy).observe([rma], decisions)
        [plan] = compare([rma], erp, source_rules(settings), rules, decisions)
    for one in plan.steps:
        if isinstance(one, TellCustomer):
            return Text(one.subject, one.body, one.language, file_name(step.value, one.language))
    bad = next((i for i in plan.issues if i.code == "message_template"), None)
    if bad:
        raise BadSettings(bad.message)
    why = "; ".join(i.message.rstrip(".") for i in plan.issues) or f"it has not come to “{step.value}” yet"
    raise NotFound(
        f"There is no such message about {rma.label}: {why}. Leave out --rma to see it with a made-up one."
    )


def problems(settings: Settings) -> Iterator[Problem]:
    """Write every message, in every language it exists in, about returns of all kinds; give what does not work.

    Raises:
        BadSettings: the folder, the channel or the feedback link cannot be used.

    """
    texts = load_texts(settings.messages.templates)
    open_channel(settings.messages)
    check_feedback(settings)
    seen = set()
    for step in MessageStep:
        for language in _languages(texts, step):
            for name, facts in samples(step):
                try:
                    texts.write(step, language, facts)
                except BadTemplate as error:
                    if str(error) not in seen:
                        seen.add(str(error))
                        yield Problem(file_name(step.value, language), str(error), name)
