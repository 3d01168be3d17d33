// What is known of a thing: names on the left, and what holds for each on the right.
import type { ReactNode } from 'react'
import { cn } from '@/lib/class-names'

export type Fact = readonly [name: string, value: ReactNode]

export function Facts({ facts, className }: { facts: readonly Fact[]; className?: string }) {
  return (
    <dl className={cn('flex flex-col gap-2', className)}>
      {facts.map(([name, value]) => (
        <div key={name} className="flex items-baseline justify-between gap-4">
          <dt className="shrink-0 text-muted">{name}</dt>
          <dd className="figures min-w-0 text-right">{value}</dd>
        </div>
      ))}
    </dl>
  )
}
