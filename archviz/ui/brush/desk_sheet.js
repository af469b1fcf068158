// The drawing on the desk: ink and paper, places to be mended, a crop and the sheet's four corners.
// Strokes and marks are in pixels of the upright page, as if it were not turned; crop and corners in shares.

const HANDLE = "#b4552d";
// How near a handle is touched, and how large it is drawn [pixels of the screen].
const [REACH, RADIUS] = [18, 6];
// What an arrow key moves a handle by, in shares of the picture.
const [STEP, FINE_STEP] = [0.01, 0.001];
const LEAST_CROP = 0.02;
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const WHOLE = [0, 0, 1, 1];

const within = (value) => Math.round(Math.min(Math.max(value, 0), 1) * 1e5) / 1e5;
const cornersOf = ([left, top, right, bottom]) => [[left, top], [right, top], [right, bottom], [left, bottom]];
const between = ([x, y], [u, v]) => [Math.min(x, u), Math.min(y, v), Math.max(x, u), Math.max(y, v)];

class Desk extends Sheet {
  get tools() {
    return ["pen", "erase", "mark", "crop", "corners"];
  }

  /** Whether the tool moves handles instead of painting. */
  get handled() {
    return this.tool === "crop" || this.tool === "corners";
  }

  setUp(data) {
    this.widths = data.desk.widths;
    this.chosen = Object.fromEntries(Object.entries(this.widths).map(([tool, { first }]) => [tool, first]));
    this.page = element("img", { onload: () => this.paint() });
    this.found = element("img", { onload: () => this.paint() });
    this.layer = element("canvas");
    this.hint = element("div", { className: "hint" });
    this.handle = 0;
    this.held = null;
    this.take(data);
  }

  /** Take what the page holds for true: at the beginning, and after an undo. */
  take({ strokes, desk }) {
    this.desk = desk;
    this.strokes = copied(strokes);
    this.marks = desk.marks;
    this.marked = [];
    [this.crop, this.corners] = [desk.crop, desk.corners];
  }

  layers() {
    this.undo.remove();
    this.bar.append(this.hint);
    this.canvas.tabIndex = 0;
    this.canvas.className = "desk";
    this.canvas.addEventListener("keydown", (event) => this.press(event));
    this.canvas.addEventListener("keyup", (event) => {
      if (this.handled && event.key in ARROWS) this.tell();
    });
    return [this.canvas];
  }

  update(data, setState) {
    this.tell = () => setState("edit", this.told());
    if (data.desk.revision !== this.desk.revision) this.take(data);
    this.desk = data.desk;
    [this.width, this.height, this.texts] = [data.width, data.height, data.texts];
    this.show(this.page, data.image);
    this.show(this.found, data.desk.found.image);
    this.name(data.texts);
    this.choose(this.tool);
  }

  /** All that the hand did, for the page to keep. */
  told() {
    const marks = { outlines: this.marks, strokes: this.marked };
    const { strokes, crop, corners } = this;
    return { revision: this.desk.revision, strokes, marks, crop, corners };
  }

  choose(tool) {
    this.tool = tool;
    for (const button of this.buttons) button.setAttribute("aria-pressed", String(button.dataset.name === tool));
    this.label.hidden = this.handled;
    if (!this.handled) {
      const { least, most } = this.widths[tool];
      Object.assign(this.range, { min: least, max: most, value: this.chosen[tool] });
    }
    // Before the first update nothing is known of the page.
    if (!this.texts) return;
    this.hint.textContent = this.texts[`hint_${tool}`];
    this.paint();
  }

  empty() {
    if (this.tool === "mark") [this.marks, this.marked] = [[], []];
    else if (this.handled) this[this.tool] = null;
    else this.strokes = [];
    this.paint();
    this.tell();
  }

  keep(stroke) {
    if (this.tool !== "mark") return this.change([...this.strokes, stroke]);
    this.marked = [...this.marked, stroke];
    this.paint();
    this.tell();
  }

  /** What is shown: the picture as it came where its corners are set, else the upright page, turned. */
  frame() {
    if (this.tool === "corners") {
      const { width, height } = this.desk.found;
      return { image: this.found, width, height, turn: 0, shown: [width, height] };
    }
    const { turn, swapped } = this.desk;
    const { width, height } = this;
    return { image: this.page, width, height, turn: (turn * Math.PI) / 180, shown: swapped ? [height, width] : [width, height] };
  }

  /** Where an event is on the page, which is turned about its middle. */
  place(event) {
    const { width, height, turn, shown } = this.frame();
    const [x, y] = this.spot(event).map((value, axis) => value - shown[axis] / 2);
    const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
    return [x * cos + y * sin + width / 2, y * cos - x * sin + height / 2].map((value) => Math.round(value * 10) / 10);
  }

  /** Where it is in shares of what is shown. */
  share(event) {
    const { shown } = this.frame();
    return this.spot(event).map((value, axis) => within(value / shown[axis]));
  }

  /** Pixels of the canvas for one of the screen. */
  get scale() {
    return this.canvas.width / Math.max(this.canvas.getBoundingClientRect().width, 1);
  }

  handles() {
    if (this.tool === "crop") return cornersOf(this.crop ?? WHOLE);
    return this.corners ?? this.desk.found.corners ?? cornersOf(WHOLE);
  }

  down(event) {
    this.canvas.focus();
    if (!this.handled) return super.down(event);
    if (event.button !== 0 || this.held) return;
    this.canvas.setPointerCapture(event.pointerId);
    const spot = this.spot(event);
    const { shown } = this.frame();
    const apart = this.handles().map(([x, y]) => Math.hypot(x * shown[0] - spot[0], y * shown[1] - spot[1]));
    const nearest = apart.indexOf(Math.min(...apart));
    const touched = apart[nearest] < REACH * this.scale;
    this.held = { before: this.crop, anchor: null };
    if (touched || this.tool === "corners") this.handle = nearest;
    if (this.tool === "crop") this.held.anchor = touched ? this.handles()[(nearest + 2) % 4] : this.share(event);
  }

  move(event) {
    if (!this.held) return super.move(event);
    if (this.held.anchor) this.crop = between(this.held.anchor, this.share(event));
    else this.moveCorner(this.share(event));
    this.paint();
  }

  up(event) {
    if (!this.held) return super.up(event);
    const { before } = this.held;
    this.held = null;
    const [left, top, right, bottom] = this.crop ?? WHOLE;
    // A click is no crop.
    if (this.tool === "crop" && (right - left < LEAST_CROP || bottom - top < LEAST_CROP)) this.crop = before;
    else this.tell();
    this.paint();
  }

  moveCorner(place) {
    this.corners = this.handles().map((corner, index) => (index === this.handle ? place : corner));
  }

  /** Arrow keys move the handle that was touched last; 1 to 4 choose another. */
  press(event) {
    if (!this.handled) return;
    if ("1234".includes(event.key)) this.handle = Number(event.key) - 1;
    else if (event.key in ARROWS) {
      event.preventDefault();
      const step = event.shiftKey ? FINE_STEP : STEP;
      const place = this.handles()[this.handle].map((value, axis) => within(value + ARROWS[event.key][axis] * step));
      if (this.tool === "corners") this.moveCorner(place);
      else {
        const crop = between(this.handles()[(this.handle + 2) % 4], place);
        if (crop[2] - crop[0] >= LEAST_CROP && crop[3] - crop[1] >= LEAST_CROP) this.crop = crop;
      }
    }
    this.paint();
  }

  paint() {
    const { image, width, height, turn, shown } = this.frame();
    if (this.canvas.width !== shown[0] || this.canvas.height !== shown[1]) {
      [this.canvas.width, this.canvas.height] = shown;
    }
    const pen = this.canvas.getContext("2d");
    const { ink, paper } = this.desk;
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.fillStyle = paper;
    pen.fillRect(0, 0, ...shown);
    pen.translate(shown[0] / 2, shown[1] / 2);
    pen.rotate(turn);
    pen.translate(-width / 2, -height / 2);
    if (image.complete && image.naturalWidth) pen.drawImage(image, 0, 0, width, height);
    if (this.tool !== "corners") {
      const drawn = this.drawn && this.tool !== "mark" ? [this.drawn] : [];
      for (const stroke of [...this.strokes, ...drawn]) draw(pen, stroke, stroke.erase ? paper : ink);
      this.paintMarks(pen);
    }
    pen.setTransform(1, 0, 0, 1, 0, 0);
    if (this.tool === "corners" || this.crop || this.tool === "crop") this.paintFrame(pen, shown);
    const full = { mark: this.marks.length + this.marked.length, crop: this.crop, corners: this.corners };
    this.clear.disabled = !(this.handled || this.tool === "mark" ? full[this.tool] : this.strokes.length);
  }

  /** Marks are one veil, however often a place was painted over. */
  paintMarks(pen) {
    const drawn = this.drawn && this.tool === "mark" ? [this.drawn] : [];
    [this.layer.width, this.layer.height] = [this.width, this.height];
    const veil = this.layer.getContext("2d");
    veil.fillStyle = MASK_INK;
    for (const outline of this.marks) {
      veil.beginPath();
      for (const [x, y] of outline) veil.lineTo(x, y);
      veil.fill();
    }
    for (const stroke of [...this.marked, ...drawn]) draw(veil, stroke, MASK_INK);
    pen.globalAlpha = this.tool === "mark" ? 0.45 : 0.2;
    pen.drawImage(this.layer, 0, 0);
    pen.globalAlpha = 1;
  }

  /** What is left out lies in the shade; the tool's handles stand at the corners. */
  paintFrame(pen, [width, height]) {
    const places = (this.handled ? this.handles() : cornersOf(this.crop)).map(([x, y]) => [x * width, y * height]);
    const outline = new Path2D();
    for (const place of places) outline.lineTo(...place);
    outline.closePath();
    const shade = new Path2D(outline);
    shade.rect(0, 0, width, height);
    pen.fillStyle = "rgba(30, 26, 22, 0.42)";
    pen.fill(shade, "evenodd");
    pen.strokeStyle = HANDLE;
    pen.lineWidth = 1.5 * this.scale;
    pen.stroke(outline);
    if (!this.handled) return;
    places.forEach(([x, y], index) => {
      pen.beginPath();
      pen.arc(x, y, RADIUS * this.scale, 0, 2 * Math.PI);
      pen.fillStyle = index === this.handle ? HANDLE : "#fff";
      pen.fill();
      pen.stroke();
    });
  }
}
