"""PostgreSQL as YABOT uses it: Django's engine, with a pool that gets over a server's restart."""
