// What is refused before it is sent, and what only gets a word of warning.
import type { ExportConfig } from '@/api/client'
import { videos } from '@mock/data'
import { faultsOf, warningsOf } from './checks'
import { outputSize } from './options'
import { NO_ETA, sampled, secondsLeft } from './eta'

const video = videos.find(({ status }) => status === 'ready')
const order: ExportConfig = { resolution: '1080p', format: 'mp4', export_type: 'combined', segments: [] }

test('faults carry the coordinator’s names of fields', () => {
  const faults = faultsOf(
    { ...order, segments: [{ start: 0, end: 2 }, { start: 5, end: 4 }, { start: 1, end: 1.01 }, { start: 1, end: 1e6 }] },
    video,
  )
  expect(Object.keys(faults)).toEqual(['segments[1].end', 'segments[2].end', 'segments[3].end'])
})

test('a single clip takes one segment', () => {
  const two = [{ start: 0, end: 1 }, { start: 2, end: 3 }]
  expect(faultsOf({ ...order, export_type: 'single', segments: two }, video).segments).toContain('2 are chosen')
  expect(faultsOf({ ...order, export_type: 'clips', segments: two }, video)).toEqual({})
  expect(faultsOf({ ...order, segments: two, crossfade_seconds: 1 }, video).crossfade_seconds).toBeDefined()
})

test('warnings stop nothing', () => {
  expect(warningsOf(false, false, 'mp4', 1e6)).toEqual([])
  expect(warningsOf(true, true, 'webm', 2e9)).toHaveLength(4)
  expect(warningsOf(false, false, 'mp4', 6e9)).toEqual(['The file may grow beyond 5 GB, and would be refused then.'])
})

test('the picture fits into the box either way up', () => {
  const size = (width: number, height: number) => video && outputSize({ ...video, width, height }, '1080p')
  expect(size(3840, 2160)).toEqual({ width: 1920, height: 1080 })
  expect(size(2160, 3840)).toEqual({ width: 1080, height: 1920 })
  expect(size(1440, 1080)).toEqual({ width: 1440, height: 1080 })
})

test('the time left is silent until there are three samples, and then calm', () => {
  let eta = sampled(sampled(NO_ETA, 60, 0), 59, 1000)
  expect(secondsLeft(eta, 1000)).toBeUndefined()
  eta = sampled(eta, 90, 2000)
  const left = secondsLeft(eta, 2000) ?? 0
  expect(left).toBeGreaterThan(58)
  expect(left).toBeLessThan(75)
})
