"""Django's PostgreSQL engine; a connection that died in the pool is replaced with all the others before it is used."""

from typing import Any

import psycopg
from django.db.backends.postgresql import base
from psycopg_pool import ConnectionPool


class DatabaseWrapper(base.DatabaseWrapper):
    """The pool's own check (CONN_HEALTH_CHECKS) waits after each dead connection, 1, 2, 4 … seconds: with five of them,
    as a restart of the server leaves behind, whoever asks gets none within ten.
    """

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """A connection that answers. When the first one from the pool does not, none of those that wait is trusted."""
        found = super().get_new_connection(conn_params)
        if not self.pool or _answers(found):
            return found
        self.pool.putconn(found)
        self.pool.drain()
        return super().get_new_connection(conn_params)


def _answers(connection: Any) -> bool:
    try:
        ConnectionPool.check_connection(connection)
    except psycopg.Error:
        return False
    return True
