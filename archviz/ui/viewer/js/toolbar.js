// The rows of controls over and under the picture.

import { button, element, setPressed } from "./element.js";
import { FOCAL_MM } from "./rig.js";
import { clock } from "./sun.js";

const HOUR_STEP_MIN = 5;

/** Controls; `act` holds what they do: mode, view, focal, straight, use, save, drop, hour, keepHour. */
export class Toolbar {
  constructor(act) {
    this.act = act;
    this.orbit = button("orbit", "", () => act.mode("orbit"));
    this.walk = button("walk", "", () => act.mode("walk"));
    this.views = element("select", { dataset: { name: "views" } });
    this.views.addEventListener("change", () => act.view(this.views.value));
    this.focal = element("input", { type: "range", min: FOCAL_MM[0], max: FOCAL_MM[1], step: 1, dataset: { name: "focal" } });
    this.focal.addEventListener("input", () => act.focal(Number(this.focal.value)));
    this.millimetres = element("output");
    this.lens = element("label", { className: "field" }, element("span"), this.focal, this.millimetres);
    this.straight = button("straight", "", () => act.straight());
    this.use = button("use", "", () => act.use(), { className: "primary" });
    this.save = button("save", "", () => this.#ask());
    this.drop = button("drop", "", () => act.drop());
    this.title = element("input", { type: "text", maxLength: 40, dataset: { name: "title" } });
    this.title.addEventListener("keydown", (event) => this.#typed(event));
    this.naming = element("span", { className: "naming", hidden: true }, this.title);
    this.top = element(
      "div",
      { className: "bar" },
      element("span", { className: "switch" }, this.orbit, this.walk),
      this.views,
      this.lens,
      this.straight,
    );
    this.hour = element("input", { type: "range", step: HOUR_STEP_MIN, dataset: { name: "hour" } });
    this.hour.addEventListener("input", () => act.hour(Number(this.hour.value)));
    this.hour.addEventListener("change", () => act.keepHour(Number(this.hour.value)));
    this.time = element("output");
    this.day = element("label", { className: "field day" }, element("span"), this.hour, this.time);
    this.bottom = element(
      "div",
      { className: "bar bottom" },
      this.day,
      element("span", { className: "gap" }),
      this.naming,
      this.save,
      this.drop,
      this.use,
    );
  }

  /** Take the language, the views and the day. */
  update(data) {
    const { texts } = data;
    for (const name of ["orbit", "walk", "straight", "use", "save", "drop"]) this[name].textContent = texts[name];
    for (const [name, hint] of [["straight", texts.straight_hint], ["use", texts.use_hint]]) this[name].title = hint;
    this.title.placeholder = texts.name;
    this.title.setAttribute("aria-label", texts.name);
    this.views.setAttribute("aria-label", texts.views);
    this.lens.firstChild.textContent = texts.focal;
    this.day.firstChild.textContent = texts.hour;
    const option = (id, label) => element("option", { value: id, textContent: label });
    const saved = data.saved.map(({ name }) => option(`saved:${name}`, name));
    this.views.replaceChildren(
      option("", texts.free),
      ...Object.keys(data.presets).map((id) => option(id, data.preset_names[id])),
      ...(saved.length ? [element("optgroup", { label: texts.saved }, ...saved)] : []),
    );
    this.day.hidden = !data.track;
    if (data.track) {
      const { minutes } = data.track;
      Object.assign(this.hour, { min: minutes[0], max: minutes[minutes.length - 1] });
    }
  }

  /** Show an hour: before it can be touched, or a key would move it from nowhere. */
  setHour(minute) {
    if (minute === null) return;
    this.hour.value = minute;
    this.time.textContent = clock(minute);
  }

  /** Show where the viewer is. */
  reflect({ mode, straight, focal, view, used }) {
    setPressed(this.orbit, mode === "orbit");
    setPressed(this.walk, mode === "walk");
    setPressed(this.straight, straight);
    this.focal.value = focal;
    this.millimetres.textContent = `${Math.round(focal)} mm`;
    this.views.value = view;
    this.use.disabled = used;
    this.drop.hidden = !view.startsWith("saved:");
  }

  #ask() {
    if (this.naming.hidden) {
      this.naming.hidden = false;
      this.title.focus();
    } else {
      this.#keep();
    }
  }

  #keep() {
    const name = this.title.value.trim();
    if (name) this.act.save(name);
    this.title.value = "";
    this.naming.hidden = true;
  }

  #typed(event) {
    // The page has keys of its own.
    event.stopPropagation();
    if (event.key === "Enter") this.#keep();
    if (event.key === "Escape") this.naming.hidden = true;
  }
}
