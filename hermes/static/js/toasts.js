// Toasts: those in the page, those of htmx answers (event `toasts`), and one for an answer that did not come.
const SHOWN_MS = 7000;
const place = document.getElementById("toasts");
const pattern = document.getElementById("toast");

const leave = (toast) => {
  if (!toast.classList.contains("toast-error")) setTimeout(() => toast.remove(), SHOWN_MS);
};

const show = ({ text, level }) => {
  const toast = pattern.content.firstElementChild.cloneNode(true);
  toast.classList.add(`toast-${level}`);
  toast.querySelector("[data-text]").textContent = text;
  place.append(toast);
  leave(toast);
};

for (const toast of place.children) leave(toast);
document.addEventListener("toasts", (event) => event.detail.notes.forEach(show));
// A page that is left cuts off what it was asking for, which is no news.
let isLeft = false;
addEventListener("pagehide", () => { isLeft = true; });
addEventListener("pageshow", () => { isLeft = false; });
document.addEventListener("htmx:sendError", () => isLeft || show({ text: "Hermes was not reached. Check the connection and try again.", level: "error" }));
document.addEventListener("htmx:responseError", (event) => {
  if (event.detail.xhr.getResponseHeader("HX-Trigger")) return;
  show({ text: "Hermes could not do this. Load the page again.", level: "error" });
});
