// An order for several videos while it is being made: what it will take, sending it in one request, and what became of each.
import { keepPreviousData, useQueries, useQuery, useQueryClient } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { createExports, estimateExport } from '@/api/actions'
import { idempotencyKey } from '@/api/call'
import type { ExportConfig, ExportSettings } from '@/api/client'
import { ApiError, advice } from '@/api/error'
import type { Estimate, OrderOutcome, Video } from '@/api/gen'
import { keys } from '@/api/keys'
import { usageQuery } from '@/api/farm-queries'
import { defaultsQuery } from '@/api/queries'
import { useSettled } from '@/hooks/use-settled'
import { estimateKey } from './estimate'
import { FARM_DEFAULTS } from './options'
import { roomWarning } from './room'

/** The coordinator takes no more in one request. */
export const ORDERS_MAX = 50

export type Outcome = { ordered: true } | { ordered: false; message: string }

export function useBulk(videos: readonly Video[]) {
  const defaults = useQuery(defaultsQuery).data
  const usage = usageQuery(1, false)
  const quota = useQuery(usage).data?.quota
  const [changed, setChanged] = useState<ExportSettings>()
  const settings = changed ?? { ...FARM_DEFAULTS, ...defaults?.settings }
  const { crossfade_seconds: _none, ...whole } = settings
  const order: ExportConfig = { ...whole, export_type: 'single' }
  const [outcomes, setOutcomes] = useState<Readonly<Record<string, Outcome>>>({})
  const [error, setError] = useState<Error>()
  const [sending, setSending] = useState(false)
  // A second press comes before the page is drawn again, and may see neither that one is on its way nor what it got.
  const busy = useRef(false)
  const taken = useRef(new Set<string>())
  // A second try of what was lost on its way does not order twice.
  const key = useRef(idempotencyKey())
  const cache = useQueryClient()
  const open = videos.filter(({ id }) => !outcomes[id]?.ordered)

  const send = async () => {
    const wanted = videos.filter(({ id }) => !taken.current.has(id))
    if (busy.current || wanted.length === 0) return
    busy.current = true
    setSending(true)
    setError(undefined)
    try {
      const told = await createExports(wanted.map(({ id }) => ({ video_id: id, ...order })), key.current)
      const next = wanted.map(({ id }, index) => [id, outcomeOf(told.orders[index])] as const)
      for (const [id, { ordered }] of next) if (ordered) taken.current.add(id)
      setOutcomes((known) => ({ ...known, ...Object.fromEntries(next) }))
      key.current = idempotencyKey()
    } catch (cause) {
      setError(cause instanceof Error ? cause : new Error('Something went wrong.'))
      if (!(cause instanceof ApiError) || !cause.isLost) key.current = idempotencyKey()
    }
    busy.current = false
    setSending(false)
    await Promise.all([keys.exports, usage.queryKey].map((queryKey) => cache.invalidateQueries({ queryKey })))
  }
  const estimate = useEstimates(open, order)
  return {
    settings,
    /** Any change makes another order. */
    setSettings: (next: ExportSettings) => {
      key.current = idempotencyKey()
      setChanged(next)
    },
    estimate,
    /** What is known beforehand of those that will be refused. */
    warning: quota && roomWarning(quota, open.length, estimate.data?.size_bytes),
    outcomes,
    open,
    refusedCount: open.filter(({ id }) => outcomes[id] !== undefined).length,
    error,
    sending,
    send,
  }
}

function outcomeOf(told: OrderOutcome | undefined): Outcome {
  if (told?.export) return { ordered: true }
  const { refusal, retry_after_seconds: wait } = told ?? {}
  if (!refusal) return { ordered: false, message: 'The coordinator said nothing of this video.' }
  const said = refusal.problems.length > 0 ? refusal.problems.map(({ message }) => message).join(' ') : refusal.message
  return { ordered: false, message: advice(said, wait) }
}

/** What all of them take together, once that is known of each. */
function useEstimates(videos: readonly Video[], order: ExportConfig) {
  const settled = useSettled(order)
  return useQueries({
    queries: videos.slice(0, ORDERS_MAX).map(({ id }) => ({
      queryKey: estimateKey(id, settled),
      queryFn: ({ signal }: { signal: AbortSignal }) => estimateExport(id, settled, signal),
      placeholderData: keepPreviousData<Estimate>,
      staleTime: 15_000,
      retry: false,
    })),
    combine: (asked) => {
      const known = asked.flatMap(({ data }) => data ?? [])
      return {
        data: known.length === asked.length && videos.length <= ORDERS_MAX ? sum(known) : undefined,
        isFetching: asked.some(({ isFetching }) => isFetching),
        isError: asked.some(({ isError }) => isError),
      }
    },
  })
}

type Range = Estimate['size_bytes']
const plus = (one: Range, other: Range): Range => ({ low: one.low + other.low, high: one.high + other.high })
/** Of what is not known of one, nothing is known of all. */
const both = <T>(one: T | undefined, other: T | undefined, add: (one: T, other: T) => T): T | undefined =>
  one === undefined || other === undefined ? undefined : add(one, other)

/** One after the other, each with the whole farm: together they take no longer than that. */
export function sum(estimates: readonly Estimate[]): Estimate | undefined {
  const [first, ...rest] = estimates
  if (!first) return undefined
  return rest.reduce((all, one) => {
    const render = both(all.render_seconds, one.render_seconds, plus)
    const cost = both(all.cost, one.cost, plus)
    const { render_seconds: _render, cost: _cost, ...known } = all
    return {
      ...known,
      duration_seconds: all.duration_seconds + one.duration_seconds,
      size_bytes: plus(all.size_bytes, one.size_bytes),
      outputs: all.outputs + one.outputs,
      parts: all.parts + one.parts,
      parts_reused: all.parts_reused + one.parts_reused,
      ...(render ? { render_seconds: render } : {}),
      ...(cost ? { cost } : {}),
    }
  }, first)
}
