// The form in which one chooses the run to compare with.

/** Compare as soon as a run of the list is chosen, or when the form is sent. */
export function startChoosingRun() {
  const form = document.querySelector("[data-with-form]");
  if (!form) return;
  const { options } = form.querySelector("datalist");
  const compare = (run) => {
    location.assign(location.pathname + (run ? `?${new URLSearchParams({ with: run })}` : ""));
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    compare(form.elements.with.value.trim());
  });
  form.elements.with.addEventListener("input", ({ target }) => {
    if ([...options].some((option) => option.value === target.value)) compare(target.value);
  });
}
