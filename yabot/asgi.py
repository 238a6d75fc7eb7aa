"""The ASGI application: ``uvicorn yabot.asgi:application``."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yabot.settings")
django_application = get_asgi_application()

from yabot import urls as _urls  # noqa: E402, F401 - loaded now, not while the first request waits
from yabot.core import measuring  # noqa: E402 - it reads settings, which Django has set up only now
from yabot.core.api import bodies  # noqa: E402
from yabot.core.telegram import webhook  # noqa: E402

measuring.start("web")
application = webhook.in_front_of(bodies.in_front_of(django_application))
