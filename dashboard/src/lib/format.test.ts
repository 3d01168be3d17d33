// Numbers as people read them, at the edges where they go wrong.
import { between, bytes, codecName, duration, parseTimecode, relative, roughly, span, timecode } from './format'

test('sizes', () => {
  expect([0, 999, 1000, 999_499, 999_500, 1_440_000_000].map(bytes)).toEqual(['0 B', '999 B', '1.0 kB', '999 kB', '1.0 MB', '1.4 GB'])
})

test('timecodes there and back', () => {
  expect([0, 61.5, 3723.0409, 59.9996].map(timecode)).toEqual(['00:00.000', '01:01.500', '01:02:03.041', '01:00.000'])
  expect(['1:02:03.5', '90', '1:30', '01:00,25'].map(parseTimecode)).toEqual([3723.5, 90, 90, 60.25])
  expect(['', 'x', '1:2:3:4', '1.5:00', '-3', '1:'].map(parseTimecode)).toEqual(Array(6).fill(undefined))
})

test('lengths', () => {
  expect([8.24, 42, 185, 3600, 4320].map(duration)).toEqual(['8.2 s', '42 s', '3 min 5 s', '1 h', '1 h 12 min'])
  expect([2, 18, 70, 150, 230, 5000].map(roughly)).toEqual([
    'a few seconds',
    'about 20 s',
    'about 1 min 10 s',
    'about 2 min 30 s',
    'about 4 min',
    'about 1.4 h',
  ])
})

test('ranges share their unit', () => {
  expect(between(2_000_000, 4_000_000, bytes)).toBe('2.0–4.0 MB')
  expect(between(900_000, 4_000_000, bytes)).toBe('900 kB – 4.0 MB')
  expect(between(5, 5, bytes)).toBe('5 B')
  expect(span(12, 41)).toBe('12–41 s')
  expect(span(96, 131)).toBe('1.6–2.2 min')
  expect(span(5400, 9000)).toBe('1.5–2.5 h')
  expect(span(60, 7200)).toBe('0.0–2.0 h')
})

test('moments', () => {
  const now = Date.parse('2026-11-25T12:00:00Z')
  expect(relative('2026-11-25T11:59:58Z', now)).toBe('just now')
  expect(relative('2026-11-25T11:58:00Z', now)).toBe('2 min ago')
  expect(relative('2026-11-24T11:00:00Z', now)).toBe('yesterday')
  expect(relative('2026-11-25T15:00:00Z', now)).toBe('in 3 h')
})

test('codecs as people write them', () => {
  expect(['h264', 'prores', 'vp9', 'aac'].map(codecName)).toEqual(['H.264', 'ProRes', 'VP9', 'AAC'])
})
