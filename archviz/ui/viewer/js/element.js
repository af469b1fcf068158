// HTML elements in a line each.

/** An element with properties and children. */
export function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  const { dataset, ...rest } = properties;
  Object.assign(made, rest);
  Object.assign(made.dataset, dataset);
  made.append(...children);
  return made;
}

/** A button that says what it does. */
export function button(name, label, press, properties = {}) {
  const made = element("button", { type: "button", textContent: label, dataset: { name }, ...properties });
  made.addEventListener("click", press);
  return made;
}

/** A button that is on or off. */
export function setPressed(made, on) {
  made.setAttribute("aria-pressed", String(on));
}
