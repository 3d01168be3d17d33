// An order while it is being made: its settings, its segments, its faults, and sending it exactly once.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useRef, useState } from 'react'
import { idempotencyKey } from '@/api/call'
import { type ExportConfig, type ExportSegment, type ExportSettings, type ExportType, createExport } from '@/api/client'
import { ApiError } from '@/api/error'
import { keys } from '@/api/keys'
import { defaultsQuery, videoQuery } from '@/api/queries'
import { toast } from '@/components/ui/toast'
import { type Faults, faultsFrom, faultsOf } from './checks'
import { FARM_DEFAULTS, typeFor } from './options'

export type PickedSegment = ExportSegment & { picked: boolean }

export type Order = ReturnType<typeof useOrder>

/** `initial` is an earlier order to be taken up again, with all its options. */
export function useOrder(videoId: string, segments: readonly ExportSegment[], initial?: Partial<ExportConfig>) {
  const video = useQuery(videoQuery(videoId)).data
  const defaults = useQuery(defaultsQuery).data
  const [changed, setChanged] = useState<ExportSettings>()
  const [type, setType] = useState<ExportType | undefined>(initial?.export_type)
  const [name, setName] = useState(initial?.name ?? '')
  const [unpicked, setUnpicked] = useState<ReadonlySet<number>>(new Set())
  const [refused, setRefused] = useState<Faults>({})
  const [tried, setTried] = useState(false)
  // One key for one order: a double click, or a second try after a lost answer, orders once.
  const [key, setKey] = useState(idempotencyKey)

  const { name: _own, segments: _its, ...options } = initial ?? {}
  const settings: ExportSettings = changed ?? { ...FARM_DEFAULTS, ...defaults?.settings, ...options }
  const picked = segments.filter((_, index) => !unpicked.has(index))
  const exportType = type ?? settings.export_type ?? typeFor(picked.length)
  const order: ExportConfig = {
    resolution: settings.resolution,
    format: settings.format,
    quality: settings.quality ?? 'medium',
    export_type: exportType,
    segments: picked.map(({ start, end, clip_id }) => ({ start, end, ...(clip_id ? { clip_id } : {}) })),
    normalize_audio: settings.normalize_audio ?? true,
    reuse_parts: settings.reuse_parts ?? true,
    ...(exportType === 'combined' ? { crossfade_seconds: settings.crossfade_seconds ?? 0 } : {}),
    ...(name.trim() ? { name: name.trim() } : {}),
  }
  const own: Record<string, string> = { ...faultsOf(order, video) }
  if (segments.length > 0 && picked.length === 0) own.segments = 'Choose at least one segment.'
  const cache = useQueryClient()
  const navigate = useNavigate()
  // A second press comes before the page is drawn again.
  const sending = useRef(false)
  const send = useMutation({
    mutationFn: () => createExport(videoId, order, key),
    onSuccess: (made) => {
      toast.success('Queued', {
        description: made.outputs.length > 0 ? undefined : video?.filename,
        action: { label: 'View', onClick: () => void navigate({ to: '/exports/$id', params: { id: made.id } }) },
      })
      // Nobody waits for the lists.
      void cache.invalidateQueries({ queryKey: keys.exports })
    },
    onError: (error) => {
      if (error instanceof ApiError && error.problems.length > 0) setRefused(faultsFrom(error))
      // A refused order is over; the next one is another.
      if (!(error instanceof ApiError) || !error.isLost) setKey(idempotencyKey())
    },
  })
  /** Any change makes another order. */
  const touch = <A extends unknown[]>(set: (...values: A) => void) => (...values: A) => {
    setRefused({})
    setKey(idempotencyKey())
    set(...values)
  }
  return {
    video,
    order,
    settings,
    setSettings: touch(setChanged),
    exportType,
    setType: touch(setType),
    name,
    setName: touch(setName),
    segments: segments.map((segment, index): PickedSegment => ({ ...segment, picked: !unpicked.has(index) })),
    pick: touch((index: number, on: boolean) => {
      const next = new Set(unpicked)
      if (on) next.delete(index)
      else next.add(index)
      setUnpicked(next)
    }),
    faults: { ...(tried ? own : {}), ...refused } as Faults,
    isFaulty: Object.keys(own).length > 0,
    error: send.error,
    isSending: send.isPending,
    /** Sends it, unless it is faulty or on its way; true once it is ordered. */
    submit: async (): Promise<boolean> => {
      setTried(true)
      if (sending.current || Object.keys(own).length > 0) return false
      sending.current = true
      const ordered = await send.mutateAsync().then(
        () => true,
        () => false,
      )
      sending.current = false
      return ordered
    },
  }
}
