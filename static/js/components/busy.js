// Whether somebody is using a part of the page just now: it is not replaced meanwhile.

const IN_USE =
  "details.menu[open], :is(input:not([type=checkbox]), textarea, select):focus, .htmx-request, [data-editing], .dragged";

export const isBusy = (region) =>
  Boolean(region.querySelector(IN_USE) || document.querySelector("dialog[open]"));
