// How a hand moves a camera: around the building, or through it at eye level. Pure numbers in, a camera out.
//
// A rig is { azimuth, pitch [rad], target, distance [m], focal, sensor [mm], shift, size, straight }. The azimuth of the
// view direction runs clockwise from +Y. A straight rig keeps the film upright, so that verticals stay vertical, and
// looks up or down by lens shift.

const DEGREE = Math.PI / 180;
const STEEPEST = 89 * DEGREE;
// A steeper look would need more shift than a view camera has.
const STRAIGHT_UP_TO = 40 * DEGREE;
const LARGEST_SHIFT = 2;
export const FOCAL_MM = [14, 200];

const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

function direction(azimuth, pitch) {
  return [Math.sin(azimuth) * Math.cos(pitch), Math.cos(azimuth) * Math.cos(pitch), Math.sin(pitch)];
}

const along = (point, step, length) => point.map((value, index) => value + step[index] * length);

/** The rig that holds a camera, without its roll. */
export function rigOf(camera, straight) {
  const forward = camera.target_m.map((value, index) => value - camera.position_m[index]);
  const distance = Math.hypot(...forward);
  return {
    azimuth: Math.atan2(forward[0], forward[1]),
    pitch: clamp(Math.asin(clamp(forward[2] / distance, -1, 1)), -STEEPEST, STEEPEST),
    target: [...camera.target_m],
    distance,
    focal: camera.focal_mm,
    sensor: camera.sensor_mm,
    shift: [...camera.shift],
    size: [...camera.size],
    straight,
  };
}

/** The camera of a rig. */
export function cameraOf(rig) {
  const position = along(rig.target, direction(rig.azimuth, rig.pitch), -rig.distance);
  const shared = { position_m: position, up: [0, 0, 1], focal_mm: rig.focal, sensor_mm: rig.sensor, size: [...rig.size] };
  if (!rig.straight || Math.abs(rig.pitch) > STRAIGHT_UP_TO) {
    return { ...shared, target_m: [...rig.target], shift: [...rig.shift] };
  }
  // The target stays at its place in the picture.
  const rise = rig.shift[1] + (rig.focal / rig.sensor) * Math.tan(rig.pitch);
  return {
    ...shared,
    target_m: along(position, direction(rig.azimuth, 0), rig.distance),
    shift: [rig.shift[0], clamp(rise, -LARGEST_SHIFT, LARGEST_SHIFT)],
  };
}

/** Turn around the target: the building follows the hand. */
export function orbit(rig, right, down) {
  return { ...rig, azimuth: rig.azimuth + right, pitch: clamp(rig.pitch - down, -STEEPEST, STEEPEST) };
}

/** Turn on the spot: the picture follows the hand. */
export function look(rig, right, down) {
  const eye = along(rig.target, direction(rig.azimuth, rig.pitch), -rig.distance);
  const turned = { ...rig, azimuth: rig.azimuth - right, pitch: clamp(rig.pitch + down, -STEEPEST, STEEPEST) };
  return { ...turned, target: along(eye, direction(turned.azimuth, turned.pitch), rig.distance) };
}

/** Move closer by a factor. */
export function dolly(rig, factor, [nearest, farthest]) {
  return { ...rig, distance: clamp(rig.distance * factor, nearest, farthest) };
}

/** Slide in the picture's plane by shares of the distance. */
export function pan(rig, right, up) {
  const across = direction(rig.azimuth + Math.PI / 2, 0);
  const rise = direction(rig.azimuth, rig.pitch + Math.PI / 2);
  return { ...rig, target: along(along(rig.target, across, -right * rig.distance), rise, up * rig.distance) };
}

/** Step over the ground [m]; the height of the eye stays. */
export function step(rig, forward, right) {
  const ahead = along(rig.target, direction(rig.azimuth, 0), forward);
  return { ...rig, target: along(ahead, direction(rig.azimuth + Math.PI / 2, 0), right) };
}

/** Stand on the ground where the camera is, and look straight ahead. */
export function stand(rig, eye, nearest) {
  const [x, y] = along(rig.target, direction(rig.azimuth, rig.pitch), -rig.distance);
  const distance = Math.max(rig.distance, nearest);
  const target = along([x, y, eye], direction(rig.azimuth, 0), distance);
  return { ...rig, pitch: 0, distance, target, shift: [0, 0] };
}

/** Between two cameras of one size, share 0 to 1. */
export function between(a, b, share) {
  const mix = (one, other) => one + (other - one) * share;
  const each = (one, other) => one.map((value, index) => mix(value, other[index]));
  return {
    ...b,
    position_m: each(a.position_m, b.position_m),
    target_m: each(a.target_m, b.target_m),
    up: each(a.up, b.up),
    focal_mm: mix(a.focal_mm, b.focal_mm),
    shift: each(a.shift, b.shift),
  };
}
