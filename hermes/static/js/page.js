// What pages do by themselves, by attributes, so that parts htmx brings later do it too:
//   data-copy="#id"        copies the text of that element        data-opens="id"  opens that <dialog>
//   data-closes            closes the dialog or toast around it   details.menu     closes on Escape and outside
const copy = async (button) => {
  const source = document.querySelector(button.dataset.copy);
  const words = button.querySelector("[data-words]");
  const before = words.textContent;
  try {
    await navigator.clipboard.writeText(source.value ?? source.textContent);
    words.textContent = "Copied";
  } catch {
    const selection = getSelection();
    selection.selectAllChildren(source);
    words.textContent = "Press Ctrl+C";
  }
  setTimeout(() => { words.textContent = before; }, 2000);
};

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
  const button = event.target.closest("[data-copy], [data-opens], [data-closes]");
  if (!button) return;
  if (button.dataset.copy) copy(button);
  if (button.dataset.opens) document.getElementById(button.dataset.opens).showModal();
  if ("closes" in button.dataset) {
    const around = button.closest("dialog, .toast");
    if (around instanceof HTMLDialogElement) around.close(); else around.remove();
  }
});

document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && document.querySelector("details.menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

// A form is sent once: a second click while the first is on its way changes nothing. One that fetches a file
// (data-fetches) leaves the page as it is, and may be sent again.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented || "fetches" in form.dataset) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
});
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// Tabs that are wider than a phone show the one that is open.
document.querySelector(".tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
