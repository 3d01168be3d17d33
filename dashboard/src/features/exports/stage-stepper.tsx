// The stages an export passes, the one it is in standing out. Changes of stage are read aloud, percentages are not.
import { Check } from 'lucide-react'
import type { Stage } from '@/api/client'
import { STAGES, iconOf, wordOf } from '@/components/status-badge'
import { cn } from '@/lib/class-names'

export function StageStepper({ stage, failed = false }: { stage: Stage; failed?: boolean }) {
  const current = STAGES.indexOf(stage)
  return (
    <div>
      <ol className="flex items-center gap-1 sm:gap-2" aria-label="Stages">
        {STAGES.map((step, index) => {
          const Icon = iconOf(step)
          const done = index < current || stage === 'complete'
          const active = index === current && !done
          return (
            <li key={step} aria-current={active ? 'step' : undefined} className="flex min-w-0 flex-1 items-center gap-2 last:flex-none">
              <span
                className={cn(
                  'grid size-7 shrink-0 place-items-center rounded-full border',
                  !done && !active && 'border-border text-muted',
                  done && 'border-transparent bg-ok-soft text-ok',
                  active && !failed && 'border-transparent bg-info-soft text-info',
                  active && failed && 'border-transparent bg-err-soft text-err',
                )}
              >
                {done && step !== 'complete' ? (
                  <Check className="size-4" aria-hidden />
                ) : (
                  <Icon className={cn('size-4', active && !failed && 'motion-safe:animate-pulse')} aria-hidden />
                )}
              </span>
              <span className={cn('hidden truncate text-sm sm:inline', active ? 'font-medium' : 'text-muted')}>
                {wordOf(step)}
              </span>
              {step !== 'complete' && <span aria-hidden className={cn('h-px flex-1', done ? 'bg-ok' : 'bg-border')} />}
            </li>
          )
        })}
      </ol>
      <p className="sr-only" role="status">
        {wordOf(stage)}
      </p>
    </div>
  )
}
