// What is said before an order for many is sent: only the limits that are in the way.
import type { Quota } from '@/api/gen'
import { roomWarning } from './room'

const GB = 1_000_000_000
const quota = (part: Partial<Quota> = {}): Quota => ({
  limits: { active_exports: 5, exports_per_hour: 60, storage_bytes: 10 * GB, file_bytes: 5 * GB, minutes_per_month: 90 },
  active_exports: 1,
  exports_in_hour: 1,
  held_bytes: 9 * GB,
  rendered_minutes: 3,
  exports_left: 4,
  ...part,
})

test('where there is room, nothing is said', () => {
  expect(roomWarning(quota(), 4)).toBeUndefined()
  expect(roomWarning(quota(), 4, { low: GB, high: 2 * GB })).toBeUndefined()
})

test('only the limits that are in the way are named', () => {
  expect(roomWarning(quota(), 7)).toMatch(/^4 of these 7 fit now: you may have 5 exports under way at once\./)
  const busy = quota({ exports_in_hour: 58, exports_left: 2 })
  expect(roomWarning(busy, 3)).toContain('you may have 60 ordered an hour.')
  expect(roomWarning(busy, 9)).toContain('5 exports under way at once and 60 ordered an hour.')
  const spent = quota({ rendered_minutes: 90, exports_left: 0 })
  expect(roomWarning(spent, 2)).toMatch(/^No more fits now: you may have 90 minutes of rendering a month\./)
})

test('files that find no room are told before', () => {
  expect(roomWarning(quota(), 2, { low: 1.2 * GB, high: 3 * GB })).toBe(
    'Their files need at least 1.2 GB, and you have room for 1.0 GB. Delete some or choose a smaller size.',
  )
})
