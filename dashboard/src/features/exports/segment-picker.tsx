// The segments of an order: which of them are exported, and what is wrong with one.
import { Checkbox, Fault } from '@/components/ui/field'
import { duration, plural, timecode } from '@/lib/format'
import type { Faults } from './checks'
import type { PickedSegment } from './use-order'

type Props = {
  segments: readonly PickedSegment[]
  onPick: (index: number, picked: boolean) => void
  faults: Faults
  wholeSeconds: number | undefined
}

export function SegmentPicker({ segments, onPick, faults, wholeSeconds }: Props) {
  const picked = segments.filter((segment) => segment.picked)
  const total = picked.reduce((sum, { start = 0, end = 0 }) => sum + end - start, 0)
  const length = wholeSeconds === undefined ? '' : ` · ${duration(wholeSeconds)}`
  // The faults count what is sent, which is what is picked.
  const place = (index: number) => segments.slice(0, index).filter((segment) => segment.picked).length
  return (
    <section aria-label="Segments" className="flex flex-col gap-2">
      <h3 className="font-medium">
        {segments.length === 0
          ? `The whole video${length}`
          : `${picked.length} of ${plural(segments.length, 'segment')} · ${duration(total)}`}
      </h3>
      {faults.segments && <Fault>{faults.segments}</Fault>}
      {segments.length > 0 && (
        <ol className="max-h-52 overflow-y-auto rounded-lg border border-border">
          {segments.map((segment, index) => {
            const { start = 0, end = 0 } = segment
            const fault = segment.picked
              ? (faults[`segments[${place(index)}].end`] ?? faults[`segments[${place(index)}].start`])
              : undefined
            return (
              <li key={`${start}-${end}-${segment.clip_id ?? index}`} className="border-b border-border px-2 py-1.5 last:border-b-0">
                <div className="flex items-center gap-2">
                  <Checkbox
                    checked={segment.picked}
                    onChange={(on) => onPick(index, on)}
                    label={`Export segment ${index + 1}`}
                  />
                  <span className="w-5 text-right text-muted">{index + 1}</span>
                  <span className="figures min-w-0 flex-1 truncate">
                    {timecode(start)} – {timecode(end)}
                  </span>
                  <span className="figures text-sm text-muted">{duration(end - start)}</span>
                </div>
                {fault && <Fault>{fault}</Fault>}
              </li>
            )
          })}
        </ol>
      )}
    </section>
  )
}
