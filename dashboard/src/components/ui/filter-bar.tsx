// One of several filters is on; each says how many it lets through.
import type { ReactNode } from 'react'
import { cn } from '@/lib/class-names'

type Filter<V extends string> = { value: V; label: ReactNode; count?: number | undefined }

type Props<V extends string> = {
  value: V
  onChange: (value: V) => void
  filters: readonly Filter<V>[]
  label: string
}

export function FilterBar<V extends string>({ value, onChange, filters, label }: Props<V>) {
  return (
    <div role="group" aria-label={label} className="mb-4 flex gap-1 overflow-x-auto border-b border-border">
      {filters.map((filter) => (
        <button
          key={filter.value}
          type="button"
          aria-pressed={filter.value === value}
          onClick={() => onChange(filter.value)}
          className={cn(
            '-mb-px flex h-10 shrink-0 items-center gap-2 border-b-2 px-3 outline-offset-[-2px]',
            filter.value === value ? 'border-primary' : 'border-transparent text-muted hover:text-foreground',
          )}
        >
          {filter.label}
          {filter.count !== undefined && (
            <span className="figures rounded-full bg-raised px-1.5 text-xs text-muted">{filter.count}</span>
          )}
        </button>
      ))}
    </div>
  )
}
