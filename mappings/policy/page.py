"""The policy as customers read it: a friendly page in English or Chinese, made from the same rules that decide."""

from collections.abc import Iterable

from jinja2 import Environment, PackageLoader, StrictUndefined

from odoo_rma.mappings.money import Decimal, Money
from odoo_rma.mappings.policy import Offer, Payer, Policy, Rule
from odoo_rma.mappings.policy.scope import SCOPE, limits_of
from odoo_rma.mappings.policy.words import Lasting, holiday_day, title, write
from odoo_rma.mappings.vocabulary import Condition, ReasonCode


def page(policy: Policy, lang: str) -> str:
    """Write the page for customers, as Markdown.

    Args:
        policy: what the shop promises.
        lang: `en` or `zh`.

    """
    template = _environment(policy, lang).get_template(f"page_{lang}.md.j2")
    return template.render(
        policy=policy,
        faults={reason for rule in policy.always_accepted for reason in rule.reasons},
        excused={condition for rule in policy.always_accepted for condition in rule.conditions},
        customer=Payer.CUSTOMER,
    )


def _environment(policy: Policy, lang: str) -> Environment:
    made = Environment(
        loader=PackageLoader("odoo_rma.mappings", "policies"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # noqa: S701 (Markdown, printed; whoever shows it as HTML escapes it there)
    )
    made.filters |= {
        "day": lambda value: holiday_day(value, lang),
        "days": lambda value: write(Lasting(value), lang),
        "money": lambda value: str(Money(value, policy.currency)),
        "names": lambda codes: _joined([write(code, lang) for code in codes], lang),
        "number": lambda value: write(value, lang),
        "title": lambda rule: title(rule, lang),
        "whom": lambda rule: _whom(rule, lang),
        "case": lambda rule: _case(rule, lang),
        "bonus": lambda rule: _bonus(rule, policy, lang),
        "start": lambda text: text[:1].upper() + text[1:],
        "own": lambda text: text.zh if lang == "zh" else text.en,
    }
    made.tests["limited"] = lambda rule: bool(limits_of(rule))
    return made


def _joined(words: Iterable[str], lang: str) -> str:
    return ("、" if lang == "zh" else ", ").join(words)


_KINDS = {
    "skus": ("items", "商品"),
    "categories": ("", ""),
    "countries": ("delivered to", "收货地"),
    "groups": ("customers:", "客户："),
    "channels": ("sold through", "销售渠道"),
}


def _whom(rule: Rule, lang: str) -> str:
    """Say whom and what a rule is for: its title, or else what it names."""
    if rule.title is not None:
        return title(rule, lang)
    said = []
    for kind in SCOPE:
        if named := getattr(rule, kind):
            word = _KINDS[kind][lang == "zh"]
            said.append(" ".join(filter(None, [word, _joined(named, lang)])))
    text = ("，" if lang == "zh" else "; ").join(said)
    return text[:1].upper() + text[1:]


_IF = {
    "en": ("if the reason is: {}", "if the item is: {}"),
    "zh": ("退货原因为：{}", "商品状态为：{}"),
}


def _case(rule: Rule, lang: str) -> str:
    """Say when a rule counts: whom it is for, with which reasons, in which conditions; nothing where always."""
    reasons, conditions = _IF[lang]
    said = [_whom(rule, lang)]
    own_reasons: tuple[ReasonCode, ...] = getattr(rule, "reasons", ())
    own_conditions: tuple[Condition, ...] = getattr(rule, "conditions", ())
    if own_reasons:
        said.append(reasons.format(_joined([write(r, lang) for r in own_reasons], lang)))
    if own_conditions:
        said.append(conditions.format(_joined([write(c, lang) for c in own_conditions], lang)))
    return ("；" if lang == "zh" else "; ").join(filter(None, said))


def _bonus(rule: Offer, policy: Policy, lang: str) -> str:
    if rule.bonus_percent:
        return write(rule.bonus_percent, lang) + ("%" if lang == "zh" else " %")
    return str(Money(rule.bonus_amount or Decimal(0), policy.currency)) if rule.bonus_amount else ""
