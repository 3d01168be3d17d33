// A choice of one among few that deserve a sentence each: cards in a row.
import { RadioGroup } from 'radix-ui'
import type { ReactNode } from 'react'
import { cn } from '@/lib/class-names'

export type Card<V extends string> = { value: V; label: string; hint?: ReactNode; disabled?: boolean }

type Props<V extends string> = {
  value: V
  onChange: (value: V) => void
  cards: readonly Card<V>[]
  label: string
  className?: string
  describedBy?: string | undefined
}

export function RadioCards<V extends string>({ value, onChange, cards, label, className, describedBy }: Props<V>) {
  const pick = (text: string) => {
    const card = cards.find((known) => known.value === text)
    if (card) onChange(card.value)
  }
  return (
    <RadioGroup.Root
      value={value}
      onValueChange={pick}
      aria-label={label}
      aria-describedby={describedBy}
      className={cn('grid auto-cols-fr grid-flow-col gap-2', className)}
    >
      {cards.map((card) => (
        <RadioGroup.Item
          key={card.value}
          value={card.value}
          disabled={card.disabled ?? false}
          className={
            'flex min-w-0 flex-col rounded-lg border border-border bg-card px-2 py-2 text-left sm:px-3 transition-colors hover:border-edge disabled:opacity-50 ' +
            'data-[state=checked]:border-primary data-[state=checked]:bg-primary-soft/50'
          }
        >
          <span className="block font-medium">{card.label}</span>
          {card.hint && <span className="block text-sm text-muted">{card.hint}</span>}
        </RadioGroup.Item>
      ))}
    </RadioGroup.Root>
  )
}
