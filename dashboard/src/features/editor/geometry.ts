// Where a time lies on the screen, which frame it belongs to, and how far apart the marks of the ruler stand. Pure.

/** Seconds snapped to the beginning of the nearest frame. */
export const snapped = (seconds: number, frameRate: number): number => Math.round(seconds * frameRate) / frameRate

/** A time may miss the beginning of its frame by rounding, and still means it. */
const ROUNDING = 0.001

/** The beginning of the frame that is on screen at `seconds`. */
export const frameStart = (seconds: number, frameRate: number): number =>
  Math.floor(seconds * frameRate + ROUNDING) / frameRate

export const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value))

const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600]
const MARK_PIXELS_MIN = 90

/** Seconds between two marks with a time beside them. */
export function markEvery(pixelsPerSecond: number, frameRate: number): number {
  const wanted = MARK_PIXELS_MIN / pixelsPerSecond
  const frames = [1, 2, 5, 10].map((count) => count / frameRate).filter((step) => step < 1)
  return [...frames, ...STEPS].find((step) => step >= wanted) ?? 7200
}

/** The largest zoom shows a frame this wide. */
const FRAME_PIXELS_MAX = 14

export type Zoom = { low: number; high: number }

/** From the whole video on the screen to single frames, in pixels for a second. */
export function zoomRange(width: number, seconds: number, frameRate: number): Zoom {
  const low = Math.max(0.01, width / Math.max(seconds, 0.1))
  return { low, high: Math.max(low, FRAME_PIXELS_MAX * frameRate) }
}

/** The range with one end moved to `at`, at least a frame long and inside the video. */
export function trimmed(
  range: { start: number; end: number },
  edge: 'start' | 'end',
  at: number,
  limits: { frameRate: number; length: number },
): { start: number; end: number } {
  const frame = 1 / limits.frameRate
  // The last frame may end a little after the last whole frame time.
  const to = at >= limits.length - frame / 2 && edge === 'end' ? limits.length : snapped(at, limits.frameRate)
  if (edge === 'start') return { start: clamp(to, 0, range.end - frame), end: range.end }
  return { start: range.start, end: clamp(to, range.start + frame, limits.length) }
}

/** The range shifted, kept whole inside the video. */
export function shifted(range: { start: number; end: number }, by: number, limits: { frameRate: number; length: number }) {
  const length = range.end - range.start
  const start = clamp(snapped(range.start + by, limits.frameRate), 0, Math.max(0, limits.length - length))
  return { start, end: start + length }
}
