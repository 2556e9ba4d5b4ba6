"""The answer key in a feedback link: readable by us, not to be forged."""

import pytest
from itsdangerous import URLSafeSerializer

from odoo_rma.mappings.feedback_token import read, sign


@pytest.mark.parametrize("rma_id", ["R-1", "退货/7", "a b&c?d=e", "x" * 200])
def test_a_key_leads_back_to_its_return(rma_id: str) -> None:
    assert read(sign("shop", rma_id, "secret"), "secret") == ("shop", rma_id)


def test_it_can_stand_in_a_link() -> None:
    assert set(sign("shop", "退货/7 &?", "s")) <= set(
        "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_."
    )


@pytest.mark.parametrize("spoil", [lambda t: t[:-1], lambda t: "A" + t, lambda t: "", lambda t: t + "x"])
def test_a_forged_or_cut_key_is_refused(spoil) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match="not one of ours"):
        read(spoil(sign("shop", "R-1", "secret")), "secret")


def test_another_secret_does_not_open_it() -> None:
    with pytest.raises(ValueError, match="not one of ours"):
        read(sign("shop", "R-1", "secret"), "other")


@pytest.mark.parametrize("said", ["ab", ["shop"], ["shop", None], [1, 2], {"a": 1, "b": 2}, 7])
def test_what_is_signed_but_names_no_return_is_refused_in_plain_words(said: object) -> None:
    key = URLSafeSerializer("a secret", salt="odoo-rma feedback").dumps(said)
    with pytest.raises(ValueError, match="says nothing about a return"):
        read(key, "a secret")


def test_without_a_secret_nothing_is_signed() -> None:
    with pytest.raises(ValueError, match="ODOO_RMA_FEEDBACK_SECRET"):
        sign("shop", "R-1", "")
