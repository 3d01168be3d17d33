// A choice of one among few, as a list that opens.
import { Check, ChevronDown } from 'lucide-react'
import { Select as Radix } from 'radix-ui'
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
    <Radix.Root value={value} onValueChange={pick}>
      <Radix.Trigger
        id={id}
        aria-label={label}
        className={cn(
          'inline-flex h-9 items-center justify-between gap-2 rounded-md border border-edge/60 bg-card px-3 hover:bg-raised',
          className,
        )}
      >
        <Radix.Value />
        <Radix.Icon>
          <ChevronDown className="size-4 text-muted" aria-hidden />
        </Radix.Icon>
      </Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          position="popper"
          sideOffset={4}
          className="z-60 min-w-(--radix-select-trigger-width) rounded-lg border border-border bg-card p-1 shadow-lg"
        >
          <Radix.Viewport>
            {choices.map((choice) => (
              <Radix.Item
                key={choice.value}
                value={choice.value}
                className="flex h-8 items-center gap-2 rounded-sm pr-3 pl-7 outline-none data-highlighted:bg-raised relative"
              >
                <Radix.ItemIndicator className="absolute left-2">
                  <Check className="size-4 text-primary" aria-hidden />
                </Radix.ItemIndicator>
                <Radix.ItemText>{choice.label}</Radix.ItemText>
                {choice.hint && <span className="ml-auto text-sm text-muted">{choice.hint}</span>}
              </Radix.Item>
            ))}
          </Radix.Viewport>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}
