// The model as the server packs it (archviz.ui.viewer.packing), and its meshes.

import {
  BufferAttribute,
  BufferGeometry,
  DoubleSide,
  Group,
  LineBasicMaterial,
  LineSegments,
  Mesh,
  MeshLambertMaterial,
} from "./three.js";

const MAGIC = "AVM1";
const GLASS_OPACITY = 0.42;
const ACCENT = [180, 85, 45];
// Share of the accent in a chosen element's colour, and in one under the pointer.
const CHOSEN = 0.3;
const HOVERED = 0.18;
const GLASS = 1;

/** Header and arrays of a packed model. */
export function unpack(buffer) {
  const magic = String.fromCharCode(...new Uint8Array(buffer, 0, 4));
  if (magic !== MAGIC) throw new Error(`the model begins with ${magic}, not with ${MAGIC}`);
  const length = new DataView(buffer).getUint32(4, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, length)));
  let at = 8 + length;
  const read = (Kind, count) => {
    const array = new Kind(buffer, at, count);
    at += array.byteLength;
    return array;
  };
  const positions = read(Float32Array, header.vertices * 3);
  const owners = read(Uint32Array, header.vertices);
  const faces = read(Uint32Array, header.triangles * 3);
  const creases = read(Uint32Array, header.creases * 2);
  return { header, positions, owners, faces, creases };
}

/** What models are drawn with; it outlives them, as its programs are built for long. */
export function modelMaterials() {
  const faces = { vertexColors: true, flatShading: true, side: DoubleSide, shadowSide: DoubleSide };
  // Faces stand back a little, so that the lines on them are whole.
  const back = { polygonOffset: true, polygonOffsetFactor: 1, polygonOffsetUnits: 1 };
  return {
    opaque: new MeshLambertMaterial({ ...faces, ...back }),
    glass: new MeshLambertMaterial({ ...faces, transparent: true, opacity: GLASS_OPACITY, depthWrite: false }),
    ink: new LineBasicMaterial({ transparent: true, opacity: 0.35 }),
    outline: new LineBasicMaterial({ color: "#d96a38", depthTest: false, transparent: true }),
  };
}

/** The building on the screen: faces of opaque and of glass elements, and the lines where they fold. */
export class Model {
  constructor(packed, materials) {
    this.elements = packed.header.elements;
    this.bounds = packed.header.bounds;
    this.owners = packed.owners;
    const position = new BufferAttribute(packed.positions, 3);
    this.geometry = new BufferGeometry();
    this.geometry.setAttribute("position", position);
    this.geometry.setAttribute("element", new BufferAttribute(new Float32Array(packed.owners), 1));
    this.colors = new BufferAttribute(new Uint8Array(packed.header.vertices * 3), 3, true);
    this.geometry.setAttribute("color", this.colors);
    this.geometry.setIndex(new BufferAttribute(packed.faces, 1));
    this.geometry.computeBoundingSphere();
    this.group = new Group();
    this.solid = this.#mesh([materials.opaque, null]);
    this.solid.castShadow = true;
    this.panes = this.#mesh([null, materials.glass]);
    this.lines = new BufferGeometry();
    this.lines.setAttribute("position", position);
    this.lines.setIndex(new BufferAttribute(packed.creases, 1));
    this.outline = new LineSegments(this.#shared(this.lines), materials.outline);
    this.outline.renderOrder = 3;
    this.outline.visible = false;
    this.group.add(new LineSegments(this.lines, materials.ink), this.outline);
  }

  #shared(geometry) {
    const other = new BufferGeometry();
    other.setAttribute("position", geometry.getAttribute("position"));
    other.setIndex(geometry.getIndex());
    return other;
  }

  #mesh(materials) {
    // A group whose material is empty would be drawn by a stand-in: hidden materials are left out instead.
    const mesh = new Mesh(this.geometry, materials.map((material) => material ?? hidden()));
    mesh.receiveShadow = true;
    this.group.add(mesh);
    return mesh;
  }

  /** Colours by element: 4 bytes each, sRGB and what kind of surface. */
  paint(palette, chosen, hovered) {
    const glass = (id) => palette[4 * id + 3] === GLASS;
    const mixed = this.elements.map((_, id) => {
      const share = id === chosen ? CHOSEN : id === hovered ? HOVERED : 0;
      return [0, 1, 2].map((band) => toLinear(palette[4 * id + band] * (1 - share) + ACCENT[band] * share));
    });
    for (let vertex = 0; vertex < this.owners.length; vertex += 1) {
      const color = mixed[this.owners[vertex]];
      this.colors.setXYZ(vertex, color[0], color[1], color[2]);
    }
    this.colors.needsUpdate = true;
    this.geometry.clearGroups();
    let first = 0;
    this.elements.forEach((element, id) => {
      const next = this.elements[id + 1];
      if (next && glass(id) === glass(id + 1)) return;
      const end = 3 * (element.first + element.count);
      this.geometry.addGroup(first, end - first, glass(id) ? 1 : 0);
      first = end;
    });
    const element = this.elements[chosen];
    this.outline.visible = Boolean(element);
    if (element) this.outline.geometry.setDrawRange(2 * element.crease, 2 * element.creases);
  }

  dispose() {
    for (const part of [this.geometry, this.lines, this.outline.geometry]) part.dispose();
  }
}

function hidden() {
  return new MeshLambertMaterial({ visible: false });
}

function toLinear(byte) {
  const share = byte / 255;
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
}
