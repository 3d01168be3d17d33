// Orders an export of a video or of segments of it: what to choose on the left, what comes of it on the right.
import { Info } from 'lucide-react'
import { type SubmitEvent, useRef } from 'react'
import type { ExportConfig, ExportSegment } from '@/api/client'
import { ApiError, advice } from '@/api/error'
import { Button } from '@/components/ui/button'
import { Trouble } from '@/components/ui/card'
import { Dialog } from '@/components/ui/dialog'
import { Field, Input } from '@/components/ui/field'
import { RadioCards } from '@/components/ui/radio-cards'
import { plural } from '@/lib/format'
import { warningsOf } from './checks'
import { EstimatePanel, useEstimate } from './estimate'
import { TYPES, enlarges } from './options'
import { PresetChips } from './preset-chips'
import { SavePreset } from './save-preset'
import { SegmentPicker } from './segment-picker'
import { Group, SettingsFields } from './settings-fields'
import { type Order, useOrder } from './use-order'

type Props = {
  videoId: string
  segments?: readonly ExportSegment[] | undefined
  isOpen: boolean
  onClose: () => void
  /** An earlier order, to be changed and sent again. */
  initial?: Partial<ExportConfig> | undefined
}

export function ExportModal(props: Props) {
  // Mounted only while it is open: each time it begins with the defaults.
  return props.isOpen ? <OpenModal {...props} /> : null
}

function OpenModal({ videoId, segments = [], onClose, initial }: Props) {
  const order = useOrder(videoId, segments, initial)
  const form = useRef<HTMLFormElement>(null)
  const submit = async (event: SubmitEvent) => {
    event.preventDefault()
    if (await order.submit()) onClose()
    else requestAnimationFrame(() => showFault(form.current))
  }
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title="Export"
      description={order.video?.filename}
      className="sm:max-w-[55rem]!"
      footer={
        <>
          <SavePreset settings={order.settings} />
          <span className="flex-1" />
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form="export-form" look="primary">
            {order.isSending ? 'Starting…' : 'Start export'}
          </Button>
        </>
      }
    >
      <form id="export-form" ref={form} onSubmit={submit} className="grid gap-6 md:grid-cols-[minmax(0,1fr)_19rem]">
        <Choices order={order} />
        <Outlook order={order} videoId={videoId} />
      </form>
    </Dialog>
  )
}

/** The first field that is at fault, with its sentence: focus alone brings no more than the field into view. */
function showFault(form: HTMLFormElement | null) {
  const field = form?.querySelector<HTMLElement>('[aria-invalid="true"]')
  field?.focus({ preventScroll: true })
  field?.scrollIntoView({ block: 'center' })
}

function Choices({ order }: { order: Order }) {
  const count = order.order.segments?.length ?? 0
  return (
    <div className="flex min-w-0 flex-col gap-4">
      {order.error && <Refused error={order.error} />}
      <PresetChips settings={order.settings} onPick={order.setSettings} />
      <Group title="Export type" fault={undefined}>
        <RadioCards
          label="Export type"
          value={order.exportType}
          onChange={order.setType}
          cards={TYPES.map((type) => ({ ...type, disabled: type.value === 'single' && count > 1 }))}
          className="max-sm:grid-flow-row!"
        />
      </Group>
      <SettingsFields
        settings={order.settings}
        onChange={order.setSettings}
        video={order.video}
        faults={order.faults}
      />
      <Field label="File name" hint="Left empty, the files are called after the video." error={order.faults.name}>
        {(control) => (
          <Input
            {...control}
            value={order.name}
            placeholder={order.video?.filename.replace(/\.\w+$/, '')}
            onChange={(event) => order.setName(event.target.value)}
          />
        )}
      </Field>
    </div>
  )
}

function Refused({ error }: { error: Error }) {
  if (error instanceof ApiError && error.problems.length > 0) return null
  return <Trouble error={new Error(advice(error.message, error instanceof ApiError ? error.retryAfter : undefined))} />
}

/** What comes of the order, as far as it can be said. */
function Outlook({ order, videoId }: { order: Order; videoId: string }) {
  const estimate = useEstimate(videoId, order.order, !order.isFaulty)
  const { video } = order
  const picked = order.order.segments?.length ?? 0
  const files = order.exportType === 'clips' ? Math.max(1, picked) : 1
  const enlarged = enlarges(video, order.settings.resolution)
  const warnings = warningsOf(enlarged, video?.hdr ?? false, order.settings.format, estimate.data?.size_bytes.high)
  return (
    <aside className="flex min-w-0 flex-col gap-4 md:sticky md:top-0 md:self-start">
      {video?.poster_url && (
        <img src={video.poster_url} alt="" className="aspect-video w-full rounded-lg bg-black object-contain" />
      )}
      <SegmentPicker
        segments={order.segments}
        onPick={order.pick}
        faults={order.faults}
        wholeSeconds={video?.duration_seconds}
      />
      <div className="rounded-lg border border-border p-3">
        <p className="mb-2 font-medium">
          {picked === 0 ? 'Whole video' : plural(picked, 'segment')} → {plural(files, 'file')}
          {order.exportType === 'clips' && ' and a ZIP'}
        </p>
        <EstimatePanel estimate={estimate.data} pending={estimate.isFetching} failed={estimate.isError} />
      </div>
      {warnings.length > 0 && (
        <ul className="flex flex-col gap-1.5 text-sm text-warn">
          {warnings.map((warning) => (
            <li key={warning} className="flex gap-1.5">
              <Info className="mt-0.5 size-3.5 shrink-0" aria-hidden />
              {warning}
            </li>
          ))}
        </ul>
      )}
    </aside>
  )
}
