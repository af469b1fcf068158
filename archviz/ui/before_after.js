// The pictures are drawn once and changed in place, so that the line stays where it was dragged to.

function build(root) {
  const pair = root.querySelector(".pair");
  if (pair.childElementCount > 0) return pair;
  for (const side of ["before", "after"]) {
    const image = document.createElement("img");
    image.className = side;
    image.draggable = false;
    pair.append(image);
  }
  // A range field over the whole picture: mouse, touch, arrow keys and screen readers know it already.
  const field = document.createElement("input");
  field.type = "range";
  field.min = "0";
  field.max = "100";
  field.step = "0.5";
  field.value = "50";
  const frame = document.createElement("div");
  frame.className = "frame";
  const line = document.createElement("div");
  line.className = "line";
  frame.append(line);
  for (const side of ["before", "after"]) {
    const name = document.createElement("span");
    name.className = side;
    frame.append(name);
  }
  field.addEventListener("input", () => pair.style.setProperty("--split", `${field.value}%`));
  pair.append(field, frame);
  return pair;
}

export default function ({ parentElement, data }) {
  const pair = build(parentElement);
  if (data.since < Number(pair.dataset.since ?? 0)) return;
  pair.dataset.since = data.since;
  for (const side of ["before", "after"]) {
    const image = pair.querySelector(`img.${side}`);
    if (image.src !== data[side]) image.src = data[side];
    image.alt = data[`${side}_name`];
    pair.querySelector(`span.${side}`).textContent = data[`${side}_name`];
  }
  // The frame ends where the picture ends, which may be narrower than the page.
  const before = pair.querySelector("img.before");
  const fit = () => {
    if (!before.naturalWidth) return;
    const widest = (before.naturalWidth / before.naturalHeight) * window.innerHeight * 0.74;
    pair.style.maxWidth = `${Math.round(widest)}px`;
  };
  before.onload = fit;
  fit();
  pair.querySelector("input").setAttribute("aria-label", data.label);
}
