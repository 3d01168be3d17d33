// A bar that fills, or moves while nobody knows how far it is.
import { Progress as Radix } from 'radix-ui'
import { cn } from '@/lib/class-names'

type Props = { value: number | null; label: string; text?: string; tone?: string; className?: string }

export function ProgressBar({ value, label, text, tone = 'bg-primary', className }: Props) {
  return (
    <Radix.Root
      value={value}
      aria-label={label}
      aria-valuetext={text}
      className={cn('relative h-2 w-full overflow-hidden rounded-full bg-raised', className)}
    >
      <Radix.Indicator
        className={cn(
          'h-full rounded-full transition-[width] duration-300 ease-out',
          tone,
          value === null && 'w-1/4 motion-safe:animate-pulse',
        )}
        style={value === null ? undefined : { width: `${value}%` }}
      />
    </Radix.Root>
  )
}
