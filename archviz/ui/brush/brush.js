// A picture to paint a mask on. Strokes are kept in the picture's own pixels, whatever size it is shown at.

const MASK_INK = "#d6336c";
const WIDTHS = { least: 4, most: 200, first: 32 };
// Points closer than this share of the brush's width say nothing new.
const SPACING = 0.12;

const sheets = new WeakMap();

/** Show what the component was given; returns what takes it away again. */
export default function ({ data, parentElement, setStateValue }) {
  let sheet = sheets.get(parentElement);
  if (!sheet) {
    sheet = data.desk ? new Desk(parentElement, data) : new Sheet(parentElement, data);
    sheets.set(parentElement, sheet);
  }
  if (!(data.since < sheet.since)) {
    sheet.since = data.since;
    sheet.update(data, setStateValue);
  }
  return () => {
    // Called too, and late, for a drawing that a newer one overtook: the sheet goes with its place on the page.
    if (parentElement.isConnected) return;
    sheets.delete(parentElement);
    sheet.host.remove();
  };
}

function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

const copied = (strokes) => strokes.map((stroke) => ({ ...stroke, points: [...stroke.points] }));

class Sheet {
  constructor(root, data) {
    this.drawn = null;
    this.setUp(data);
    this.canvas = element("canvas", { width: data.width, height: data.height });
    this.buttons = this.tools.map((name) => this.button(name, () => this.choose(name)));
    this.range = element("input", { type: "range" });
    this.range.addEventListener("input", () => (this.chosen[this.tool] = Number(this.range.value)));
    this.caption = element("span");
    this.label = element("label", {}, this.caption, this.range);
    this.undo = this.button("undo", () => this.change(this.strokes.slice(0, -1)));
    this.clear = this.button("clear", () => this.empty());
    this.bar = element("div", { className: "bar" }, ...this.buttons, this.label, this.undo, this.clear);
    this.host = element("div", { className: "brush" }, this.bar, element("div", { className: "sheet" }, ...this.layers()));
    root.append(this.host);
    this.choose(this.tools[0]);
    this.canvas.addEventListener("pointerdown", (event) => this.down(event));
    this.canvas.addEventListener("pointermove", (event) => this.move(event));
    this.canvas.addEventListener("pointerup", (event) => this.up(event));
    this.canvas.addEventListener("pointercancel", (event) => this.up(event));
  }

  get tools() {
    return ["brush", "erase"];
  }

  /** Take what it begins with. */
  setUp(data) {
    this.strokes = copied(data.strokes);
    this.widths = Object.fromEntries(this.tools.map((name) => [name, WIDTHS]));
    this.chosen = Object.fromEntries(this.tools.map((name) => [name, WIDTHS.first]));
    this.image = element("img", { alt: "", draggable: false });
  }

  /** What lies on one another. */
  layers() {
    return [this.image, this.canvas];
  }

  /** Take what the page knows; `setState` gets the strokes whenever they change. */
  update({ image, texts }, setState) {
    this.tell = () => setState("strokes", this.strokes);
    this.show(this.image, image);
    this.name(texts);
    this.paint();
  }

  show(image, path) {
    const address = new URL(path, document.baseURI).href;
    if (image.src !== address) image.src = address;
  }

  name(texts) {
    for (const button of this.bar.querySelectorAll("button")) button.textContent = texts[button.dataset.name];
    this.caption.textContent = texts.width;
    this.canvas.setAttribute("aria-label", texts.canvas);
  }

  button(name, press) {
    const button = element("button", { type: "button", onclick: press });
    button.dataset.name = name;
    return button;
  }

  choose(tool) {
    this.tool = tool;
    for (const button of this.buttons) button.setAttribute("aria-pressed", String(button.dataset.name === tool));
    const { least, most } = this.widths[tool];
    Object.assign(this.range, { min: least, max: most, value: this.chosen[tool] });
  }

  empty() {
    this.change([]);
  }

  change(strokes) {
    this.strokes = strokes;
    this.paint();
    this.tell();
  }

  /** Where an event is, in pixels of the canvas. */
  spot(event) {
    const shown = this.canvas.getBoundingClientRect();
    const x = ((event.clientX - shown.left) * this.canvas.width) / shown.width;
    return [x, ((event.clientY - shown.top) * this.canvas.height) / shown.height];
  }

  /** Where it is in pixels of the picture. */
  place(event) {
    return this.spot(event).map((value) => Math.round(value * 10) / 10);
  }

  down(event) {
    if (event.button !== 0 || this.drawn) return;
    this.canvas.setPointerCapture(event.pointerId);
    this.drawn = { points: this.place(event), width: this.chosen[this.tool], erase: this.tool === "erase" };
    this.paint();
  }

  move(event) {
    if (!this.drawn) return;
    const [x, y] = this.place(event);
    const [lastX, lastY] = this.drawn.points.slice(-2);
    if (Math.hypot(x - lastX, y - lastY) < Math.max(this.drawn.width * SPACING, 0.5)) return;
    this.drawn.points.push(x, y);
    this.paint();
  }

  up(event) {
    if (!this.drawn) return;
    const stroke = this.drawn;
    this.drawn = null;
    if (event.type === "pointercancel") this.paint();
    else this.keep(stroke);
  }

  /** Take a finished stroke. */
  keep(stroke) {
    this.change([...this.strokes, stroke]);
  }

  paint() {
    const pen = this.canvas.getContext("2d");
    pen.clearRect(0, 0, this.canvas.width, this.canvas.height);
    for (const stroke of this.drawn ? [...this.strokes, this.drawn] : this.strokes) {
      draw(pen, stroke, stroke.erase ? null : MASK_INK);
    }
    this.undo.disabled = this.clear.disabled = this.strokes.length === 0;
  }
}

/** Draw a stroke in an ink; without one take away what is there. */
function draw(pen, { points, width }, ink) {
  pen.globalCompositeOperation = ink === null ? "destination-out" : "source-over";
  pen.strokeStyle = pen.fillStyle = ink ?? "#000";
  pen.lineWidth = width;
  pen.lineCap = pen.lineJoin = "round";
  pen.beginPath();
  pen.arc(points[0], points[1], width / 2, 0, 2 * Math.PI);
  pen.fill();
  pen.beginPath();
  pen.moveTo(points[0], points[1]);
  for (let at = 2; at < points.length; at += 2) pen.lineTo(points[at], points[at + 1]);
  if (points.length > 2) pen.stroke();
  pen.globalCompositeOperation = "source-over";
}
