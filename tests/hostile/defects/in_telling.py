"""Defects of telling."""

from hostile.source import HostileSource, Raw, total
from hostile.system import Refused
from odoo_rma.connector.errors import Unknown
from odoo_rma.connector.sources.base import News, Reply
from odoo_rma.mappings.in_erp import CREDIT_NOTE, DocumentInErp
from odoo_rma.mappings.issues import Issue
from odoo_rma.mappings.money import ZERO, Decimal, plain
from odoo_rma.mappings.ownership import Fact


class TellsNothing(HostileSource):
    def tell(self, news: News) -> Reply:
        return Reply()


class SaysNothingOfWhatItDid(HostileSource):
    def tell(self, news: News) -> Reply:
        return Reply(issues=super().tell(news).issues)


class BoastsOfWhatItDidNot(HostileSource):
    def tell(self, news: News) -> Reply:
        reply = super().tell(news)
        return Reply(reply.done or ("told the shop",), reply.issues)


class NamesWhatItTakesInAList(HostileSource):
    takes = tuple(HostileSource.takes)  # type: ignore[assignment]


class SendsTheSumAgain(HostileSource):
    """Odoo's number is a sum, the system's a step: one and then two make three."""

    def bring_up(self, news: News, kind: str, missing: Decimal, done: list[str], words: str) -> None:
        whole = sum((x.received for x in news.in_erp.lines), ZERO)
        super().bring_up(news, kind, whole if kind == "receipt" and missing > 0 else missing, done, words)


class TellsAllAsSellable(HostileSource):
    def not_for_sale(self, news: News) -> Decimal:
        return ZERO


class AddsTheDamagedAgain(HostileSource):
    def bring_up(self, news: News, kind: str, missing: Decimal, done: list[str], words: str) -> None:
        super().bring_up(news, kind, max(missing, Decimal(kind == "damaged")), done, words)


class PaysEveryTime(HostileSource):
    def is_paid(self, note: DocumentInErp, raw: Raw) -> bool:
        return total(raw, "refund") >= Decimal(20)


class TellsRefundsApartByAmount(HostileSource):
    def is_paid(self, note: DocumentInErp, raw: Raw) -> bool:
        return plain(note.amount or ZERO) in [r["value"] for r in raw["records"] if r["kind"] == "refund"]


class PaysDrafts(HostileSource):
    def payable(self, news: News) -> list[DocumentInErp]:
        return list(news.in_erp.of_kind(CREDIT_NOTE))


class PaysWhoeverOwnsIt(HostileSource):
    def tell_refunds(self, news: News, raw: Raw, done: list[str], issues: list[Issue]) -> None:
        owned = News(news.rma, news.in_erp, news.owned | {Fact.REFUND})
        super().tell_refunds(owned if news.in_erp.documents else news, raw, done, issues)


class ReceivesWhoeverOwnsIt(HostileSource):
    def tell_receipt(self, news: News, raw: Raw, done: list[str], issues: list[Issue]) -> None:
        owned = News(news.rma, news.in_erp, news.owned | {Fact.RECEIPT})
        super().tell_receipt(owned if news.in_erp.documents else news, raw, done, issues)


class DoesMoreThanItTakes(ReceivesWhoeverOwnsIt):
    """It does not take receipts, and takes them all the same."""

    takes = HostileSource.takes - {Fact.RECEIPT, Fact.DISPOSITION}


class NumbersNotesEveryTime(HostileSource):
    def tell_notes(self, news: News, raw: Raw, done: list[str], issues: list[Issue]) -> None:
        super().tell_notes(news, raw | {"records": []}, done, issues)


class DecidesEveryTime(HostileSource):
    def tell_decision(self, news: News, raw: Raw, done: list[str], issues: list[Issue]) -> None:
        super().tell_decision(news, raw | {"records": []}, done, issues)


class DecidesUnasked(HostileSource):
    """Takes no decisions, and takes them all the same."""

    takes = HostileSource.takes - {Fact.AUTHORIZATION}


class SendsAgainWhenNobodyAnswers(HostileSource):
    def send(self, row_id: str, kind: str, value: str, note: str = "") -> None:
        try:
            self.ask(lambda: self._system.add(row_id, kind, value, note))
        except Unknown:
            self.ask(lambda: self._system.add(row_id, kind, value, note))


class SendsAgainWhenRefused(HostileSource):
    def send(self, row_id: str, kind: str, value: str, note: str = "") -> None:
        try:
            self.ask(lambda: self._system.add(row_id, kind, value, note))
        except (Refused, Unknown) as error:
            if isinstance(error, Refused):
                self.ask(lambda: self._system.add(row_id, kind, value, note))


class TakesBackWhatIsTooMuch(HostileSource):
    """Odoo is right, whatever the shop says."""

    def tell_receipt(self, news: News, raw: Raw, done: list[str], issues: list[Issue]) -> None:
        want = sum((x.received for x in news.in_erp.lines), ZERO)
        if Fact.RECEIPT in news.owned and (have := total(raw, "receipt")) > want:
            self.send(news.rma.id, "receipt", str(want - have))
        super().tell_receipt(news, raw, done, issues)


class AsksNobodyWhenMoreWasPaid(HostileSource):
    def tell_refunds(self, news: News, raw: Raw, done: list[str], issues: list[Issue]) -> None:
        super().tell_refunds(news, raw, done, [])


class PaysOnTop(HostileSource):
    """What others paid is none of its business."""

    def tell_refunds(self, news: News, raw: Raw, done: list[str], issues: list[Issue]) -> None:
        own = [r for r in raw["records"] if r["kind"] != "refund" or r["note"]]
        super().tell_refunds(news, raw | {"records": own}, done, issues)


class MakesItAgain(HostileSource):
    def tell(self, news: News) -> Reply:
        if news.rma.id not in self._system.rows:
            made = self._system.make()
            self._system.rows[news.rma.id] = self._system.rows.pop(made)
        return super().tell(news)


class SaysNothingWhenItIsGone(HostileSource):
    def tell(self, news: News) -> Reply:
        return super().tell(news) if news.rma.id in self._system.rows else Reply()


class WritesWhenThereIsNothing(HostileSource):
    def tell(self, news: News) -> Reply:
        if not news.in_erp.documents and not news.decision:
            self.send(news.rma.id, "looked", "1")
        return super().tell(news)
