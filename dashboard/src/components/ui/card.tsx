// Surfaces: a card, a heading of a page, and what stands where there is nothing yet or something went wrong.
import { RotateCw, TriangleAlert } from 'lucide-react'
import type { ComponentProps, ReactNode } from 'react'
import { cn } from '@/lib/class-names'
import { Button } from './button'

export function Card({ className, ...rest }: ComponentProps<'section'>) {
  return <section className={cn('rounded-lg border border-border bg-card', className)} {...rest} />
}

type HeadingProps = { title: ReactNode; text?: ReactNode; actions?: ReactNode }

export function PageHeading({ title, text, actions }: HeadingProps) {
  return (
    <header className="mb-5 flex flex-wrap items-start gap-x-6 gap-y-3">
      <div className="min-w-[min(100%,16rem)] flex-1">
        <h1 className="truncate text-xl leading-9 font-semibold">{title}</h1>
        {text && <p className="text-muted">{text}</p>}
      </div>
      {actions && <div className="flex min-h-9 flex-wrap items-center gap-2">{actions}</div>}
    </header>
  )
}

/** Nothing here yet: what it is, and the one thing to do. */
export function Empty({ icon, title, text, action }: { icon: ReactNode; title: string; text: string; action?: ReactNode }) {
  return (
    <div className="flex flex-col items-center gap-1 px-6 py-14 text-center">
      <div className="mb-2 grid size-11 place-items-center rounded-full bg-raised text-muted [&_svg]:size-5">{icon}</div>
      <p className="text-lg font-medium">{title}</p>
      <p className="max-w-md text-balance text-muted">{text}</p>
      {action && <div className="mt-4">{action}</div>}
    </div>
  )
}

/** What could not be fetched, and a way to try again. */
export function Trouble({ error, onRetry }: { error: Error; onRetry?: () => void }) {
  return (
    <div role="alert" className="flex flex-wrap items-center gap-3 rounded-lg border border-err/40 bg-err-soft/50 px-4 py-3">
      <TriangleAlert className="size-4 shrink-0 text-err" aria-hidden />
      <p className="min-w-0 flex-1">{error.message}</p>
      {onRetry && (
        <Button size="sm" onClick={onRetry}>
          <RotateCw aria-hidden />
          Try again
        </Button>
      )}
    </div>
  )
}

export function Skeleton({ className }: { className?: string }) {
  return <div aria-hidden className={cn('rounded-md bg-raised motion-safe:animate-pulse', className)} />
}

export function Kbd({ children }: { children: ReactNode }) {
  return (
    <kbd className="inline-grid h-5 min-w-5 place-items-center rounded-sm border border-border bg-raised px-1 font-mono text-xs text-muted">
      {children}
    </kbd>
  )
}
