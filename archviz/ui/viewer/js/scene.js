// What is drawn: the model, the ground, the sky's and the sun's light with its shadows.

import {
  ACESFilmicToneMapping,
  BufferAttribute,
  BufferGeometry,
  Color,
  DirectionalLight,
  HemisphereLight,
  Mesh,
  MeshLambertMaterial,
  PCFSoftShadowMap,
  PerspectiveCamera,
  Scene,
  WebGLRenderer,
} from "./three.js";
import { basis, projectionMatrix } from "./camera.js";
import { element } from "./element.js";
import { modelMaterials } from "./model.js";
import { Picker } from "./picking.js";
import { sunVector } from "./sun.js";

const SHADOW_SIDE_PX = 2048;
const SHARPEST = 2;
const GROUND_RINGS = 12;
// Asked once a page.
let smooth;
// Left by the last viewer: where the processor draws, building its programs takes longer than several frames.
let resting = null;

/** The stage that rests, or a new one. */
export function takeStage() {
  const found = resting && !resting.renderer.getContext().isContextLost() ? resting : new Stage();
  resting = null;
  return found;
}

export class Stage {
  constructor() {
    smooth ??= !drawnByProcessor();
    this.canvas = element("canvas", { tabIndex: 0 });
    this.renderer = new WebGLRenderer({ canvas: this.canvas, antialias: smooth, alpha: false });
    this.materials = modelMaterials();
    this.earth = new MeshLambertMaterial({ vertexColors: true, transparent: true, depthWrite: false });
    this.picker = new Picker(this.renderer);
    this.renderer.shadowMap.enabled = true;
    this.renderer.shadowMap.type = PCFSoftShadowMap;
    // Shadows stay as they are while only the camera moves.
    this.renderer.shadowMap.autoUpdate = false;
    this.renderer.toneMapping = ACESFilmicToneMapping;
    this.scene = new Scene();
    this.eye = new PerspectiveCamera();
    this.eye.matrixAutoUpdate = false;
    this.sky = new HemisphereLight();
    this.sky.position.set(0, 0, 1);
    this.sun = new DirectionalLight();
    this.sun.castShadow = true;
    this.sun.shadow.mapSize.set(SHADOW_SIDE_PX, SHADOW_SIDE_PX);
    this.scene.add(this.sky, this.sun, this.sun.target);
    this.model = null;
    this.ground = null;
  }

  show(model) {
    this.clear();
    this.model = model;
    const { low, high } = model.bounds;
    this.middle = low.map((value, axis) => (value + high[axis]) / 2);
    this.radius = Math.max(Math.hypot(...high.map((value, axis) => value - low[axis])) / 2, 1e-3);
    this.floor = low[2];
    this.ground = ground(this.middle, this.floor, this.radius, this.earth);
    this.scene.add(model.group, this.ground);
    this.picker.watch(model);
    this.renderer.shadowMap.needsUpdate = true;
  }

  clear() {
    if (!this.model) return;
    this.scene.remove(this.model.group, this.ground);
    this.model.dispose();
    this.ground.geometry.dispose();
    this.picker.watch(null);
    this.model = null;
  }

  resize(width, height) {
    this.renderer.setPixelRatio(Math.min(window.devicePixelRatio, SHARPEST));
    this.renderer.setSize(width, height, false);
  }

  /** Light by a sun [degrees], its share of all light, and whether the page is dark. */
  light(altitude, azimuth, share, dark) {
    const towards = sunVector(altitude, azimuth);
    const moved = String(towards) !== String(this.towards);
    this.renderer.shadowMap.needsUpdate ||= moved;
    this.towards = towards;
    const up = altitude > 0;
    const low = Math.min(Math.max(altitude / 25, 0), 1);
    const night = Math.min(Math.max(-altitude / 8, 0), 1);
    this.sun.visible = up && share > 0.02;
    this.sun.intensity = 4.6 * share * (0.55 + 0.45 * low);
    // A low sun is warm.
    this.sun.color.setRGB(1, 0.66 + 0.3 * low, 0.38 + 0.52 * low);
    this.sky.intensity = (1.9 + 1.5 * (1 - share)) * (1 - 0.72 * night);
    this.sky.color.setRGB(0.78 - 0.3 * night, 0.87 - 0.22 * night, 1);
    this.sky.groundColor.setRGB(0.5, 0.46, 0.41);
    const shadow = this.sun.shadow;
    const reach = 1.6 * this.radius;
    this.sun.target.position.fromArray(this.middle);
    this.sun.position.fromArray(this.middle.map((value, axis) => value + towards[axis] * 3 * this.radius));
    Object.assign(shadow.camera, { left: -reach, right: reach, top: reach, bottom: -reach, near: 0.01 * reach, far: 4 * reach });
    shadow.camera.updateProjectionMatrix();
    // A texel's width, so that a wall does not shade itself.
    shadow.normalBias = (2.2 * reach) / SHADOW_SIDE_PX;
    shadow.bias = -0.0004;
    const day = dark ? "#33373c" : "#dfe6ea";
    const dusk = dark ? "#23252d" : "#8d93a5";
    this.scene.background = new Color(day).lerp(new Color(dusk), night);
    this.earth.color.set(dark ? "#6d6a64" : "#e6e1d8");
    this.materials.ink.color.set(dark ? "#0d0c0b" : "#2b2723");
  }

  /** Take a camera. */
  look(camera) {
    const { right, up, forward } = basis(camera);
    this.eye.matrix.set(
      right[0], up[0], -forward[0], camera.position_m[0],
      right[1], up[1], -forward[1], camera.position_m[1],
      right[2], up[2], -forward[2], camera.position_m[2],
      0, 0, 0, 1,
    );
    this.eye.matrixWorldNeedsUpdate = true;
    const away = Math.hypot(...camera.position_m.map((value, axis) => value - this.middle[axis]));
    const far = away + 14 * this.radius;
    // The ground under the camera's feet is seen too.
    const over = Math.abs(camera.position_m[2] - this.floor);
    const near = Math.max(Math.min((away - 1.1 * this.radius) * 0.9, 0.3 * over), far / 20000);
    this.eye.projectionMatrix.fromArray(projectionMatrix(camera, near, far));
    this.eye.projectionMatrixInverse.copy(this.eye.projectionMatrix).invert();
    this.eye.updateMatrixWorld(true);
  }

  draw() {
    this.renderer.render(this.scene, this.eye);
  }

  /** Wait for the next viewer; of two that are left one is enough. */
  rest() {
    this.clear();
    this.renderer.setSize(1, 1, false);
    if (!resting) resting = this;
    else this.renderer.forceContextLoss();
  }
}

/** Whether the processor draws, as on a remote desktop: there, smooth edges take as long as all else. */
function drawnByProcessor() {
  const probe = document.createElement("canvas").getContext("webgl2");
  if (!probe) return false;
  const known = probe.getExtension("WEBGL_debug_renderer_info")?.UNMASKED_RENDERER_WEBGL ?? probe.RENDERER;
  const name = String(probe.getParameter(known));
  probe.getExtension("WEBGL_lose_context")?.loseContext();
  return /swiftshader|llvmpipe|softpipe|basic render/i.test(name);
}

/** A disc that fades into the background. */
function ground([x, y], z, radius, material) {
  const disc = rings(9 * radius);
  const mesh = new Mesh(disc, material);
  mesh.position.set(x, y, z - 0.002 * radius);
  mesh.receiveShadow = true;
  mesh.renderOrder = -1;
  return mesh;
}

function rings(radius) {
  const around = 72;
  const positions = [0, 0, 0];
  const colors = [1, 1, 1, 1];
  const index = [];
  for (let ring = 1; ring <= GROUND_RINGS; ring += 1) {
    const share = ring / GROUND_RINGS;
    for (let corner = 0; corner < around; corner += 1) {
      const angle = (2 * Math.PI * corner) / around;
      positions.push(radius * share * Math.cos(angle), radius * share * Math.sin(angle), 0);
      colors.push(1, 1, 1, Math.cos((share * Math.PI) / 2) ** 1.5);
      const next = (corner + 1) % around;
      const outer = 1 + (ring - 1) * around;
      if (ring === 1) {
        index.push(0, outer + corner, outer + next);
      } else {
        const inner = outer - around;
        index.push(inner + corner, outer + corner, outer + next, inner + corner, outer + next, inner + next);
      }
    }
  }
  const geometry = new BufferGeometry();
  geometry.setAttribute("position", new BufferAttribute(new Float32Array(positions), 3));
  geometry.setAttribute("color", new BufferAttribute(new Float32Array(colors), 4));
  geometry.setIndex(index);
  geometry.computeVertexNormals();
  geometry.computeBoundingSphere();
  return geometry;
}
