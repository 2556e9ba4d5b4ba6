"""The words for codes and values, in English and Chinese: the same for decisions, findings and the customers' page."""

from collections.abc import Callable
from datetime import date
from enum import StrEnum
from typing import Any

from odoo_rma.mappings.money import Decimal, plain
from odoo_rma.mappings.policy import CountsFrom, Method, Payer, Rule
from odoo_rma.mappings.policy.case import Verdict, Words
from odoo_rma.mappings.vocabulary import Condition, ReasonCode

LANGUAGES = ("en", "zh")

# By type, because reasons and conditions share codes (`defective`) and not always words.
NAMES: dict[type[StrEnum], dict[str, tuple[str, str]]] = {
    ReasonCode: {
        "size_small": ("too small", "尺码偏小"),
        "size_large": ("too large", "尺码偏大"),
        "color": ("not the color I expected", "颜色与预期不符"),
        "style": ("not my style", "款式不喜欢"),
        "not_as_described": ("not as described", "与描述不符"),
        "wrong_item": ("wrong item delivered", "商家发错商品"),
        "damaged_in_transit": ("damaged on its way to me", "运输途中损坏"),
        "defective": ("defective", "质量问题"),
        "missing_parts": ("parts are missing", "缺少配件"),
        "late": ("arrived too late", "送达太晚"),
        "changed_mind": ("changed my mind", "不想要了"),
        "better_price": ("found a better price", "在别处看到更低的价格"),
        "accidental_order": ("ordered by mistake", "拍错了"),
        "undeliverable": ("could not be delivered", "无法送达"),
        "other": ("another reason", "其他原因"),
        "unknown": ("no reason given", "未说明原因"),
    },
    Condition: {
        "new_sealed": ("new and unopened", "全新未拆封"),
        "new_opened": ("opened but unused", "已拆封但未使用"),
        "used": ("used", "已使用"),
        "damaged_customer": ("damaged after delivery", "收货后人为损坏"),
        "damaged_carrier": ("damaged in transit", "运输途中损坏"),
        "defective": ("defective", "有质量问题"),
        "incomplete": ("incomplete", "配件不齐"),
        "wrong_item": ("not the item that was ordered", "与所订商品不是同一件"),
        "missing": ("not in the parcel", "包裹内没有该商品"),
        "junk": ("beyond use", "已无法使用"),
    },
    Method: {
        "original_payment": ("refund to your original payment method", "原路退款"),
        "store_credit": ("store credit", "店铺余额"),
        "gift_card": ("gift card", "礼品卡"),
        "voucher": ("voucher", "代金券"),
        "exchange": ("exchange for another size, color or item", "换货（换尺码、颜色或其他商品）"),
        "replacement": ("a new one of the same item", "补发一件同款新品"),
        "repair": ("free repair", "免费维修"),
    },
    Payer: {"shop": ("the shop", "商家"), "customer": ("the customer", "客户")},
    CountsFrom: {"delivery": ("delivery", "收货"), "order": ("the order", "下单")},
    Verdict: {
        "authorize": ("authorized", "同意退货"),
        "needs_person": ("a person has to decide", "需要人工审核"),
        "decline": ("declined", "不予退货"),
    },
}

SENTENCES: dict[str, tuple[str, str]] = {
    "window_open": (
        "Asked on {on}; goods may come back until {end}, {days} from {start}.",
        "申请日期为{on}；自{start}之日起{days}内可退货，截止日期为{end}。",
    ),
    "window_over": (
        "Asked on {on}, but the time of {days} from {start} ended on {end}: {late} too late.",
        "申请日期为{on}，但自{start}之日起{days}的退货期限已于{end}结束，逾期{late}。",
    ),
    "window_missing": (
        "The policy says nothing about how long this item may come back.",
        "退货政策没有规定该商品的退货期限。",
    ),
    "window_waits": (
        "The item has not been delivered, so the days have not begun to count.",
        "商品尚未送达，退货期限还没有开始计算。",
    ),
    "holiday": (
        "Ordered in the season “{holiday}”: goods may come back until {end}.",
        "订单属于“{holiday}”期间，可退货至{end}。",
    ),
    "always": (
        "The reason “{reason}” is always accepted, without time limit.",
        "“{reason}”属于随时受理的退货原因，不限时间。",
    ),
    "always_until": (
        "The reason “{reason}” is always accepted, until {end}.",
        "“{reason}”属于必须受理的退货原因，截止日期为{end}。",
    ),
    "always_over": (
        "The reason “{reason}” was accepted until {end}.",
        "“{reason}”的受理期限已于{end}结束。",
    ),
    "final_sale": ("This item is final sale and does not come back.", "该商品为不可退换商品。"),
    "final_sale_but": (
        "This item is final sale, but the reason “{reason}” counts all the same.",
        "该商品属于不可退换商品，但“{reason}”不受此限制。",
    ),
    "reason_accepted": ("The reason “{reason}” is accepted.", "退货原因“{reason}”可以受理。"),
    "reason_refused": ("The reason “{reason}” is not accepted.", "退货原因“{reason}”不予受理。"),
    "reason_person": (
        "With the reason “{reason}” a person decides.",
        "“{reason}”的退货申请须人工审核。",
    ),
    "reason_open": (
        "The policy says nothing about the reason “{reason}”.",
        "退货政策没有规定如何处理“{reason}”这一原因。",
    ),
    "condition_accepted": (
        "The condition “{condition}” is accepted.",
        "商品状态“{condition}”符合退货要求。",
    ),
    "condition_refused": (
        "The condition “{condition}” is not accepted.",
        "商品状态“{condition}”不符合退货要求。",
    ),
    "condition_person": (
        "Goods in the condition “{condition}” need a person to decide.",
        "“{condition}”的商品须人工审核。",
    ),
    "condition_open": (
        "The policy says nothing about the condition “{condition}”.",
        "退货政策没有规定如何处理“{condition}”的商品。",
    ),
    "value_too_high": (
        "The request is worth {value}; above {limit} a person decides.",
        "本次申请金额为{value}，超过{limit}须人工审核。",
    ),
    "too_many_units": (
        "The request is for {units} units; above {limit} a person decides.",
        "本次申请数量为{units}件，超过{limit}件须人工审核。",
    ),
    "approval": (
        "Within what is authorized without a person.",
        "在自动审批的额度之内。",
    ),
    "limit_returns": (
        "With this one the customer has {count} returns in {days}; above {limit} a person decides.",
        "含本次在内，该客户{days}内共有{count}次退货，超过{limit}次须人工审核。",
    ),
    "limit_value": (
        "With this one the customer has returned {value} in {days}; above {limit} a person decides.",
        "含本次在内，该客户{days}内的退货金额为{value}，超过{limit}须人工审核。",
    ),
    "limit_rate": (
        "With this one, {rate} % of what the customer bought in {days} came back; above {limit} % a person decides.",
        "含本次在内，该客户{days}内的退货率为{rate}%，超过{limit}%须人工审核。",
    ),
    "limit_kept": (
        "The customer is within the limits for {days}.",
        "该客户{days}内的退货情况在限额之内。",
    ),
    "fee": ("A restocking fee of {fee} is kept from the refund.", "退款时将扣除{fee}的退货手续费。"),
    "no_fee": ("There is no restocking fee.", "不收取退货手续费。"),
    "excused": (
        "It is the shop's fault, so there is no restocking fee.",
        "因商家过失退货，不收取退货手续费。",
    ),
    "label_shop": ("The shop pays for the way back.", "退货运费由商家承担。"),
    "label_customer": ("The customer pays for the way back.", "退货运费由客户承担。"),
    "label_cost": (
        "The customer pays for the way back; {cost} is kept from the refund for the label.",
        "退货运费由客户承担，使用商家运单将从退款中扣除{cost}。",
    ),
    "keep": (
        "Below {below} the customer keeps the item and gets the refund.",
        "金额低于{below}，客户无需寄回商品，直接退款。",
    ),
    "offer": ("Offered: {method}.", "可选方式：{method}。"),
    "offer_bonus": ("Offered: {method}, with {bonus} on top.", "可选方式：{method}，另加赠{bonus}。"),
    "person": ("A person decided.", "经人工审核决定。"),
    "person_why": ("A person decided: {why}", "经人工审核决定：{why}"),
    "earlier": (
        "This was decided earlier; the reasons stand in the notes of order {order}.",
        "此前已作出决定，理由见订单{order}的备注。",
    ),
    "no_offer": (
        "The policy does not say what the customer may get in this case.",
        "退货政策没有规定这种情况可以怎样退款或换货。",
    ),
}


class Lasting(int):
    """A number of days that is said with its unit."""


def say(sentence: str, **values: Any) -> Words:
    """Put values into a sentence, in both languages."""
    texts = [
        text.format(**{name: write(value, lang) for name, value in values.items()})
        for lang, text in zip(LANGUAGES, SENTENCES[sentence], strict=True)
    ]
    return Words(en=texts[0], zh=texts[1])


def write(value: Any, lang: str) -> str:
    """Write a value as people of a language write it."""
    if isinstance(value, StrEnum):
        return NAMES[type(value)][value.value][LANGUAGES.index(lang)]
    for kind, writer in _WRITERS.items():
        if isinstance(value, kind):
            return writer(value, lang)
    return str(value)


def _lasting(value: Lasting, lang: str) -> str:
    return f"{value}天" if lang == "zh" else f"{value} day{'' if value == 1 else 's'}"


def day(value: date, lang: str) -> str:
    """Write a date: `March 5, 2026`, `2026年3月5日`."""
    if lang == "zh":
        return f"{value.year}年{value.month}月{value.day}日"
    return f"{_MONTHS[value.month - 1]} {value.day}, {value.year}"


def holiday_day(value: date | str, lang: str) -> str:
    """Write a day of every year (`12-31`: `December 31`, `12月31日`), or a date."""
    if isinstance(value, date):
        return day(value, lang)
    month, number = map(int, value.split("-"))
    return f"{month}月{number}日" if lang == "zh" else f"{_MONTHS[month - 1]} {number}"


def title(rule: Rule, lang: str) -> str:
    """Give what customers read for a rule."""
    if rule.title is None:
        return rule.name.replace("_", " ")
    return rule.title.zh if lang == "zh" else rule.title.en


# Written out, because strftime gives the names in the language of the machine.
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)

_WRITERS: dict[type, Callable[[Any, str], str]] = {
    date: day,
    Lasting: _lasting,
    Rule: title,
    Decimal: lambda value, _: plain(value),
}
