// Searching the calls: every word must be in a call's title, path, name or arguments. "/" goes to the field.
const place = document.querySelector("[data-search]");

if (place) {
  const field = place.querySelector("input");
  const found = place.querySelector("[data-found]");
  const groups = [...document.querySelectorAll("[data-group]")];
  const calls = [...document.querySelectorAll("[data-words]")].map((row) => [
    row, `${row.dataset.words} ${row.textContent}`.toLowerCase(),
  ]);

  const show = () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const [row, text] of calls) {
      row.hidden = !words.every((word) => text.includes(word));
      count += !row.hidden;
    }
    for (const group of groups) group.hidden = !group.querySelector("[data-words]:not([hidden])");
    found.textContent = words.length ? `${count} of ${calls.length} calls` : "";
  };

  place.hidden = false;
  field.addEventListener("input", show);
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter") document.querySelector("[data-words]:not([hidden]) a")?.focus();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.target.closest("input, textarea")) return;
    event.preventDefault();
    field.focus();
  });
  show();
}
