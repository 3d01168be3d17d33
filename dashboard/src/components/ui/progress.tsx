// A bar that fills, or moves while nobody knows how far it is.
import { cn } from '@/lib/class-names'

type Props = { value: number | null; label: string; text?: string; tone?: string; className?: string }

export function ProgressBar({ value, label, text, tone = 'bg-primary', className }: Props) {
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={value === null ? undefined : Math.floor(value)}
      aria-valuetext={text}
      className={cn('relative h-2 w-full overflow-hidden rounded-full bg-raised', className)}
    >
      <div
        className={cn(
          'h-full rounded-full transition-[width] duration-300 ease-out',
          tone,
          // Where nothing may move, a part that stands still would read as so much done.
          value === null && 'w-1/4 motion-safe:animate-pulse motion-reduce:w-0',
        )}
        style={value === null ? undefined : { width: `${value}%` }}
      />
    </div>
  )
}
