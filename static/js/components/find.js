// A field that hides the rows of a table that lack its text: <input data-find="id of the table">.

export function startFinding() {
  document.addEventListener("input", (event) => {
    if (event.target.dataset.find) find(event.target);
  });
}

function find(field) {
  const text = field.value.toLowerCase();
  for (const row of document.querySelectorAll(`#${field.dataset.find} tbody tr`)) {
    row.hidden = !row.textContent.toLowerCase().includes(text);
  }
}
