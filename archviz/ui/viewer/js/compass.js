// North and the sun, seen from above as the picture is turned.

const SVG = "http://www.w3.org/2000/svg";
const RADIUS = 34;

function shape(tag, attributes) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

export class Compass {
  constructor() {
    this.svg = shape("svg", { viewBox: "-50 -50 100 100", class: "compass", "aria-hidden": "true" });
    this.rose = shape("g", {});
    this.letter = shape("text", { y: -RADIUS - 5, "text-anchor": "middle", "font-size": 12 });
    this.sun = shape("circle", { r: 6, class: "sun" });
    this.ray = shape("line", { x1: 0, y1: 0, class: "ray" });
    this.rose.append(
      shape("circle", { r: RADIUS, class: "horizon" }),
      shape("path", { d: `M0 ${-RADIUS} l4 9 h-8 z`, class: "needle" }),
      this.letter,
    );
    this.svg.append(this.rose, this.ray, this.sun);
  }

  /** Turn to a view azimuth; north and the sun by their azimuths in the model [degrees]. */
  turn(viewAzimuth, north, [altitude, azimuth], letter) {
    this.letter.textContent = letter;
    this.rose.setAttribute("transform", `rotate(${(north - viewAzimuth).toFixed(1)})`);
    const angle = ((azimuth - viewAzimuth) * Math.PI) / 180;
    const reach = RADIUS * (1 - Math.max(altitude, 0) / 90);
    const [x, y] = [reach * Math.sin(angle), -reach * Math.cos(angle)];
    for (const [name, value] of [["cx", x], ["cy", y]]) this.sun.setAttribute(name, value.toFixed(1));
    for (const [name, value] of [["x2", x], ["y2", y]]) this.ray.setAttribute(name, value.toFixed(1));
    this.svg.classList.toggle("night", altitude <= 0);
  }
}
