// Mouse, touch, wheel and keys, as movements of the rig.

import { dolly, look, orbit, pan, step } from "./rig.js";

const RADIANS_PER_PX = 0.006;
const CLICK_PX = 4;
const STEPS_M_PER_S = 3.2;
const HURRY = 3;
const TURN_PER_KEY = 0.06;
const FACTOR_PER_KEY = 0.92;
const WALK_KEYS = { w: [1, 0], arrowup: [1, 0], s: [-1, 0], arrowdown: [-1, 0], a: [0, -1], d: [0, 1] };
const TURN_KEYS = { arrowleft: [1, 0], arrowright: [-1, 0], arrowup: [0, -1], arrowdown: [0, 1] };

/** Listens on a canvas; `viewer` has mode, scale (an eye height over 1.6 m), reach, move(change), click and hover. */
export class Hands {
  constructor(canvas, viewer) {
    this.canvas = canvas;
    this.viewer = viewer;
    this.pointers = new Map();
    this.held = new Set();
    this.travelled = 0;
    // The canvas outlives the viewer.
    this.leave = new AbortController();
    const { signal } = this.leave;
    const listen = (name, react, options) => canvas.addEventListener(name, react, { ...options, signal });
    listen("pointerdown", (event) => this.#down(event));
    listen("pointermove", (event) => this.#move(event));
    listen("pointerup", (event) => this.#up(event));
    listen("pointercancel", (event) => this.pointers.delete(event.pointerId));
    listen("pointerleave", () => viewer.hover(null));
    listen("wheel", (event) => this.#wheel(event), { passive: false });
    listen("keydown", (event) => this.#key(event));
    listen("keyup", (event) => this.held.delete(event.key.toLowerCase()));
    listen("blur", () => this.held.clear());
    listen("contextmenu", (event) => event.preventDefault());
  }

  letGo() {
    this.leave.abort();
    this.held.clear();
  }

  #down(event) {
    this.canvas.setPointerCapture(event.pointerId);
    this.canvas.focus({ preventScroll: true });
    this.pointers.set(event.pointerId, event);
    this.travelled = 0;
  }

  #move(event) {
    const before = this.pointers.get(event.pointerId);
    if (!before) {
      this.viewer.hover(event);
      return;
    }
    const [right, down] = [event.clientX - before.clientX, event.clientY - before.clientY];
    this.travelled += Math.hypot(right, down);
    if (this.travelled < CLICK_PX) return;
    if (this.pointers.size === 2) this.#pinch(event, before);
    else if (this.viewer.mode === "walk") this.#turn(look, right, down);
    else if (event.buttons & 6 || event.shiftKey) this.#slide(right, down);
    else this.#turn(orbit, right, down);
    this.pointers.set(event.pointerId, event);
  }

  #turn(how, right, down) {
    this.viewer.move((rig) => how(rig, right * RADIANS_PER_PX, down * RADIANS_PER_PX));
  }

  #slide(right, down) {
    this.viewer.move((rig) => {
      // The longer side spans sensor / focal of the distance.
      const share = rig.sensor / rig.focal / Math.max(this.canvas.clientWidth, this.canvas.clientHeight);
      return pan(rig, right * share, down * share);
    });
  }

  #pinch(event, before) {
    const other = [...this.pointers.values()].find(({ pointerId }) => pointerId !== event.pointerId);
    const span = (one) => Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY);
    this.#closer(span(before) / Math.max(span(event), 1));
    this.#slide((event.clientX - before.clientX) / 2, (event.clientY - before.clientY) / 2);
  }

  #up(event) {
    this.pointers.delete(event.pointerId);
    if (this.travelled < CLICK_PX && event.button === 0) this.viewer.click(event);
  }

  #wheel(event) {
    event.preventDefault();
    const lines = event.deltaMode === 1 ? 30 : 1;
    this.#closer(Math.exp(event.deltaY * lines * 0.001));
  }

  #closer(factor) {
    const { viewer } = this;
    if (viewer.mode === "walk") viewer.move((rig) => step(rig, -Math.log(factor) * 4 * viewer.scale, 0));
    else viewer.move((rig) => dolly(rig, factor, viewer.reach));
  }

  #key(event) {
    const key = event.key.toLowerCase();
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { viewer } = this;
    const walking = viewer.mode === "walk" && WALK_KEYS[key];
    const turning = TURN_KEYS[key];
    if (walking) {
      if (!this.held.size) this.#stride();
      this.held.add(key);
    } else if (turning) {
      const how = viewer.mode === "walk" ? look : orbit;
      viewer.move((rig) => how(rig, turning[0] * TURN_PER_KEY, turning[1] * TURN_PER_KEY));
    } else if (key === "+" || key === "=") {
      this.#closer(FACTOR_PER_KEY);
    } else if (key === "-") {
      this.#closer(1 / FACTOR_PER_KEY);
    } else if (key === "escape") {
      viewer.click(null);
    } else {
      return;
    }
    event.preventDefault();
    // The page has keys of its own.
    event.stopPropagation();
    this.hurry = event.shiftKey;
  }

  #stride() {
    let last = performance.now();
    const walk = (now) => {
      if (!this.held.size) return;
      const metres = ((now - last) / 1000) * STEPS_M_PER_S * this.viewer.scale * (this.hurry ? HURRY : 1);
      last = now;
      const [forward, right] = [0, 1].map((axis) => [...this.held].reduce((sum, key) => sum + WALK_KEYS[key][axis], 0));
      this.viewer.move((rig) => step(rig, forward * metres, right * metres));
      requestAnimationFrame(walk);
    };
    requestAnimationFrame(walk);
  }
}
