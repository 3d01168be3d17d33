// What keeps an order for many from being taken whole, as far as it is known beforehand. Pure.
import type { Estimate, Quota } from '@/api/gen'
import { bytes, count, plural } from '@/lib/format'

/** Which limits stand in the way of so many more exports with files of such a size, and what to do; nothing where there is room. */
export function roomWarning(quota: Quota, wanted: number, size?: Estimate['size_bytes']): string | undefined {
  const { limits, active_exports: active, exports_in_hour: ordered, rendered_minutes: minutes, held_bytes: held } = quota
  const room = limits.storage_bytes - held
  if (quota.exports_left >= wanted) {
    if (!size || size.low <= room) return undefined
    return `Their files need at least ${bytes(size.low)}, and you have room for ${bytes(Math.max(0, room))}. Delete some or choose a smaller size.`
  }
  const fitting = quota.exports_left === 0 ? 'No more fits now' : `${quota.exports_left} of these ${wanted} fit now`
  const inTheWay = [
    active + wanted > limits.active_exports && `${plural(limits.active_exports, 'export')} under way at once`,
    ordered + wanted > limits.exports_per_hour && `${count(limits.exports_per_hour)} ordered an hour`,
    limits.minutes_per_month !== undefined &&
      minutes >= limits.minutes_per_month &&
      `${plural(limits.minutes_per_month, 'minute')} of rendering a month`,
  ].filter((limit) => limit !== false)
  return `${fitting}: you may have ${inTheWay.join(' and ')}. Retry the others once there is room.`
}
