// Times on the screen: frames are met exactly, and nothing leaves the video.
import { frameStart, markEvery, shifted, snapped, trimmed, zoomRange } from './geometry'

const limits = { frameRate: 25, length: 10 }

test('times snap to frames', () => {
  expect(snapped(1.019, 25)).toBe(1)
  expect(snapped(1.021, 25)).toBe(1.04)
  expect(frameStart(1.039, 25)).toBe(1)
  // A frame's own beginning is in it, however it was rounded on its way.
  expect(frameStart(3 / 29.97, 29.97)).toBeCloseTo(3 / 29.97, 9)
})

test('a range keeps a frame and stays inside', () => {
  expect(trimmed({ start: 2, end: 4 }, 'start', 9, limits)).toEqual({ start: 3.96, end: 4 })
  expect(trimmed({ start: 2, end: 4 }, 'end', 0, limits)).toEqual({ start: 2, end: 2.04 })
  expect(trimmed({ start: 2, end: 4 }, 'end', 99, limits)).toEqual({ start: 2, end: 10 })
  expect(trimmed({ start: 2, end: 4 }, 'end', 9.999, { frameRate: 25, length: 9.997 }).end).toBe(9.997)
  expect(shifted({ start: 2, end: 4 }, 99, limits)).toEqual({ start: 8, end: 10 })
  expect(shifted({ start: 2, end: 4 }, -99, limits)).toEqual({ start: 0, end: 2 })
})

test('marks stand apart, and the zoom ends at frames', () => {
  expect(markEvery(100, 25)).toBe(1)
  expect(markEvery(1, 25)).toBe(120)
  expect(markEvery(350, 25)).toBeLessThan(1)
  expect(zoomRange(1000, 7200, 25)).toEqual({ low: 1000 / 7200, high: 350 })
})
