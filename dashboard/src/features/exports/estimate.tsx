// What an export will cost in size, time and money, asked of the coordinator while people still choose. Never blocks.
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import type { ExportConfig } from '@/api/client'
import { estimateExport } from '@/api/actions'
import type { Estimate } from '@/api/gen'
import { useSettled } from '@/hooks/use-settled'
import { cn } from '@/lib/class-names'
import { between, bytes, plural, roughly } from '@/lib/format'

/** Where the estimate of an order is kept. */
export const estimateKey = (videoId: string, order: ExportConfig) => ['estimate', videoId, order]

export function useEstimate(videoId: string, order: ExportConfig, enabled: boolean) {
  const settled = useSettled(order)
  return useQuery({
    queryKey: estimateKey(videoId, settled),
    queryFn: ({ signal }) => estimateExport(videoId, settled, signal),
    placeholderData: keepPreviousData,
    staleTime: 15_000,
    retry: false,
    enabled,
  })
}

const clock = (seconds: number): string => roughly(seconds).replace('about ', '')

function queueOf({ queue_seconds: seconds }: Estimate): string | undefined {
  if (seconds === undefined) return undefined
  return seconds < 1 ? 'starts at once' : `starts in ${roughly(seconds)}`
}

/** What nobody can say yet is said so, and not left out. */
function rowsOf(estimate: Estimate): [name: string, value: string, note: string | undefined][] {
  const { size_bytes: size, render_seconds: render, cost, parts, parts_reused: reused } = estimate
  return [
    ['Size', between(size.low, size.high, bytes), undefined],
    ['Time', render ? between(render.low, render.high, clock) : 'not known yet', queueOf(estimate)],
    [
      'Cost',
      cost ? `${between(cost.low * 60, cost.high * 60, clock)} of slot time` : 'not known yet',
      reused > 0 ? `${reused} of ${plural(parts, 'part')} reused` : undefined,
    ],
  ]
}

type Props = { estimate: Estimate | undefined; pending: boolean; failed: boolean }

export function EstimatePanel({ estimate, pending, failed }: Props) {
  const unknown = failed && !estimate
  const rows = estimate ? rowsOf(estimate) : []
  return (
    <div aria-live="polite">
      {unknown && <p className="text-sm text-muted">Estimate unavailable. The export can be started all the same.</p>}
      {!estimate && !unknown && <p className="text-sm text-muted">Estimating…</p>}
      {estimate && (
        <dl className="flex flex-col gap-1.5">
          {rows.map(([name, value, note]) => (
            <div key={name} className="flex items-baseline justify-between gap-3">
              <dt className="text-muted">{name}</dt>
              <dd className={cn('figures text-right font-medium transition-colors', pending && 'text-muted')}>
                {value}
                {note && <span className="block text-sm font-normal text-muted">{note}</span>}
              </dd>
            </div>
          ))}
        </dl>
      )}
    </div>
  )
}
