"""What time it is where a reader is: the zones they may choose from, each by a city they know."""

import zoneinfo
from dataclasses import dataclass
from datetime import datetime, tzinfo

from django.utils import timezone

from yabot.core import clock


@dataclass(frozen=True, slots=True)
class City:
    """A zone as readers know it."""

    zone: str
    es: str
    en: str = ""

    @property
    def token(self) -> str:
        """Its name on a button."""
        return self.zone.replace("/", ".")

    def named(self, language: str) -> str:
        """The city and what time it is there: «Madrid · 09:30»."""
        name = (self.en if language == "en" else "") or self.es
        return f"{name} · {there(self.zone):%H:%M}"


CITIES = (
    City("Europe/Madrid", "Madrid"),
    City("America/Mexico_City", "Ciudad de México", "Mexico City"),
    City("America/Bogota", "Bogotá"),
    City("America/Argentina/Buenos_Aires", "Buenos Aires"),
    City("America/Lima", "Lima"),
    City("America/Santiago", "Santiago"),
    City("America/Caracas", "Caracas"),
    City("America/Guayaquil", "Quito"),
    City("America/Guatemala", "Guatemala"),
    City("America/Havana", "La Habana", "Havana"),
    City("America/Santo_Domingo", "Santo Domingo"),
    City("America/La_Paz", "La Paz"),
    City("America/Asuncion", "Asunción"),
    City("America/Montevideo", "Montevideo"),
    City("America/Panama", "Panamá", "Panama"),
    City("America/Puerto_Rico", "San Juan"),
    City("Atlantic/Canary", "Canarias", "Canary Islands"),
    City("America/Tijuana", "Tijuana"),
    City("America/Los_Angeles", "Los Ángeles", "Los Angeles"),
    City("America/Denver", "Denver"),
    City("America/Chicago", "Chicago"),
    City("America/New_York", "Nueva York", "New York"),
    City("America/Sao_Paulo", "São Paulo"),
    City("Africa/Malabo", "Malabo"),
    City("Europe/London", "Londres", "London"),
    City("Europe/Paris", "París", "Paris"),
    City("Europe/Berlin", "Berlín", "Berlin"),
    City("Europe/Athens", "Atenas", "Athens"),
    City("Asia/Kolkata", "Nueva Delhi", "New Delhi"),
    City("Asia/Manila", "Manila"),
    City("Asia/Tokyo", "Tokio", "Tokyo"),
    City("Australia/Sydney", "Sídney", "Sydney"),
)
BY_TOKEN = {city.token: city for city in CITIES}
BY_ZONE = {city.zone: city for city in CITIES}


def zone_named(name: str) -> tzinfo:
    """The zone with this IANA name; the community's own for a name nobody knows."""
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return timezone.get_default_timezone()


def there(zone: str) -> datetime:
    """What time it is in this zone."""
    return clock.now().astimezone(zone_named(zone))
