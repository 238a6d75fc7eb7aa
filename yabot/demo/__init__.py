"""YABOT in one command: a small story to try, and the processes that show it.

* ``manage.py loaddemo`` writes the story (``story.py``); it only adds what is missing.
* ``manage.py demo`` runs web, bot and sandbox on data of their own below ``var/demo``.
* ``manage.py run`` runs web and bot against the real Telegram.

It stands above the modules and may know all of them; nothing imports it.
"""
