"""What readers of the demo's story find out by themselves: secret hints, and what two of them tell together."""

from typing import Any

FAREWELL: dict[str, Any] = {
    "key": "demo-despedida",
    "name": "6 · La despedida",
    "delay_seconds": 5,
    "text_es": (
        "He guardado su taza, <b>{nombre}</b>. Las historias de esta casa tienen seis finales y usted, con permiso, "
        "no los conoce todos.\n\nCuando quiera, /historia. El té estará tibio.\n\n— Lucien"
    ),
    "text_en": (
        "I have put your cup away, <b>{nombre}</b>. The stories of this house have six endings and you, if I may, do "
        "not know them all.\n\nWhenever you like, /story. The tea will be warm.\n\n— Lucien"
    ),
}

SECRETS: tuple[dict[str, Any], ...] = (
    {
        "key": "demo-cera",
        "title_es": "El mapa de cera",
        "title_en": "The map of wax",
        "body_es": "La cera de la vela ha dibujado en el platillo la planta de la casa. Hay una habitación de más.",
        "body_en": "On the saucer the wax has drawn the plan of the house. There is one room too many.",
    },
    {
        "key": "demo-guante",
        "title_es": "El guante de la talla seis",
        "title_en": "The glove, size six",
        "body_es": "La huella del platillo es de un guante pequeño. Falta el otro.",
        "body_en": "The print on the saucer is a small glove's. The other one is missing.",
    },
    {
        "key": "demo-luna",
        "title_es": "La moneda de la luna",
        "title_en": "The coin with the moon",
        "body_es": "En el fondo de la fuente brilla la misma luna que en el lacre de las cartas.",
        "body_en": "At the bottom of the fountain shines the same moon as on the seal of the letters.",
    },
    {
        "key": "demo-plano",
        "title_es": "El plano de la segunda planta",
        "title_en": "The plan of the second floor",
        "body_es": "Una puerta que ya no existe, y una nota: <i>tapiar, pero no del todo</i>.",
        "body_en": "A door that is no longer there, and a note: <i>wall it up, but not quite</i>.",
    },
    {
        "key": "demo-quien-enciende",
        "title_es": "Quién enciende la vela",
        "title_en": "Who lights the candle",
        "body_es": (
            "Quien enciende la vela conoce la casa mejor que Lucien, lleva un solo guante y espera a que alguien "
            "venga a relevarla."
        ),
        "body_en": (
            "Whoever lights the candle knows the house better than Lucien, wears a single glove, and waits for "
            "somebody to take over."
        ),
    },
    {
        "key": "demo-puerta-tapiada",
        "title_es": "La puerta tapiada",
        "title_en": "The walled-up door",
        "body_es": (
            "Con la luna como sello, el plano encaja: la puerta está en la habitación de Diana, y la pared cede si "
            "se la empuja con educación."
        ),
        "body_en": (
            "With the moon for a seal, the plan fits: the door is in Diana's room, and the wall gives way when it is "
            "pushed politely."
        ),
    },
    {
        "key": "demo-medianoche",
        "code": "docemenosdos",
        "title_es": "Las doce menos dos",
        "title_en": "Two minutes to twelve",
        "body_es": "A esa hora se duerme Lucien. A esa hora, y no es casualidad, alguien deja de tener que esconderse.",
        "body_en": "At that hour Lucien falls asleep. And, not by chance, somebody need not hide any more.",
    },
)

# Two hints, and the one they open together.
COMBINATIONS = (
    ("demo-cera", "demo-guante", "demo-quien-enciende"),
    ("demo-luna", "demo-plano", "demo-puerta-tapiada"),
)
