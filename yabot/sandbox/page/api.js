// The control API and the live stream of events.
const token = document.querySelector('meta[name="control-token"]').content;
const headers = { "X-Sandbox-Token": token, "Content-Type": "application/json" };

export async function control(operation, given = {}) {
  const response = await fetch(`/control/${operation}`, { method: "POST", headers, body: JSON.stringify(given) });
  const answer = await response.json();
  if (!answer.ok) throw new Error(answer.description);
  return answer.result;
}

// Calls onEvent(name, data) for ever; after a lost connection it starts again and reports "reload".
export async function listen(onEvent) {
  for (let again = false; ; again = true) {
    try {
      const response = await fetch("/control/events", { headers });
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      if (again) onEvent("reload", {});
      await read(reader, onEvent);
    } catch { /* the sandbox was stopped: try again below */ }
    onEvent("lost", {});
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}

async function read(reader, onEvent) {
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const blocks = (rest + value).split("\n\n");
    rest = blocks.pop();
    for (const block of blocks) {
      const [name, data] = block.split("\n");
      onEvent(name.slice(7), JSON.parse(data.slice(6)));
    }
  }
}
