"""The Bot API: what each method does to the world, and in which words it is refused.

To add a method, write a function decorated with ``@method("sendDice")`` in one of these modules, and
import a new module in ``catalogue.py``.
"""
