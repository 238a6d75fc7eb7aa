"""Which modules this process runs, and where it reaches the others.

The rows of every module are in one database that all processes share, and every process knows every module's models
and receivers: what happened is announced to all of them. A process *delivers* events to, and answers for, only the
modules it runs.
"""

from django.conf import settings


def runs(module: str) -> bool:
    """Whether this process runs ``module``. What is no module (the foundation, a test) runs everywhere."""
    return module in settings.MODULES or module not in settings.ALL_MODULES


def address_of(module: str) -> str:
    """Where another process answers for ``module``; empty when it is asked in this one."""
    return str(settings.MODULE_URLS.get(module, ""))


def scope() -> str:
    """A short name for the set of modules this process runs; empty for all of them."""
    here = sorted(set(settings.MODULES) & set(settings.ALL_MODULES))
    return "" if len(here) == len(settings.ALL_MODULES) else ".".join(name[:2] for name in here) or "none"
