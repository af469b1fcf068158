// The viewer: holds the camera, the sun and the chosen element, and draws when one of them changes.

import { project, rounded, sameView } from "./camera.js";
import { Compass } from "./compass.js";
import { element } from "./element.js";
import { Hands } from "./hands.js";
import { Model, unpack } from "./model.js";
import { between, cameraOf, rigOf, stand } from "./rig.js";
import { takeStage } from "./scene.js";
import { trackAt, viewAzimuth } from "./sun.js";
import { Toolbar } from "./toolbar.js";

const FLIGHT_MS = 350;
const NOBODY = -1;
// Share of the window's height that the picture may take, and what it takes at least.
const ROOM = 0.68;
const SMALLEST_PX = 320;

export class Viewer {
  constructor(root) {
    this.stage = takeStage();
    this.canvas = this.stage.canvas;
    this.label = element("div", { className: "label", hidden: true });
    this.note = element("div", { className: "note", hidden: true });
    this.compass = new Compass();
    this.toolbar = new Toolbar(this.#actions());
    this.frame = element("div", { className: "frame" }, this.canvas, this.label, this.compass.svg);
    this.room = element("div", { className: "room" }, this.frame, this.note);
    this.host = element("div", { className: "viewer" }, this.toolbar.top, this.room, this.toolbar.bottom);
    root.append(this.host);
    this.hands = new Hands(this.canvas, this);
    this.mode = "orbit";
    this.straight = false;
    this.camera = null;
    this.hovered = NOBODY;
    this.minute = null;
    // The hour that the page knew when the slider was touched, until the page has heard of it.
    this.touched = undefined;
    this.loaded = "";
    this.wanted = 0;
    this.watcher = new ResizeObserver(() => this.#fit());
    this.watcher.observe(this.room);
    // For whoever measures the viewer from outside.
    this.host.viewer = this;
  }

  /** Take what the page knows: geometry, camera, light, names. `send` tells the page of an event. */
  async update(data, send) {
    if (this.data && data.since < this.data.since) return;
    const before = this.data;
    this.data = data;
    this.send = send;
    this.toolbar.update(data);
    this.#takeHour(data.track ? data.track.now : null);
    this.canvas.setAttribute("aria-label", data.texts.canvas);
    this.dark = isDark(this.host);
    if (this.loaded !== data.geometry) this.loading = this.#load(data.geometry);
    // A newer drawing of the page waits for the same model.
    await this.loading;
    if (!this.model || this.data !== data) return;
    this.palette = Uint8Array.from(atob(data.palette), (letter) => letter.charCodeAt(0));
    this.selected = this.model.elements.findIndex(({ name }) => name === data.selected);
    this.#paint();
    if (!this.camera || JSON.stringify(before?.view) !== JSON.stringify(data.view)) {
      this.#fly(data.view.camera, data.view.id);
      if (data.view.id !== "own") this.mode = "orbit";
    }
    this.#fit();
  }

  /** The page's hour; one under the finger stays through whatever the page draws meanwhile. */
  #takeHour(minute) {
    if (minute === this.touched) return;
    this.touched = undefined;
    this.#showHour(minute);
  }

  #showHour(minute) {
    this.minute = minute;
    this.toolbar.setHour(minute);
    this.#draw();
  }

  async #load(url) {
    this.note.hidden = false;
    this.note.textContent = this.data.texts.loading;
    this.loaded = url;
    let packed;
    try {
      const answer = await fetch(new URL(url, document.baseURI));
      if (!answer.ok) throw new Error(`${answer.status} ${answer.statusText}`);
      packed = unpack(await answer.arrayBuffer());
    } catch (error) {
      // The next drawing of the page asks again.
      if (this.loaded === url) this.loaded = "";
      throw error;
    }
    if (this.loaded !== url) return;
    this.model = new Model(packed, this.stage.materials);
    this.stage.show(this.model);
    this.camera = null;
    this.note.textContent = packed.header.simplified ? this.data.texts.simplified : "";
    this.note.hidden = !packed.header.simplified;
  }

  get moving() {
    return Boolean(this.flight);
  }

  /** An eye height over that of a person: small in a maquette. */
  get scale() {
    return this.data.eye_m / 1.6;
  }

  get reach() {
    return [0.02 * this.stage.radius, 12 * this.stage.radius];
  }

  /** Altitude and azimuth of the sun that is shown [degrees]. */
  get sun() {
    const { sun, track, view } = this.data;
    if (track && this.minute !== null) return trackAt(track, this.minute);
    if (!sun.with_view) return [sun.altitude_deg, sun.azimuth_deg];
    // Without a place the sun goes with the camera.
    return [sun.altitude_deg, sun.azimuth_deg + viewAzimuth(this.camera) - viewAzimuth(view.camera)];
  }

  /** Where points of the world are on the canvas: [x, y] in pixels of the picture. */
  project(points) {
    return project(this.camera, points);
  }

  /** Number of the element in each pixel of the picture, row by row; -1 where there is none. */
  elementsSeen() {
    this.stage.look(this.camera);
    return this.stage.picker.all(this.stage.eye, this.camera.size);
  }

  /** Change the rig, and so the camera. */
  move(change) {
    if (!this.model) return;
    this.flight = null;
    const rig = change(rigOf(this.base ?? this.camera, this.straight));
    this.base = { ...cameraOf({ ...rig, straight: false }) };
    this.camera = cameraOf(rig);
    this.view = "";
    this.#draw();
  }

  click(event) {
    if (!this.model) return;
    const id = event ? this.#under(event) : NOBODY;
    if (id === this.selected) return;
    this.selected = id;
    this.#paint();
    this.#draw();
    this.send("picked", this.model.elements[id]?.name ?? null);
  }

  hover(event) {
    if (!this.model || this.moving) return;
    const id = event ? this.#under(event) : NOBODY;
    this.label.hidden = id === NOBODY;
    if (id !== NOBODY) {
      this.label.textContent = this.model.elements[id].name;
      const box = this.canvas.getBoundingClientRect();
      this.label.style.left = `${event.clientX - box.left + 14}px`;
      this.label.style.top = `${event.clientY - box.top + 10}px`;
    }
    if (id === this.hovered) return;
    this.hovered = id;
    this.#paint();
    this.#draw();
  }

  #under(event) {
    const box = this.canvas.getBoundingClientRect();
    const [width, height] = this.camera.size;
    const x = Math.floor(((event.clientX - box.left) / box.width) * width);
    const y = Math.floor(((event.clientY - box.top) / box.height) * height);
    this.stage.look(this.camera);
    return this.stage.picker.at(this.stage.eye, this.camera.size, [x, y]);
  }

  #actions() {
    return {
      mode: (mode) => this.#enter(mode),
      view: (id) => this.#go(id),
      focal: (focal) => this.move((rig) => ({ ...rig, focal })),
      straight: () => {
        this.straight = !this.straight;
        this.move((rig) => rig);
      },
      use: () => this.#use(),
      save: (name) => this.send("saved", { name, camera: rounded(this.camera) }),
      drop: () => this.send("dropped", this.view.replace("saved:", "")),
      hour: (minute) => {
        if (this.touched === undefined) this.touched = this.data.track.now;
        this.#showHour(minute);
      },
      keepHour: (minute) => this.send("hour", minute),
    };
  }

  #enter(mode) {
    if (mode === "walk" && this.mode !== "walk") {
      const { low } = this.model.bounds;
      this.straight = true;
      this.move((rig) => stand(rig, low[2] + this.data.eye_m, this.data.eye_m));
    }
    this.mode = mode;
    this.#draw();
  }

  #go(id) {
    const saved = this.data.saved.find(({ name }) => `saved:${name}` === id);
    const camera = saved ? saved.camera : this.data.presets[id];
    if (!camera) return;
    this.mode = "orbit";
    this.#fly({ ...camera, size: this.data.view.camera.size }, id);
  }

  #use() {
    const preset = this.data.presets[this.view];
    if (preset && sameView(preset, this.camera)) this.send("used", { view: this.view });
    else this.send("used", { camera: rounded(this.camera) });
  }

  #fly(camera, id) {
    const from = this.camera;
    const same = from && sameView(from, camera);
    this.view = id === "own" ? this.#savedAs(camera) : id;
    // What was set up here and comes back is turned on as it was.
    if (!same) Object.assign(this, { base: null, straight: false });
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (!from || same || still || String(from.size) !== String(camera.size)) {
      this.flight = null;
      this.camera = camera;
      this.#draw();
      return;
    }
    const flight = { began: performance.now() };
    this.flight = flight;
    const frame = (now) => {
      if (this.flight !== flight) return;
      const share = Math.min(Math.max((now - flight.began) / FLIGHT_MS, 0), 1);
      this.camera = share < 1 ? between(from, camera, share * share * (3 - 2 * share)) : camera;
      if (share < 1) requestAnimationFrame(frame);
      else this.flight = null;
      this.#draw();
    };
    requestAnimationFrame(frame);
  }

  #savedAs(camera) {
    const found = this.data.saved.find((saved) => sameView(saved.camera, camera));
    return found ? `saved:${found.name}` : "";
  }

  #paint() {
    this.model.paint(this.palette, this.selected, this.hovered);
  }

  /** The largest frame of the picture's shape in the room there is. */
  #fit() {
    if (!this.camera) return;
    const [width, height] = this.camera.size;
    // The whole page is seen without scrolling, on a wide screen too.
    const room = Math.min(Math.max(ROOM * window.innerHeight, SMALLEST_PX), this.room.clientWidth * (height / width));
    this.room.style.height = `${Math.round(room)}px`;
    const scale = Math.min(this.room.clientWidth / width, room / height);
    if (!(scale > 0)) return;
    const [wide, high] = [width, height].map((side) => Math.max(Math.round(side * scale), 1));
    this.frame.style.width = `${wide}px`;
    this.frame.style.height = `${high}px`;
    this.stage.resize(wide, high);
    this.#draw();
  }

  #draw() {
    if (!this.wanted) this.wanted = requestAnimationFrame(() => this.#frame());
  }

  #frame() {
    this.wanted = 0;
    if (!this.model || !this.camera) return;
    const { data } = this;
    const [altitude, azimuth] = this.sun;
    this.stage.light(altitude, azimuth, data.sun.share, this.dark);
    this.stage.look(this.camera);
    this.stage.draw();
    this.compass.turn(viewAzimuth(this.camera), data.north_deg, [altitude, azimuth], data.texts.north);
    this.toolbar.reflect({
      mode: this.mode,
      straight: this.straight,
      focal: this.camera.focal_mm,
      view: this.view,
      used: sameView(this.camera, data.view.camera),
    });
  }

  dispose() {
    this.watcher.disconnect();
    cancelAnimationFrame(this.wanted);
    this.flight = null;
    this.hands.letGo();
    this.stage.rest();
    this.host.remove();
  }
}

function isDark(host) {
  const [red, green, blue] = (getComputedStyle(host).color.match(/[\d.]+/g) ?? [0, 0, 0]).map(Number);
  return red + green + blue > 382;
}
