// The last values as a line without axes: how something went. What it is, and how much now, stands in words beside it.
import { cn } from '@/lib/class-names'

type Props = {
  values: readonly number[]
  /** As many as fill the width. */
  places: number
  /** What fills the height; the highest value where nothing is said. */
  high?: number
  className?: string
}

export function Spark({ values, places, high = Math.max(1, ...values), className }: Props) {
  if (values.length < 2) return null
  const points = values.map((value, index) => `${(index / (places - 1)) * 100},${24 - (value / high) * 22}`)
  return (
    <svg viewBox="0 0 100 25" preserveAspectRatio="none" aria-hidden className={cn('text-info', className)}>
      <polyline points={points.join(' ')} fill="none" stroke="currentColor" strokeWidth="1.5" vectorEffect="non-scaling-stroke" />
    </svg>
  )
}
