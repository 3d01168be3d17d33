// The ids of the mock farm, by kind and number, as `mock/clock.ts` makes them.
export const id = (kind, number) =>
  `0192f0${kind.toString(16).padStart(2, '0')}-0000-7000-8000-${number.toString(16).padStart(12, '0')}`
