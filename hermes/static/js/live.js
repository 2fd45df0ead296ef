// Parts of a page that stay current. An element with data-live hears the event `live` every few seconds while the
// page is seen, and once when it is seen again; htmx asks by it (hx-trigger="live"). Where Hermes is not reached it asks
// less often, and [data-stale] is shown. Ctrl (or ⌘) and Enter in a field with data-sends sends its form.
const EVERY_MS = 3000;
const AT_MOST_MS = 60000;
let wait = EVERY_MS;
let timer;

const ask = () => {
  for (const part of document.querySelectorAll("[data-live]")) part.dispatchEvent(new CustomEvent("live"));
};
const later = () => {
  clearTimeout(timer);
  if (!document.hidden) timer = setTimeout(() => { ask(); later(); }, wait);
};
const note = (isReached) => {
  wait = isReached ? EVERY_MS : Math.min(wait * 2, AT_MOST_MS);
  for (const words of document.querySelectorAll("[data-stale]")) words.hidden = isReached;
  if (isReached) return;
  later();
};

document.addEventListener("visibilitychange", () => {
  if (!document.hidden) ask();
  later();
});
document.body.addEventListener("htmx:afterRequest", (event) => {
  if (event.target.matches("[data-live]")) note(event.detail.successful === true);
});
// What fails by itself is not told by a toast each time: it stops here, before toasts.js hears it.
for (const name of ["htmx:sendError", "htmx:responseError", "toasts"]) {
  document.body.addEventListener(name, (event) => {
    if (event.target.matches("[data-live]")) event.stopPropagation();
  });
}
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || !event.target.matches("[data-sends]")) return;
  event.preventDefault();
  event.target.form.requestSubmit();
});
later();
