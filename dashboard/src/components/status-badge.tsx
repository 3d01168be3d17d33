// The only place that says how a state looks: colour, icon and word, for exports, stages, videos, tasks and nodes.
import {
  Ban,
  CircleCheck,
  CircleDashed,
  CircleX,
  Clock,
  CloudDownload,
  CloudUpload,
  Cpu,
  LoaderCircle,
  type LucideIcon,
  Pause,
  RotateCw,
  ShieldAlert,
} from 'lucide-react'
import type { ExportStatus, NodeState, Stage, VideoStatus } from '@/api/gen'
import { cn } from '@/lib/class-names'

export type TaskState = 'waiting' | 'running' | 'retrying' | 'done' | 'failed' | 'cancelled'
type Kind = ExportStatus | Stage | VideoStatus | NodeState | TaskState | 'paused' | 'quarantined'
type Tone = 'calm' | 'info' | 'ok' | 'err' | 'warn' | 'odd'
type Look = { word: string; icon: LucideIcon; tone: Tone; struck?: boolean }

const LOOKS: Record<Kind, Look> = {
  pending: { word: 'Queued', icon: Clock, tone: 'calm' },
  queued: { word: 'Queued', icon: Clock, tone: 'calm' },
  processing: { word: 'Processing', icon: Cpu, tone: 'info' },
  downloading: { word: 'Downloading', icon: CloudDownload, tone: 'info' },
  uploading: { word: 'Uploading', icon: CloudUpload, tone: 'info' },
  indexing: { word: 'Indexing', icon: LoaderCircle, tone: 'info' },
  complete: { word: 'Complete', icon: CircleCheck, tone: 'ok' },
  completed: { word: 'Completed', icon: CircleCheck, tone: 'ok' },
  ready: { word: 'Ready', icon: CircleCheck, tone: 'ok' },
  failed: { word: 'Failed', icon: CircleX, tone: 'err' },
  cancelled: { word: 'Cancelled', icon: Ban, tone: 'calm', struck: true },
  paused: { word: 'Paused', icon: Pause, tone: 'warn' },
  retrying: { word: 'Retrying', icon: RotateCw, tone: 'warn' },
  waiting: { word: 'Waiting', icon: Clock, tone: 'calm' },
  running: { word: 'Running', icon: Cpu, tone: 'info' },
  done: { word: 'Done', icon: CircleCheck, tone: 'ok' },
  online: { word: 'Online', icon: CircleCheck, tone: 'ok' },
  draining: { word: 'Draining', icon: Pause, tone: 'warn' },
  quarantined: { word: 'Quarantined', icon: ShieldAlert, tone: 'odd' },
  offline: { word: 'Offline', icon: CircleDashed, tone: 'calm' },
}

const BADGE: Record<Tone, string> = {
  calm: 'bg-raised text-muted',
  info: 'bg-info-soft text-info',
  ok: 'bg-ok-soft text-ok',
  err: 'bg-err-soft text-err',
  warn: 'bg-warn-soft text-warn',
  odd: 'bg-odd-soft text-odd',
}
const FILL: Record<Tone, string> = {
  calm: 'bg-edge',
  info: 'bg-info',
  ok: 'bg-ok',
  err: 'bg-err',
  warn: 'bg-warn',
  odd: 'bg-odd',
}
const TEXT: Record<Tone, string> = {
  calm: 'text-muted',
  info: 'text-info',
  ok: 'text-ok',
  err: 'text-err',
  warn: 'text-warn',
  odd: 'text-odd',
}

export const wordOf = (status: Kind): string => LOOKS[status].word
export const iconOf = (status: Kind): LucideIcon => LOOKS[status].icon
/** The colour of a bar or a cell in that state. */
export const fillOf = (status: Kind): string => FILL[LOOKS[status].tone]
/** The same colour by the name of its token. */
export const colourOf = (status: Kind): string => (LOOKS[status].tone === 'calm' ? '--edge' : `--${LOOKS[status].tone}`)
export const textOf = (status: Kind): string => TEXT[LOOKS[status].tone]

export function StatusBadge({ status, className }: { status: Kind; className?: string }) {
  const { word, icon: Icon, tone, struck } = LOOKS[status]
  return (
    <span
      className={cn(
        'inline-flex h-6 items-center gap-1.5 rounded-full px-2 text-sm font-medium whitespace-nowrap',
        BADGE[tone],
        className,
      )}
    >
      <Icon className="size-3.5" aria-hidden />
      <span className={struck ? 'line-through' : undefined}>{word}</span>
    </span>
  )
}

/** The states of an export, the way it passes them. */
export const STAGES: readonly Stage[] = ['downloading', 'processing', 'uploading', 'complete']
