// How many times as long as usual a task may run before it counts as stuck.

export const FACTORS = [
  { value: '2', label: 'Twice as long as usual' },
  { value: '3', label: '3 times as long as usual' },
  { value: '5', label: '5 times as long as usual' },
  { value: '10', label: '10 times as long as usual' },
] as const
export type Factor = (typeof FACTORS)[number]['value']
export const FACTOR_USUAL: Factor = '3'
export const isFactor = (value: unknown): value is Factor => FACTORS.some((known) => known.value === value)
