"""Put down to an RMA what nobody claimed, as far as anything shows it; the rest is an orphan."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date

from odoo_rma.mappings.drift import Drift
from odoo_rma.mappings.drift.strays import Kin, Stray, filled, in_its_month, judge, judge_payment
from odoo_rma.sync.reconcile.spool import CUSTOMER, INVOICE, ORDER, TEXT, Linked, Spool
from odoo_rma.sync.reconcile.sweep import PAYMENT
from odoo_rma.sync.reference import Reference

_BETWEEN = re.compile(r"[\s,;:()\[\]]+")


class Judge:
    """Judges the strays of a spool. `first` is the day of the first RMA; `others` are sources that are out of scope.

    Where not everything is looked at, `elsewhere` tells whether an RMA is known that was not. `aside` says of RMAs that
    came in and cannot be read where they were found.
    """

    def __init__(
        self,
        spool: Spool,
        reference: Reference,
        first: date | None,
        others: frozenset[str],
        elsewhere: Callable[[str, str], bool] | None,
        aside: Mapping[tuple[str, str], str] = {},
    ) -> None:
        self._spool, self._reference, self._first, self._others = spool, reference, first, others
        self._elsewhere, self._aside = elsewhere, aside
        self.before = 0
        self.kept: dict[str, list[int]] = {}

    def judge(self) -> Iterator[Drift]:
        """Give a difference for each; what a stray stands for is taken out of the spool."""
        for stray, of in list(self._spool.strays()):
            kin = self._kin(stray, of)
            if self._is_out_of_scope(stray, kin):
                continue
            if not stray.key and self._is_before(stray):
                self.before += 1
                continue
            if stray.counts:
                self.kept.setdefault(stray.model, []).append(stray.id)
            yield from self._drifts(stray, kin)

    def _is_out_of_scope(self, stray: Stray, kin: list[Kin]) -> bool:
        key = stray.key
        if key and key.source in self._others:
            return True
        if self._elsewhere is None:
            return False
        if key:
            return not kin and self._elsewhere(key.source, key.owner)
        return all(k.customer for k in kin)

    def _is_before(self, stray: Stray) -> bool:
        """What people did before there was any RMA is none of our business; without any RMA all of it is that."""
        return self._first is None or (stray.day is not None and stray.day < self._first)

    def _kin(self, stray: Stray, of: Linked) -> list[Kin]:
        if stray.key:
            return self._spool.known(stray.key.source, stray.key.owner)
        text = stray.text.casefold()
        words = {text.strip(), *filter(None, _BETWEEN.split(text))}
        named = [replace(k, named=True) for k in self._spool.kin(TEXT, words)]
        near = self._spool.kin(ORDER, [str(of.order_id)]) if of.order_id else []
        near += self._spool.kin(INVOICE, [str(of.invoice_id)]) if of.invoice_id else []
        whose = self._spool.kin(CUSTOMER, [str(of.partner_id)]) if of.partner_id else []
        found: dict[tuple[str, str], Kin] = {}
        for kin in (*named, *near, *(replace(k, customer=True) for k in whose)):
            found.setdefault((kin.source, kin.rma), kin)
        return list(found.values())

    def _drifts(self, stray: Stray, kin: list[Kin]) -> list[Drift]:
        zone, key = self._reference.zone, stray.key
        aside = self._aside.get((key.source, key.owner), "") if key else ""
        if stray.model == PAYMENT:
            found = judge_payment(stray, kin, self._is_paid(kin), zone, aside)
            return [found] if found else []
        verdict = judge(stray, kin, zone, aside)
        if verdict.instead and verdict.drift:
            source, rma, of = verdict.instead
            gone = self._spool.take_out(source, rma, stray.area, of)
            for known in self._spool.known(source, rma):
                self._spool.add_kin(filled(known, of), [])
            return in_its_month(verdict.drift, gone, stray)
        return [verdict.drift] if verdict.drift else []

    def _is_paid(self, kin: list[Kin]) -> bool:
        return any(k.named and self._spool.has_payment(k.source, k.rma) for k in kin)
