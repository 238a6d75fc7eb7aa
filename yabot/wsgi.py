"""The WSGI application, for servers that speak it."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yabot.settings")
application = get_wsgi_application()

from yabot.core import measuring  # noqa: E402 - needs the settings

measuring.start("web")
