// The page in Spanish and English.
const TEXTS = {
  es: {
    choose: "Elige un chat para empezar", message: "Mensaje", broadcast: "Publicar en el canal…", start: "EMPEZAR", members: "miembros",
    member: "miembro", subscribers: "suscriptores", subscriber: "suscriptor", bot: "bot", group: "grupo", readOnly: "Solo los administradores publican aquí",
    blocked: "Has bloqueado al bot", block: "Bloquear", unblock: "Desbloquear", typing: "escribiendo…", edited: "editado", forwarded: "Reenviado de",
    comments: "comentarios", comment: "comentario", leaveComment: "Deja un comentario", views: "vistas", photo: "📷 Foto", file: "📎 Archivo", pinned: "Mensaje fijado",
    pinnedService: "fijó un mensaje", joined: "entró en el grupo", added: "añadió a", left: "salió del grupo", you: "Tú", reply: "Responder", react: "Reaccionar",
    edit: "Editar", editing: "Editando", hour: "+1 h", day: "+1 día", today: "Hoy", tomorrowIs: "El reloj ha avanzado", activity: "Actividad", calls: "Llamadas", updates: "Updates",
    faults: "Fallos", none: "Todavía nada", noBot: "El bot aún no ha preguntado nada. ¿Está en marcha?", method: "Método", kind: "Fallo", count: "Veces", status: "Código", delay: "Segundos", arm: "Provocar", clear: "Quitar todos", armed: "Pendientes",
    copied: "Copiado", theme: "Tema claro u oscuro", pane: "Llamadas y updates", attach: "Enviar foto o archivo", send: "Enviar", back: "Volver", close: "Cerrar", commands: "Comandos",
    welcome: "¿Qué puede hacer este bot?", hello: "Pulsa EMPEZAR y conversa: todo ocurre en este ordenador.", lost: "El simulador no responde; reintentando…", switchTo: "Actuar como", protected: "Protegido: no se puede copiar ni reenviar", noAnswer: "El bot no respondió al botón", admin: "admin",
  },
  en: {
    choose: "Choose a chat to start", message: "Message", broadcast: "Broadcast…", start: "START", members: "members",
    member: "member", subscribers: "subscribers", subscriber: "subscriber", bot: "bot", group: "group", readOnly: "Only administrators post here",
    blocked: "You blocked the bot", block: "Block", unblock: "Unblock", typing: "typing…", edited: "edited", forwarded: "Forwarded from",
    comments: "comments", comment: "comment", leaveComment: "Leave a comment", views: "views", photo: "📷 Photo", file: "📎 File", pinned: "Pinned message",
    pinnedService: "pinned a message", joined: "joined the group", added: "added", left: "left the group", you: "You", reply: "Reply", react: "React",
    edit: "Edit", editing: "Editing", hour: "+1 h", day: "+1 day", today: "Today", tomorrowIs: "The clock has moved", activity: "Activity", calls: "Calls", updates: "Updates",
    faults: "Faults", none: "Nothing yet", noBot: "The bot has not asked for anything yet. Is it running?", method: "Method", kind: "Fault", count: "Times", status: "Code", delay: "Seconds", arm: "Cause it", clear: "Clear all", armed: "Armed",
    copied: "Copied", theme: "Light or dark", pane: "Calls and updates", attach: "Send a photo or file", send: "Send", back: "Back", close: "Close", commands: "Commands",
    welcome: "What can this bot do?", hello: "Press START and talk: everything happens on this computer.", lost: "The simulator does not answer; trying again…", switchTo: "Act as", protected: "Protected: cannot be copied or forwarded", noAnswer: "The bot did not answer the button", admin: "admin",
  },
};

let language = localStorage.getItem("sandbox-language") || "es";
export const t = (key) => TEXTS[language][key] ?? key;
export const locale = () => (language === "es" ? "es-ES" : "en-GB");
export const other = () => (language === "es" ? "en" : "es");

export function switchLanguage() {
  language = other();
  localStorage.setItem("sandbox-language", language);
  document.documentElement.lang = language;
}

export const counted = (count, one, many) => `${count.toLocaleString(locale())} ${t(count === 1 ? one : many)}`;
export const clockTime = (seconds) => new Date(seconds * 1000).toLocaleTimeString(locale(), { hour: "2-digit", minute: "2-digit" });
export const dayName = (seconds) => new Date(seconds * 1000).toLocaleDateString(locale(), { day: "numeric", month: "long" });
