"""Ten returns of one week, in two files: what was announced, and how it went on."""

from typing import Any

Rma = dict[str, Any]

CUSTOMERS = {
    "S-1001": ("Alice Moreau", "alice.moreau@mail.example"),
    "S-1002": ("Ben Okafor", "ben.okafor@mail.example"),
    "S-1003": ("Carla Jensen", "carla.jensen@mail.example"),
    "S-1004": ("Dmitri Sokolov", "dmitri.sokolov@mail.example"),
    "S-1007": ("Alice Moreau", "alice.moreau@mail.example"),
    "S-1012": ("Dmitri Sokolov", "dmitri.sokolov@mail.example"),
    "S-1013": ("Emma Schulz", "emma.schulz@mail.example"),
    "S-1016": ("Grace O'Neill", "grace.oneill@mail.example"),
    "S-1054": ("Ben Okafor", "ben.okafor@mail.example"),
}


def rma(
    number: str, order: str, *lines: Rma, revision: int = 1, refunds: list[Rma] | None = None, **more: Any
) -> Rma:
    """Give an authorized return as the source sends it."""
    name, email = CUSTOMERS.get(order, ("", ""))
    body = {
        "id": number,
        "revision": revision,
        "authorization": "authorized",
        "order": {"name": order},
        "customer": {"name": name, "email": email},
        "currency": "USD",
        "lines": [{"id": str(n), **line} for n, line in enumerate(lines, 1)],
        "refunds": refunds or [],
    }
    return {**body, **more}


def refund(amount: str, number: str = "RF-1", **lines: int) -> Rma:
    """Give a refund; of lines where they are named."""
    own = [{"line": name.removeprefix("line"), "quantity": quantity} for name, quantity in lines.items()]
    return {"id": number, "amount": amount, **({"lines": own} if own else {})}


def line(sku: str, requested: int, received: int = 0, **more: Any) -> Rma:
    """Give a line."""
    return {"sku": sku, "requested": requested, **({"received": received} if received else {}), **more}


STRANGER = {"name": "Mia Sundberg", "email": "mia.sundberg@mail.example", "id": "C-7001", "city": "Portland"}
LOT = {"lots": [{"name": "FUEL-A1", "quantity": 2}]}
ALICE = {"name": "Alice Moreau", "email": "alice.moreau@mail.example", "phone": "+1 503 555 0142"}

ANNOUNCED = [
    rma("A-1", "S-1002", line("BOOT-42", 1), line("MUG", 3)),
    rma("A-2", "S-1012", line("BOOT-42", 4)),
    rma("A-3", "S-1016", line("BOOT-43", 2)),
    rma("A-4", "S-1003", line("BOOT-43", 2)),
    rma("A-5", "S-1007", line("MUG", 8)),
    rma("A-6", "S-1001", line("TENT-2P", 1), customer=ALICE),
    rma("A-7", "S-9999", line("TENT-2P", 1), customer=STRANGER),
]
"""Expected: of two deliveries, of two invoices; one of an order that nobody knows."""

WENT_ON = [
    # Of three mugs two came; the third is waited for.
    rma(
        "A-1",
        "S-1002",
        line("BOOT-42", 1, 1),
        line("MUG", 3, 2),
        revision=2,
        refunds=[refund("172.28", line1=1, line2=2)],
    ),
    rma("A-2", "S-1012", line("BOOT-42", 4, 4), revision=2, refunds=[refund("597.54")]),
    # The invoices were paid, and the sum that was promised is a cent off.
    rma("A-3", "S-1016", line("BOOT-43", 2, 2), revision=2, refunds=[refund("268.89")]),
    # One more comes back than was said.
    rma("A-4", "S-1003", line("BOOT-43", 3), revision=2),
    rma("A-5", "S-1007", line("MUG", 8), revision=2, authorization="canceled"),
    rma("A-6", "S-1001", line("TENT-2P", 1, 1), revision=2, customer=ALICE, refunds=[refund("286.35")]),
    # Two notes of one invoice, which must not go into one call.
    rma("B-1", "S-1004", line("PACK-40", 1, 1), refunds=[refund("113.85")]),
    rma("B-2", "S-1004", line("JACKET-M", 1, 1), refunds=[refund("217.93")]),
    rma("B-3", "S-1054", line("FUEL-450", 2, 2, **LOT), refunds=[refund("28.75")]),
    rma("B-4", "S-1079", line("STOVE", 1, 1), customer=STRANGER, refunds=[refund("56.35")]),
]
