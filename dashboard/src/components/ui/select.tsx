// A choice of one among few: the browser's own list, which every keyboard, hand and screen reader knows.
import { ChevronDown } from 'lucide-react'
import { cn } from '@/lib/class-names'

export type Choice<V extends string> = { value: V; label: string; hint?: string }

type Props<V extends string> = {
  value: V
  onChange: (value: V) => void
  choices: readonly Choice<V>[]
  label: string
  className?: string
  id?: string
}

export function Select<V extends string>({ value, onChange, choices, label, className, id }: Props<V>) {
  const pick = (text: string) => {
    const choice = choices.find((known) => known.value === text)
    if (choice) onChange(choice.value)
  }
  return (
    <span className={cn('relative inline-flex', className)}>
      <select
        id={id}
        aria-label={label}
        value={value}
        onChange={(event) => pick(event.target.value)}
        className="h-9 w-full appearance-none rounded-md border border-edge/60 bg-card pr-9 pl-3 hover:bg-raised"
      >
        {choices.map((choice) => (
          <option key={choice.value} value={choice.value}>
            {choice.label}
          </option>
        ))}
      </select>
      <ChevronDown className="pointer-events-none absolute top-2.5 right-2.5 size-4 text-muted" aria-hidden />
    </span>
  )
}
