"""The database: reached, migrated, and as strict as promised."""

import sqlite3
from collections.abc import Iterator, Mapping
from typing import Any

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from yabot.core import checks
from yabot.core.doctor.diagnosis import Diagnosis, broken, warning, well
from yabot.core.redaction import redact

OLDEST_SQLITE = (3, 35)
OLDEST_POSTGRESQL = 14


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


def mongodb(hello: Mapping[str, Any], options: Mapping[str, Any]) -> Iterator[Diagnosis]:
    """Transactions need a replica set, and what is confirmed must be on most of its members."""
    if not hello.get("setName") and hello.get("msg") != "isdbgrid":
        what = _("Este MongoDB no es un replica set: no tiene transacciones.")
        yield broken("engine", what, _("Arráncalo con --replSet y ejecuta rs.initiate(); basta un servidor."))
    if options.get("w", "majority") != "majority":
        what = _("MongoDB confirma con w=%s: un cambio de servidor perdería datos confirmados.") % options["w"]
        yield broken("engine", what, _("Pon w=majority en DATABASE_URL."))
