// The farm in numbers.
import { Link } from '@tanstack/react-router'
import type { QueueCounts } from '@/api/gen'
import { count, roughly, span } from '@/lib/format'
import { busySlots } from '@/lib/slots'

/** `to` is the page that has more about it. */
type Figure = { name: string; value: string; note?: string; to?: '/ops/failures' | '/ops/nodes' }

/** When everything that is planned will be rendered. */
function timeLeft({ time_left_seconds: left, oldest_wait_seconds: oldest }: QueueCounts): Figure {
  const note = oldest === undefined ? '' : `oldest ${roughly(oldest).replace('about ', '')}`
  if (!left) return { name: 'Time left', value: '–', note: note || 'nothing to go by yet' }
  const value = left.high === 0 ? 'none' : span(left.low, left.high)
  return { name: 'Time left', value, note }
}

export function Figures({ counts }: { counts: QueueCounts }) {
  const busy = busySlots(counts)
  const use = counts.slots > 0 ? Math.round((busy / counts.slots) * 100) : 0
  const figures: Figure[] = [
    { name: 'Exports queued', value: count(counts.pending), note: counts.paused > 0 ? `${counts.paused} paused` : '' },
    { name: 'Exports under way', value: count(counts.processing) },
    { name: 'Failed this hour', value: count(counts.failed_last_hour), to: '/ops/failures' },
    { name: 'Tasks waiting', value: count(counts.tasks_waiting), note: `${count(counts.tasks_running)} running` },
    counts.slots > 0
      ? { name: 'Slots busy', value: `${use} %`, note: `${busy} of ${counts.slots}`, to: '/ops/nodes' }
      : { name: 'Slots busy', value: '–', note: 'no node is online', to: '/ops/nodes' },
    { name: 'Frames per second', value: count(counts.frames_per_second), note: 'over the last minute' },
    timeLeft(counts),
  ]
  return (
    <dl className="mb-5 grid grid-cols-[repeat(auto-fit,minmax(9.5rem,1fr))] gap-3">
      {figures.map(({ name, value, note, to }) => (
        <div key={name} className="relative min-w-0 overflow-hidden rounded-lg has-[a]:hover:bg-raised border border-border bg-card px-4 py-3 max-sm:last:col-span-2">
          <dt className="truncate text-sm text-muted">
            {to ? (
              <Link to={to} className="after:absolute after:inset-0">
                {name}
              </Link>
            ) : (
              name
            )}
          </dt>
          <dd className="figures truncate text-xl font-semibold">{value}</dd>
          <dd className="h-5 truncate text-sm text-muted">{note}</dd>
        </div>
      ))}
    </dl>
  )
}
