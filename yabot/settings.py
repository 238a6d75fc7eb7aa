"""YABOT's settings: a bare checkout runs on SQLite, without Redis, without a token. See ``.env.example``."""

import os
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.templatetags.static import static
from django.utils.translation import gettext_lazy as _

from yabot.environment import POSTGRESQL, SQLITE, Environment

BASE_DIR = Path(__file__).resolve().parent.parent
environment = Environment(BASE_DIR / ".env")
VAR_DIR = environment.folder("VAR_DIR", BASE_DIR / "var")

# --- the process ------------------------------------------------------------------------------------------------------
DEBUG = environment.flag("DEBUG", default=False)
SECRET_KEY = environment.secret("SECRET_KEY", VAR_DIR / "secret.key")
ALLOWED_HOSTS = environment.names("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = environment.names("CSRF_TRUSTED_ORIGINS", "")
HTTPS = environment.flag("HTTPS", default=False)
CRASH_AT = environment.text("YABOT_CRASH_AT")

# --- modules: which of them this process runs, and where the others are -----------------------------------------------
ALL_MODULES = ("channeladmin", "gamification", "narrative")
MODULES = environment.choices("YABOT_MODULES", ALL_MODULES)
MODULE_URLS = {
    "channeladmin": environment.address("CHANNELADMIN_URL", ""),
    "gamification": environment.address("GAMIFICATION_URL", ""),
    "narrative": environment.address("NARRATIVE_URL", ""),
}
MODULE_KEY = environment.text("YABOT_MODULE_KEY")
PORT_SECONDS = environment.number("PORT_SECONDS", 2, low=0.1, high=30)

# --- Redis: speed for more than one process, and never the truth -----------------------------------------------------
REDIS_URL = environment.redis("REDIS_URL")
WORKER_PROCESSES = int(environment.number("WORKER_PROCESSES", 2, low=1, high=64))
CACHES: dict[str, dict[str, Any]] = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
if REDIS_URL:
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    CACHES["default"] = {
        "BACKEND": "django_redis.cache.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "cache",
        "OPTIONS": {
            # Not pickle: whoever can write to Redis could run code here.
            "SERIALIZER": "django_redis.serializers.json.JSONSerializer",
            "SOCKET_CONNECT_TIMEOUT": 1,
            "SOCKET_TIMEOUT": 1,
            "CONNECTION_POOL_KWARGS": {"retry": Retry(NoBackoff(), 0)},
            "IGNORE_EXCEPTIONS": True,
        },
    }

# --- Telegram ---------------------------------------------------------------------------------------------------------
TELEGRAM_TOKEN = environment.text("TELEGRAM_TOKEN")
TELEGRAM_API_URL = environment.address("TELEGRAM_API_URL", "https://api.telegram.org/bot")
TELEGRAM_FILE_URL = environment.address("TELEGRAM_FILE_URL", "https://api.telegram.org/file/bot")
TELEGRAM_WEBHOOK_URL = environment.address("TELEGRAM_WEBHOOK_URL", "")
TELEGRAM_WEBHOOK_SECRET = environment.text("TELEGRAM_WEBHOOK_SECRET")
TELEGRAM_WEBHOOK_CONNECTIONS = int(environment.number("TELEGRAM_WEBHOOK_CONNECTIONS", 40, low=1, high=100))
# A choice of a story that costs so many besitos is asked about once more before it is paid.
CONFIRM_FROM = int(environment.number("CONFIRM_FROM", 10, low=1, high=1_000_000_000))
SEND_RATE = environment.number("SEND_RATE", 30, high=1000)
SEND_RATE_PER_CHAT = environment.number("SEND_RATE_PER_CHAT", 1, low=0.01, high=1000)
SEND_RATE_PER_GROUP_MINUTE = environment.number("SEND_RATE_PER_GROUP_MINUTE", 20, low=1, high=60_000)
# Sending in a process of its own uses a second core; on one core it only costs memory.
SENDER_PROCESS = environment.flag("SENDER_PROCESS", default=(os.cpu_count() or 1) > 1)
RETRY_UNKNOWN_PRIVATE = environment.flag("RETRY_UNKNOWN_PRIVATE", default=True)

# --- the event bus ----------------------------------------------------------------------------------------------------
DELIVERY_BATCH = int(environment.number("DELIVERY_BATCH", 400, low=1, high=1000))
DELIVERY_TRIES = int(environment.number("DELIVERY_TRIES", 6, low=1, high=50))
DELIVERY_BACKLOG_LIMIT = int(environment.number("DELIVERY_BACKLOG_LIMIT", 50_000, low=1))
DATABASE_POOL = int(environment.number("DATABASE_POOL", 16, low=2, high=500))
DATABASE_THREADS = int(environment.number("DATABASE_THREADS", 4, low=1, high=64))

# --- webhooks for other programs --------------------------------------------------------------------------------------
WEBHOOK_TRIES = int(environment.number("WEBHOOK_TRIES", 14, low=1, high=100))
WEBHOOK_PRIVATE_ADDRESSES = environment.flag("WEBHOOK_PRIVATE_ADDRESSES", default=False)

# --- the sandbox ------------------------------------------------------------------------------------------------------
SANDBOX_ENABLED = environment.flag("SANDBOX_ENABLED", default=False)
SANDBOX_URL = environment.address("SANDBOX_URL", "")

# --- seeing it --------------------------------------------------------------------------------------------------------
METRICS_TOKEN = environment.text("METRICS_TOKEN")
METRICS_NETWORKS = environment.networks("METRICS_NETWORKS", "127.0.0.0/8,::1/128")
METRICS_SLOW_MS = environment.number("METRICS_SLOW_MS", 1000, low=1)

# --- Django -----------------------------------------------------------------------------------------------------------
UNFOLD_INSTALLED = find_spec("unfold") is not None and not environment.flag("PLAIN_ADMIN", default=False)

# On MongoDB Django's own apps need other keys and so migrations of their own.
MONGODB_APPS = {
    "yabot.admin_site.YabotAdminConfig": "yabot.mongo.apps.MongoAdminConfig",
    "django.contrib.auth": "yabot.mongo.apps.MongoAuthConfig",
    "django.contrib.contenttypes": "yabot.mongo.apps.MongoContentTypesConfig",
    "django_celery_beat": "yabot.mongo.beat.MongoBeatConfig",
}
INSTALLED_APPS = [
    *(["unfold.apps.BasicAppConfig"] if UNFOLD_INSTALLED else []),
    "yabot.admin_site.YabotAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "yabot.core",
    "gamification",
    "narrative",
    "channeladmin",
    "yabot.sandbox",
    "yabot.demo",
    *(["django_celery_beat"] if REDIS_URL else []),
]

MIDDLEWARE = [
    "yabot.core.requests.RequestLog",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "yabot.core.middleware.ContentSecurityPolicy",
    "yabot.core.error_pages.DatabaseGuard",
]
CSRF_FAILURE_VIEW = "yabot.core.error_pages.session_lost"

ROOT_URLCONF = "yabot.urls"
WSGI_APPLICATION = "yabot.wsgi.application"
ASGI_APPLICATION = "yabot.asgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

DATABASES: dict[str, dict[str, Any]] = {
    "default": environment.database("DATABASE_URL", f"sqlite:///{quote(str(VAR_DIR / 'yabot.sqlite3'))}")
}
DATABASES["default"] |= {"CONN_MAX_AGE": None, "CONN_HEALTH_CHECKS": True}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
if DATABASES["default"]["ENGINE"] == SQLITE:
    # FULL, because Telegram is told "done" after the commit: a power loss must not take it back.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; "
        "PRAGMA journal_size_limit=67108864; PRAGMA cache_size=-16000; PRAGMA wal_autocheckpoint=16000",
    }
    Path(DATABASES["default"]["NAME"]).parent.mkdir(parents=True, exist_ok=True)
elif DATABASES["default"]["ENGINE"] == POSTGRESQL:
    # A pool keeps the connections, so Django must not (CONN_MAX_AGE); our engine checks each one that it hands out.
    DATABASES["default"] |= {"ENGINE": "yabot.postgresql", "CONN_MAX_AGE": 0, "CONN_HEALTH_CHECKS": False}
    DATABASES["default"]["OPTIONS"] = {
        "pool": {"min_size": 1, "max_size": DATABASE_POOL, "timeout": 10},
        # A server whose machine vanished without a word is noticed within seconds, not a quarter of an hour.
        "connect_timeout": 5,
        "tcp_user_timeout": 15_000,
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        **DATABASES["default"].get("OPTIONS", {}),
    }
else:
    DEFAULT_AUTO_FIELD = "django_mongodb_backend.fields.ObjectIdAutoField"
    DATABASE_ROUTERS = ["django_mongodb_backend.routers.MongoRouter"]
    MIGRATION_MODULES = {
        label: f"yabot.mongo.migrations.{label}" for label in ("admin", "auth", "contenttypes", "django_celery_beat")
    }
    INSTALLED_APPS = [MONGODB_APPS.get(app, app) for app in INSTALLED_APPS]
    AUTHENTICATION_BACKENDS = ["yabot.mongo.permissions.PermissionsByKey"]

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

LANGUAGE_CODE = "es"
LANGUAGES = [("es", _("Español")), ("en", _("Inglés"))]
LOCALE_PATHS = [BASE_DIR / "locale", BASE_DIR / "templates" / "unfold" / "locale"]
FORMAT_MODULE_PATH = "yabot.formats"
TIME_ZONE = environment.zone("TIME_ZONE", "UTC")
USE_I18N = True
USE_TZ = True

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "YABOT",
    "SITE_HEADER": "YABOT",
    "SITE_SUBHEADER": _("La trastienda"),
    "SITE_SYMBOL": "theater_comedy",
    "SITE_URL": None,
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("yabot/icon.svg")}],
    "STYLES": [lambda request: static("core/admin.css")],
    "SIDEBAR": {"show_search": True, "navigation": "yabot.core.admin.menu.sidebar"},
}

API_RATE = int(environment.number("API_RATE", 600, low=1, high=1_000_000))
API_RATE_PER_READER = int(environment.number("API_RATE_PER_READER", 60, low=1, high=1_000_000))
REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    # Every view says itself who may ask (GatewayView); one that forgets it is closed to all.
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_SCHEMA_CLASS": "yabot.core.api.document.Document",
    "EXCEPTION_HANDLER": "yabot.core.api.problems.handle",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "ENFORCE_NON_BLANK_FIELDS": True,
    "TITLE": "YABOT",
    "DESCRIPTION": "Story, economy and channel of a Telegram community. Keys are made in the back office (Llaves de "
    "API) or with `manage.py modulekey`; a refusal is `{code, detail, fields}`; docs/api.md has the rest.",
    "TAGS": [
        {"name": "core", "description": "Readers, what happened, and who else hears of it."},
        {"name": "gamification", "description": "Besitos: what readers have, earn, spend and put aside."},
        {"name": "narrative", "description": "Stories, where readers are in them, hints, and Lucien's letters."},
        {"name": "channeladmin", "description": "Posts with a heart, and subscriptions."},
    ],
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "DEFAULT_GENERATOR_CLASS": "yabot.core.api.document.Generator",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "PATH_CONVERTER_OVERRIDES": {"telegram_id": {"type": "integer", "minimum": 0, "maximum": 10**18 - 1}},
}

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = VAR_DIR / "static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
MEDIA_ROOT = VAR_DIR / "media"
MEDIA_URL = "media/"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# Static files are served from the apps themselves, so that a laptop needs no collectstatic.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
if HTTPS:
    SECURE_SSL_REDIRECT = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True

LOG_FORMAT = environment.choice("LOG_FORMAT", "line", ("line", "json"))
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"secrets": {"()": "yabot.core.redaction.RedactSecrets"}},
    "formatters": {"structured": {"()": "yabot.core.logs.Formatter", "style": LOG_FORMAT}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "structured", "filters": ["secrets"]}},
    "root": {"handlers": ["console"], "level": environment.choice("LOG_LEVEL", "INFO", LOG_LEVELS)},
    "loggers": {
        name: {"level": "WARNING"} for name in ("httpx", "httpcore", "telegram", "aiohttp", "apscheduler", "asyncio")
    },
}

CONFIG_PROBLEMS = environment.problems
