// The mock farm's time: everything it tells is counted from when the page was opened.
export const opened = Date.now()
export const ago = (seconds: number): string => new Date(opened - seconds * 1000).toISOString()
export const ahead = (seconds: number): string => new Date(opened + seconds * 1000).toISOString()
/** Ids that look like the coordinator's, and are the same each time. */
export const id = (kind: number, number: number): string =>
  `0192f0${kind.toString(16).padStart(2, '0')}-0000-7000-8000-${number.toString(16).padStart(12, '0')}`
