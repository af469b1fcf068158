// Where the sun stands in the model's axes: x east of the model's +Y, z up.

const DEGREE = Math.PI / 180;

/** Unit vector to a sun of an altitude and an azimuth clockwise from +Y [degrees]. */
export function sunVector(altitude, azimuth) {
  const flat = Math.cos(altitude * DEGREE);
  return [flat * Math.sin(azimuth * DEGREE), flat * Math.cos(azimuth * DEGREE), Math.sin(altitude * DEGREE)];
}

/** Azimuth of the view direction, clockwise from +Y [degrees]. */
export function viewAzimuth(camera) {
  const [x, y] = [0, 1].map((axis) => camera.target_m[axis] - camera.position_m[axis]);
  return Math.atan2(x, y) / DEGREE;
}

/** Altitude and azimuth [degrees] at a minute of the day, between the moments of a track. */
export function trackAt(track, minute) {
  const last = track.minutes.length - 1;
  const next = track.minutes.findIndex((known) => known >= minute);
  if (next < 0) return [track.altitudes[last], track.azimuths[last]];
  if (next === 0) return [track.altitudes[0], track.azimuths[0]];
  const share = (minute - track.minutes[next - 1]) / (track.minutes[next] - track.minutes[next - 1]);
  const turn = ((track.azimuths[next] - track.azimuths[next - 1] + 540) % 360) - 180;
  return [
    track.altitudes[next - 1] + share * (track.altitudes[next] - track.altitudes[next - 1]),
    (track.azimuths[next - 1] + share * turn + 360) % 360,
  ];
}

/** The clock's text of a minute of the day. */
export function clock(minute) {
  const two = (value) => String(value).padStart(2, "0");
  return `${two(Math.floor(minute / 60) % 24)}:${two(Math.floor(minute) % 60)}`;
}
