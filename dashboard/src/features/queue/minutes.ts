// How far back the queue can be looked at.

export const RANGES = [
  { value: '15', label: 'Last 15 minutes' },
  { value: '60', label: 'Last hour' },
  { value: '360', label: 'Last 6 hours' },
  { value: '1440', label: 'Last 24 hours' },
] as const
export type Minutes = (typeof RANGES)[number]['value']
export const MINUTES_USUAL: Minutes = '60'
export const isMinutes = (value: unknown): value is Minutes => RANGES.some((known) => known.value === value)
