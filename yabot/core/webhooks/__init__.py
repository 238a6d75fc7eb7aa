"""Outgoing webhooks: other programs hear what happens, signed, in order, and at least once.

The bus tells this package of every public event (it listens as the module ``webhooks``, and not at all while nobody
wants an event); each becomes one row for each endpoint that chose it. Couriers make the calls from these rows.

``rules`` says what is refused, ``endpoints`` changes endpoints, ``subscriptions`` knows who wants what, ``signing``
makes secrets and signatures, ``queue`` decides what is called next and notes what became of it, ``courier`` calls.
"""
