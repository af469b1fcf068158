// A picture to paint a mask on. Strokes are kept in the picture's own pixels, whatever size it is shown at.

const INK = "#d6336c";
const FIRST_WIDTH = 32;
const [NARROWEST, WIDEST] = [4, 200];
// Points closer than this share of the brush's width say nothing new.
const SPACING = 0.12;

const sheets = new WeakMap();

/** Show what the component was given; returns what takes it away again. */
export default function ({ data, parentElement, setStateValue }) {
  let sheet = sheets.get(parentElement);
  if (!sheet) {
    sheet = new Sheet(parentElement, data);
    sheets.set(parentElement, sheet);
  }
  sheet.update(data, (strokes) => setStateValue("strokes", strokes));
  return () => {
    sheets.delete(parentElement);
    sheet.host.remove();
  };
}

function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

class Sheet {
  constructor(root, data) {
    this.strokes = data.strokes.map((stroke) => ({ ...stroke, points: [...stroke.points] }));
    this.drawn = null;
    this.image = element("img", { alt: "", draggable: false });
    this.canvas = element("canvas", { width: data.width, height: data.height });
    this.brush = this.#button("brush", () => this.#choose(false));
    this.eraser = this.#button("erase", () => this.#choose(true));
    this.undo = this.#button("undo", () => this.#change(this.strokes.slice(0, -1)));
    this.clear = this.#button("clear", () => this.#change([]));
    this.range = element("input", { type: "range", min: NARROWEST, max: WIDEST, value: FIRST_WIDTH });
    this.caption = element("span");
    const width = element("label", {}, this.caption, this.range);
    const bar = element("div", { className: "bar" }, this.brush, this.eraser, width, this.undo, this.clear);
    this.host = element("div", { className: "brush" }, bar, element("div", { className: "sheet" }, this.image, this.canvas));
    root.append(this.host);
    this.#choose(false);
    this.canvas.addEventListener("pointerdown", (event) => this.#down(event));
    this.canvas.addEventListener("pointermove", (event) => this.#move(event));
    this.canvas.addEventListener("pointerup", (event) => this.#up(event));
    this.canvas.addEventListener("pointercancel", (event) => this.#up(event));
  }

  /** Take what the page knows; `tell` gets the strokes whenever they change. */
  update({ image, texts }, tell) {
    this.tell = tell;
    const address = new URL(image, document.baseURI).href;
    if (this.image.src !== address) this.image.src = address;
    for (const button of [this.brush, this.eraser, this.undo, this.clear]) button.textContent = texts[button.dataset.name];
    this.caption.textContent = texts.width;
    this.canvas.setAttribute("aria-label", texts.canvas);
    this.#paint();
  }

  #button(name, press) {
    const button = element("button", { type: "button", onclick: press });
    button.dataset.name = name;
    return button;
  }

  #choose(erase) {
    this.erase = erase;
    this.brush.setAttribute("aria-pressed", String(!erase));
    this.eraser.setAttribute("aria-pressed", String(erase));
  }

  #change(strokes) {
    this.strokes = strokes;
    this.#paint();
    this.tell(strokes);
  }

  #place(event) {
    const shown = this.canvas.getBoundingClientRect();
    const x = ((event.clientX - shown.left) * this.canvas.width) / shown.width;
    const y = ((event.clientY - shown.top) * this.canvas.height) / shown.height;
    return [Math.round(x * 10) / 10, Math.round(y * 10) / 10];
  }

  #down(event) {
    if (event.button !== 0 || this.drawn) return;
    this.canvas.setPointerCapture(event.pointerId);
    this.drawn = { points: this.#place(event), width: Number(this.range.value), erase: this.erase };
    this.#paint();
  }

  #move(event) {
    if (!this.drawn) return;
    const [x, y] = this.#place(event);
    const [lastX, lastY] = this.drawn.points.slice(-2);
    if (Math.hypot(x - lastX, y - lastY) < this.drawn.width * SPACING) return;
    this.drawn.points.push(x, y);
    this.#paint();
  }

  #up(event) {
    if (!this.drawn) return;
    const stroke = this.drawn;
    this.drawn = null;
    if (event.type === "pointercancel") this.#paint();
    else this.#change([...this.strokes, stroke]);
  }

  #paint() {
    const pen = this.canvas.getContext("2d");
    pen.clearRect(0, 0, this.canvas.width, this.canvas.height);
    for (const stroke of this.drawn ? [...this.strokes, this.drawn] : this.strokes) draw(pen, stroke);
    pen.globalCompositeOperation = "source-over";
    this.undo.disabled = this.clear.disabled = this.strokes.length === 0;
  }
}

function draw(pen, { points, width, erase }) {
  pen.globalCompositeOperation = erase ? "destination-out" : "source-over";
  pen.strokeStyle = pen.fillStyle = INK;
  pen.lineWidth = width;
  pen.lineCap = pen.lineJoin = "round";
  pen.beginPath();
  pen.arc(points[0], points[1], width / 2, 0, 2 * Math.PI);
  pen.fill();
  pen.beginPath();
  pen.moveTo(points[0], points[1]);
  for (let at = 2; at < points.length; at += 2) pen.lineTo(points[at], points[at + 1]);
  if (points.length > 2) pen.stroke();
}
