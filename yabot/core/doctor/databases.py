"""The database: reached, migrated, and as strict as promised."""

import sqlite3
from collections.abc import Iterator, Mapping
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from yabot.core import checks, readings
from yabot.core.doctor.diagnosis import Diagnosis, broken, warning, well
from yabot.core.redaction import redact

OLDEST_SQLITE = (3, 35)
OLDEST_POSTGRESQL = 14
_RESERVED = ("superuser_reserved_connections", "reserved_connections")  # the second one since PostgreSQL 16
LEAST_POOL = 2  # the least DATABASE_POOL may be


def reach() -> Diagnosis:
    """Whether it answers at all."""
    try:
        connection.ensure_connection()
        connection.introspection.table_names()
    except (DatabaseError, OSError) as error:
        what = _("La base de datos no responde: %s") % redact(str(error)).strip().splitlines()[0]
        return broken("database", what, _("Comprueba que está en marcha, DATABASE_URL y que hay sitio en el disco."))
    return well("database", _("La base de datos responde (%s).") % connection.display_name)


def migrations() -> list[Diagnosis]:
    """Whether its tables are those of this version."""
    executor = MigrationExecutor(connection)
    missing = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    if missing:
        what = ngettext("Falta %d cambio en las tablas.", "Faltan %d cambios en las tablas.", missing) % missing
        return [broken("migrations", what, _("Ejecuta: manage.py migrate"))]
    return [well("migrations", _("Las tablas están al día."))]


def engine() -> list[Diagnosis]:
    """Whether this engine keeps what YABOT promises."""
    wrapper: Any = connection
    if connection.vendor == "sqlite":
        found = [*sqlite(sqlite3.sqlite_version_info)]
    elif connection.vendor == "postgresql":
        found = [*postgresql(wrapper.pg_version)]
    else:
        found = [*mongodb(wrapper.database.client.admin.command("hello"), wrapper.settings_dict.get("OPTIONS", {}))]
    return found or [well("engine", _("El motor guarda lo que YABOT promete."))]


def sqlite(version: tuple[int, ...]) -> Iterator[Diagnosis]:
    """Durable settings, and a version that knows RETURNING."""
    if version < OLDEST_SQLITE:
        what = _("SQLite %s es demasiado antiguo.") % ".".join(map(str, version))
        yield broken("engine", what, _("Instala un Python con SQLite 3.35 o más nuevo."))
    for message in checks.check_sqlite():
        cure = _("No cambies las opciones de SQLite de settings.py: un corte de luz perdería datos confirmados.")
        yield broken(str(message.id), str(message.msg), cure)


def postgresql(version: int) -> Iterator[Diagnosis]:
    """A version that is still looked after."""
    if version // 10_000 < OLDEST_POSTGRESQL:
        what = _("PostgreSQL %d ya no recibe arreglos.") % (version // 10_000)
        yield warning("engine", what, _("Pásate a PostgreSQL %d o más nuevo.") % OLDEST_POSTGRESQL)


def connections() -> list[Diagnosis]:
    """Whether PostgreSQL has room for every connection that the processes that live may open."""
    if connection.vendor != "postgresql":
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, setting FROM pg_settings WHERE name = ANY(%s)", [["max_connections", *_RESERVED]])
        told = {name: int(setting) for name, setting in cursor.fetchall()}
    kept = sum(told.get(name, 0) for name in _RESERVED)
    return [room(told["max_connections"] - kept, kept=kept, processes=max(1, len(readings.processes())))]


def room(most: int, *, kept: int, processes: int) -> Diagnosis:
    """``most`` connections for so many processes; ``kept`` are the server's own."""
    wanted = settings.DATABASE_POOL * processes
    facts = {"wanted": wanted, "most": most, "fits": most // processes, "max": wanted + kept}
    if wanted <= most:
        return well("connections", _("PostgreSQL da %(most)d conexiones; aquí se abren hasta %(wanted)d.") % facts)
    what = _("Los procesos en marcha pueden abrir %(wanted)d conexiones, y PostgreSQL da %(most)d.") % facts
    if facts["fits"] < LEAST_POOL:
        return warning("connections", what, _("Pon max_connections = %(max)d o más en postgresql.conf.") % facts)
    cure = _("Pon DATABASE_POOL=%(fits)d o menos en .env, o max_connections = %(max)d o más en postgresql.conf.")
    return warning("connections", what, cure % facts)


def mongodb(hello: Mapping[str, Any], options: Mapping[str, Any]) -> Iterator[Diagnosis]:
    """Transactions need a replica set, and what is confirmed must be on most of its members."""
    if not hello.get("setName") and hello.get("msg") != "isdbgrid":
        what = _("Este MongoDB no es un replica set: no tiene transacciones.")
        yield broken("engine", what, _("Arráncalo con --replSet y ejecuta rs.initiate(); basta un servidor."))
    if options.get("w", "majority") != "majority":
        what = _("MongoDB confirma con w=%s: un cambio de servidor perdería datos confirmados.") % options["w"]
        yield broken("engine", what, _("Pon w=majority en DATABASE_URL."))
