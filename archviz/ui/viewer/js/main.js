// Where the page's component comes in: one viewer for each place on the page, kept between reruns.

import { Viewer } from "./viewer.js";

const viewers = new WeakMap();

/** Show what the component was given; returns what takes the viewer away again. */
export async function show({ data, parentElement, setTriggerValue }) {
  const send = (name, value) => setTriggerValue("event", { name, value });
  let viewer = viewers.get(parentElement);
  if (!viewer) {
    try {
      viewer = new Viewer(parentElement);
    } catch (error) {
      console.warn("archviz viewer:", error);
      tell(parentElement, data.texts.no_webgl);
      return () => {};
    }
    viewers.set(parentElement, viewer);
  }
  await viewer.update(data, send);
  return () => {
    // Called too, and late, for a drawing that a newer one overtook: the viewer goes with its place on the page.
    if (parentElement.isConnected || viewers.get(parentElement) !== viewer) return;
    viewers.delete(parentElement);
    viewer.dispose();
  };
}

function tell(parent, text) {
  parent.querySelector(".missing")?.remove();
  const note = document.createElement("p");
  note.className = "missing";
  note.textContent = text;
  parent.append(note);
}
