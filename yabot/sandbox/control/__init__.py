"""The control API: ``POST /control/<operation>`` with a JSON object, for tests, tools and the page.

Answers ``{"ok": true, "result": ...}``, or ``{"ok": false, "description": ...}`` with status 400. Every
operation is a function decorated with ``@operation``; its keyword arguments are the object's fields.
"""
