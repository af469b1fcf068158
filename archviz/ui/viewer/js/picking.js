// Which element is seen at a pixel: the model is drawn once more, each element in the colour that is its number.

import { DoubleSide, Mesh, NearestFilter, Scene, ShaderMaterial, WebGLRenderTarget } from "./three.js";
import { pixelLens } from "./camera.js";

const NOTHING = 0xffffff;

const VERTEX = `
attribute float element;
flat varying float vElement;
void main() {
  vElement = element;
  gl_Position = projectionMatrix * modelViewMatrix * vec4(position, 1.0);
}`;

const FRAGMENT = `
flat varying float vElement;
void main() {
  float id = floor(vElement + 0.5);
  gl_FragColor = vec4(mod(id, 256.0), mod(floor(id / 256.0), 256.0), floor(id / 65536.0), 255.0) / 255.0;
}`;

export class Picker {
  constructor(renderer) {
    this.renderer = renderer;
    this.material = new ShaderMaterial({ vertexShader: VERTEX, fragmentShader: FRAGMENT, side: DoubleSide });
    this.scene = new Scene();
    this.pixel = target(1, 1);
  }

  watch(model) {
    this.scene.clear();
    if (model) this.scene.add(new Mesh(model.geometry, [this.material, this.material]));
  }

  /** Number of the element at a pixel of the camera's size; -1 where there is none. */
  at(eye, size, pixel) {
    const lens = eye.projectionMatrix.clone();
    eye.projectionMatrix.fromArray(pixelLens(lens.elements, size, pixel));
    const [id] = this.#draw(eye, this.pixel);
    eye.projectionMatrix.copy(lens);
    return id;
  }

  /** Numbers of the elements in the whole picture, row by row from the top. */
  all(eye, [width, height]) {
    const picture = target(width, height);
    const ids = this.#draw(eye, picture);
    picture.dispose();
    const rows = [];
    for (let row = height - 1; row >= 0; row -= 1) rows.push(...ids.slice(row * width, (row + 1) * width));
    return rows;
  }

  #draw(eye, picture) {
    const { renderer } = this;
    const background = renderer.getClearAlpha();
    renderer.setRenderTarget(picture);
    renderer.setClearColor(0xffffff, 1);
    renderer.clear();
    renderer.render(this.scene, eye);
    const bytes = new Uint8Array(4 * picture.width * picture.height);
    renderer.readRenderTargetPixels(picture, 0, 0, picture.width, picture.height, bytes);
    renderer.setRenderTarget(null);
    renderer.setClearAlpha(background);
    const ids = [];
    for (let at = 0; at < bytes.length; at += 4) {
      const id = bytes[at] + 256 * bytes[at + 1] + 65536 * bytes[at + 2];
      ids.push(id === NOTHING ? -1 : id);
    }
    return ids;
  }
}

function target(width, height) {
  return new WebGLRenderTarget(width, height, { minFilter: NearestFilter, magFilter: NearestFilter });
}
