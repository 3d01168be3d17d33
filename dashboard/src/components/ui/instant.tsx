// A moment, said relative to now, and in full on a closer look.
import { fullTime, relative } from '@/lib/format'
import { useNow } from '@/hooks/use-now'

export function Instant({ at }: { at: string }) {
  const now = useNow(10_000)
  return (
    <time dateTime={at} title={fullTime(at)}>
      {relative(at, now)}
    </time>
  )
}
