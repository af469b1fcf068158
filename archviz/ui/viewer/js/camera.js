// The picture's camera as matrices: the same pinhole with lens shift as archviz.core.camera. No library.
//
// A camera is the camera file's object: position_m, target_m, up, focal_mm, sensor_mm, shift, size [width, height].
// Matrices are arrays of 16 numbers, column by column, as WebGL reads them.

const minus = (a, b) => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
const dot = (a, b) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const cross = (a, b) => [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
const unit = (a) => {
  const length = Math.hypot(...a);
  return a.map((value) => value / length);
};

/** Right, up and forward unit vectors of a camera in the world. */
export function basis(camera) {
  const forward = unit(minus(camera.target_m, camera.position_m));
  const right = unit(cross(forward, camera.up));
  return { right, up: cross(right, forward), forward };
}

/** World to eye; the eye looks along its own -z. */
export function viewMatrix(camera) {
  const { right, up, forward } = basis(camera);
  const eye = camera.position_m;
  return [
    right[0], up[0], -forward[0], 0,
    right[1], up[1], -forward[1], 0,
    right[2], up[2], -forward[2], 0,
    -dot(right, eye), -dot(up, eye), dot(forward, eye), 1,
  ];
}

/** Eye to clip space between two distances along the optical axis [m]; the shift moves the axis off the middle. */
export function projectionMatrix(camera, near, far) {
  const [width, height] = camera.size;
  const longer = Math.max(width, height);
  const focal = (camera.focal_mm / camera.sensor_mm) * longer;
  const [right, up] = camera.shift.map((share) => share * longer);
  return [
    (2 * focal) / width, 0, 0, 0,
    0, (2 * focal) / height, 0, 0,
    (2 * right) / width, (2 * up) / height, (far + near) / (near - far), -1,
    0, 0, (2 * far * near) / (near - far), 0,
  ];
}

const times = (m, p) => [0, 1, 2, 3].map((row) => m[row] * p[0] + m[4 + row] * p[1] + m[8 + row] * p[2] + m[12 + row] * p[3]);

/** Where world points fall: [x, y] in pixels of the camera's size from the top left corner. */
export function project(camera, points, near = 0.1, far = 1e4) {
  const view = viewMatrix(camera);
  const lens = projectionMatrix(camera, near, far);
  const [width, height] = camera.size;
  return points.map((point) => {
    const clip = times(lens, times(view, [...point, 1]));
    return [((clip[0] / clip[3] + 1) / 2) * width, ((1 - clip[1] / clip[3]) / 2) * height];
  });
}

/** A lens that spreads one pixel, counted from the top left corner, over the whole target. */
export function pixelLens(lens, [width, height], [x, y]) {
  const across = width - 2 * x - 1;
  const along = 2 * y + 1 - height;
  return lens.map((value, index) => {
    const w = lens[index - (index % 4) + 3];
    if (index % 4 === 0) return value * width + across * w;
    return index % 4 === 1 ? value * height + along * w : value;
  });
}

/** Whether two cameras show the same picture, to the numbers that are kept. */
export function sameView(a, b) {
  const numbers = (c) => [...c.position_m, ...c.target_m, ...c.up, c.focal_mm, c.sensor_mm, ...c.shift];
  const other = numbers(b);
  return numbers(a).every((value, index) => Math.abs(value - other[index]) < 1e-4);
}

/** A camera with the digits that are worth keeping: a hundredth of a millimetre. */
export function rounded(camera) {
  const short = (value) => Number(value.toFixed(5));
  return {
    position_m: camera.position_m.map(short),
    target_m: camera.target_m.map(short),
    up: camera.up.map(short),
    focal_mm: short(camera.focal_mm),
    sensor_mm: short(camera.sensor_mm),
    shift: camera.shift.map(short),
    size: [...camera.size],
  };
}
