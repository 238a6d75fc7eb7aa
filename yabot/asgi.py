"""The ASGI application: ``uvicorn yabot.asgi:application``."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yabot.settings")
application = get_asgi_application()
