"""The disk: room on it, and folders that can be written."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from yabot.core.doctor.diagnosis import Diagnosis, broken, warning, well

MEGABYTE = 1_000_000
LITTLE = 1_000 * MEGABYTE
TOO_LITTLE = 200 * MEGABYTE


def examine() -> list[Diagnosis]:
    """Room and folders."""
    folders = [Path(settings.VAR_DIR), Path(settings.STATIC_ROOT), Path(settings.MEDIA_ROOT)]
    return [room(shutil.disk_usage(_existing(folders[0])).free), *writable(folders)]


def room(free: int) -> Diagnosis:
    """Whether the disk of VAR_DIR has room for a while."""
    megabytes = free // MEGABYTE
    if free < TOO_LITTLE:
        what = _("Quedan %d MB en el disco: la base de datos dejará de escribir.") % megabytes
        return broken("disk", what, _("Borra lo que sobre o agranda el disco, antes que nada."))
    if free < LITTLE:
        what = _("Quedan %d MB en el disco.") % megabytes
        return warning("disk", what, _("Haz sitio pronto: un disco lleno lo para todo."))
    return well("disk", _("Quedan %d GB en el disco.") % (megabytes // 1000))


def writable(folders: list[Path]) -> Iterator[Diagnosis]:
    """A line for each folder that cannot be written, or one for all."""
    bad = [folder for folder in folders if not _takes_a_file(_existing(folder))]
    for folder in bad:
        what = _("No se puede escribir en %s.") % folder
        yield broken("folders", what, _("Da la carpeta al usuario que ejecuta YABOT: chown -R USUARIO %s") % folder)
    if not bad:
        yield well("folders", _("Las carpetas de datos, estáticos e imágenes se pueden escribir."))


def _existing(folder: Path) -> Path:
    """The folder, or the nearest one above it that exists: the rest is made when it is needed."""
    return next(path for path in (folder, *folder.parents) if path.exists())


def _takes_a_file(folder: Path) -> bool:
    try:
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False
