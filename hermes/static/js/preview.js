// A form with data-previews shows what is typed in its fields: in each [data-shows="<name of the field>"], as text.
document.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-previews]");
  if (!form) return;
  for (const place of form.querySelectorAll("[data-shows]")) {
    if (place.dataset.shows === event.target.name) place.textContent = event.target.value || place.dataset.empty;
  }
});
