"""The demo's story: who lights the candle in Diana's house? Five hints, five letters, one post."""

from typing import Any

from yabot.core.reactions import HEART

CHANNEL = -1001000000002  # «Los susurros de Diana» in the sandbox's demo world
VIP = 1000  # Diana
GOAL_IN_SANDBOX = 3  # four people live there
GOAL = 500

LETTERS: tuple[dict[str, Any], ...] = (
    {
        "key": "demo-la-vela",
        "name": "1 · La vela",
        "picture": "demo/candle.jpg",
        "text_es": (
            "Buenas noches, <b>{nombre}</b>. Ya lleva {besitos} besitos en el bolsillo, y en esta casa eso alumbra "
            "más que una vela.\n\nHe dejado algo para usted: <i>«{pista}»</i>. Escriba /pistas y léalo antes de que se "
            "consuma.\n\n— Lucien"
        ),
        "text_en": (
            "Good evening, <b>{nombre}</b>. You carry {besitos} besitos in your pocket, and in this house that gives "
            "more light than a candle.\n\nI have left something for you: <i>“{pista}”</i>. Write /hints and read it "
            "before it burns down.\n\n— Lucien"
        ),
    },
    {
        "key": "demo-la-llave",
        "name": "2 · La llave",
        "picture": "demo/key.jpg",
        "text_es": (
            "<b>{nombre}</b>, he movido el reloj del salón para quitarle el polvo. No debí hacerlo.\n\nCon sus "
            "{besitos} besitos se abre <i>«{pista}»</i>. Guárdela bien: hay puertas que solo se dejan abrir una vez."
            "\n\n— Lucien"
        ),
        "text_en": (
            "<b>{nombre}</b>, I moved the clock in the drawing room to dust behind it. I should not have.\n\nYour "
            "{besitos} besitos open <i>“{pista}”</i>. Keep it safe: some doors let themselves be opened only once."
            "\n\n— Lucien"
        ),
    },
    {
        "key": "demo-la-carta",
        "name": "3 · La carta, que se hace esperar",
        "picture": "demo/letter.jpg",
        "delay_seconds": 8,
        "text_es": (
            "Perdone la tardanza, <b>{nombre}</b>: he leído esto tres veces antes de traérselo.\n\n"
            "{if reacciones}Ha respondido {reacciones} veces a lo que le contaba. {end}Quien escucha así merece "
            "<i>«{pista}»</i>. El lacre ya estaba roto; le doy mi palabra.\n\n— Lucien"
        ),
        "text_en": (
            "Forgive the delay, <b>{nombre}</b>: I read this three times before bringing it to you.\n\n"
            "{if reacciones}You have answered {reacciones} times to what I told you. {end}Whoever listens like that "
            "deserves <i>“{pista}”</i>. The seal was already broken; you have my word.\n\n— Lucien"
        ),
    },
    {
        "key": "demo-la-ventana",
        "name": "4 · La ventana",
        "picture": "demo/house.jpg",
        "text_es": (
            "Salga al jardín, <b>{nombre}</b>, y mire hacia arriba.\n\n{besitos} besitos, y se abre <i>«{pista}»</i>. "
            "No suba sin compañía.\n\n— Lucien"
        ),
        "text_en": (
            "Step into the garden, <b>{nombre}</b>, and look up.\n\n{besitos} besitos, and <i>“{pista}”</i> opens. "
            "Do not go up alone.\n\n— Lucien"
        ),
    },
    {
        "key": "demo-entre-todos",
        "name": "5 · Entre todos",
        "text_es": (
            "Esta noche no le escribo solo a usted, <b>{nombre}</b>. Escribo a todo el mundo: han reunido los "
            "corazones que faltaban y el jardín ha hablado.\n\n<blockquote>{pista}</blockquote>\n"
            "Está en /pistas.\n\n— Lucien"
        ),
        "text_en": (
            "Tonight I do not write to you alone, <b>{nombre}</b>. I write to everyone: together you gathered the "
            "hearts that were missing, and the garden has spoken.\n\n<blockquote>{pista}</blockquote>\nIt is in "
            "/hints.\n\n— Lucien"
        ),
    },
)

HINTS: tuple[dict[str, Any], ...] = (
    {
        "key": "demo-la-vela",
        "condition": {"all": [{"is": "besitos", "at_least": 5}]},
        "title_es": "La vela del pasillo",
        "title_en": "The candle in the corridor",
        "body_es": (
            "Alguien enciende cada noche la vela del pasillo, y no soy yo. Esta mañana la cera seguía tibia y en el "
            "platillo había una huella pequeña, de guante."
        ),
        "body_en": (
            "Somebody lights the candle in the corridor every night, and it is not me. This morning the wax was still "
            "warm, and on the saucer there was a small print: a glove."
        ),
    },
    {
        "key": "demo-la-llave",
        "condition": {"all": [{"is": "besitos", "at_least": 15}]},
        "title_es": "La llave bajo el reloj",
        "title_en": "The key under the clock",
        "body_es": (
            "El reloj del salón lleva años parado a las doce menos dos minutos. Debajo hay una llave con tres anillos. "
            "No abre ninguna puerta de esta planta: las he probado todas."
        ),
        "body_en": (
            "The clock in the drawing room stopped years ago, at two minutes to twelve. Under it lies a key with three "
            "rings. It opens no door on this floor: I have tried them all."
        ),
    },
    {
        "key": "demo-la-carta",
        "condition": {"all": [{"is": "reactions", "at_least": 3}]},
        "title_es": "La carta sin remite",
        "title_en": "The letter without a sender",
        "body_es": (
            "Llegó sin sello de correos y con una luna en el lacre. Dentro, una sola línea con la letra de Diana: "
            "«Lucien, que nadie abra la ventana hasta que yo vuelva». Diana se fue hace nueve años."
        ),
        "body_en": (
            "It came without a stamp, with a moon on its seal. Inside, one line in Diana's hand: “Lucien, let nobody "
            "open the window until I am back.” Diana left nine years ago."
        ),
    },
    {
        "key": "demo-la-ventana",
        "condition": {"all": [{"is": "besitos", "at_least": 30}]},
        "title_es": "La ventana encendida",
        "title_en": "The lit window",
        "body_es": (
            "Desde el jardín se ve luz en la habitación de Diana, y una silueta. Subí con la llave de tres anillos y "
            "la cerradura giró. Dentro no había nadie. La vela del pasillo acababa de apagarse, y olía a jazmín."
        ),
        "body_en": (
            "From the garden one sees light in Diana's room, and a silhouette. I went up with the key of three rings, "
            "and the lock turned. Nobody was inside. The candle had just gone out, and the air smelt of jasmine."
        ),
    },
    {
        "key": "demo-entre-todos",
        "condition": {"all": [{"is": "besitos", "at_least": 500}]},
        "title_es": "Lo que oyó el jardín",
        "title_en": "What the garden heard",
        "body_es": (
            "Cuando sois muchos, la casa se atreve. Junto a la fuente se ha oído a Diana, a media voz: <i>«No me he "
            "ido. Me he mudado a la historia que estáis contando»</i>."
        ),
        "body_en": (
            "When there are many of you, the house dares. By the fountain Diana was heard, half whispering: <i>“I "
            "never left. I moved into the story you are telling.”</i>"
        ),
    },
)

GOAL_NAME = "El jardín habla"
GOAL_HINT = "demo-entre-todos"
REWARD = {"emoji": HEART, "amount": 5, "note": "La recompensa de la historia de ejemplo."}
POST_KEY = "demo-1"
POST_PICTURE = "demo/house.jpg"
POST = (
    "<b>Esta noche hay luz en la ventana de Diana.</b>\n\n"
    "Allí no vive nadie desde hace nueve años. Si quieres saber quién la enciende, pulsa el ❤️ de aquí abajo: Lucien "
    "lleva la cuenta, y cada corazón vale cinco besitos.\n\n"
    "<i>Y si además reunís entre todos tres reacciones ❤ a esta publicación, el jardín contará lo que oyó.</i>"
)
