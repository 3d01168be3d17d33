// Numbers as people read them: one function each for sizes, times, lengths, rates and money.

const decimal = (digits: number) =>
  new Intl.NumberFormat('en', { minimumFractionDigits: digits, maximumFractionDigits: digits })
const [whole, tenths] = [decimal(0), decimal(1)]
const UNITS = ['B', 'kB', 'MB', 'GB', 'TB']

/** `1.4 GB`: decimal units, three figures. */
export function bytes(count: number): string {
  let value = count
  let unit = 0
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000
    unit += 1
  }
  return `${unit === 0 || value >= 99.5 ? whole.format(value) : tenths.format(value)} ${UNITS[unit]}`
}

/** `01:02:03.500`, or `02:03.500` below an hour. */
export function timecode(seconds: number): string {
  const milliseconds = Math.round(Math.max(0, seconds) * 1000)
  const two = (value: number) => String(value).padStart(2, '0')
  const hours = Math.floor(milliseconds / 3_600_000)
  const minutes = two(Math.floor(milliseconds / 60_000) % 60)
  const rest = `${two(Math.floor(milliseconds / 1000) % 60)}.${String(milliseconds % 1000).padStart(3, '0')}`
  return hours > 0 ? `${two(hours)}:${minutes}:${rest}` : `${minutes}:${rest}`
}

/** Seconds from `[HH:]MM:SS[.mmm]` or plain seconds; `undefined` for anything else. */
export function parseTimecode(text: string): number | undefined {
  const pieces = text.trim().replace(',', '.').split(':')
  if (pieces.length > 3 || pieces.some((piece) => !/^\d+(\.\d+)?$/.test(piece))) return undefined
  if (pieces.slice(0, -1).some((piece) => piece.includes('.'))) return undefined
  return pieces.reduce((sum, piece) => sum * 60 + Number(piece), 0)
}

/** `1 h 12 min`, `3 min 5 s`, `8.2 s`. */
export function duration(seconds: number): string {
  if (seconds <= 0) return '0 s'
  if (seconds < 10) return `${tenths.format(seconds)} s`
  const total = Math.round(seconds)
  const [hours, minutes, rest] = [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60]
  if (hours > 0) return minutes > 0 ? `${hours} h ${minutes} min` : `${hours} h`
  if (minutes === 0) return `${rest} s`
  return rest > 0 ? `${minutes} min ${rest} s` : `${minutes} min`
}

/** `about 4 min`: no more exact than anybody can know. */
export function roughly(seconds: number): string {
  if (seconds < 5) return 'a few seconds'
  if (seconds < 55) return `about ${Math.ceil(seconds / 5) * 5} s`
  // Half a minute is a large part of one and a half.
  if (seconds < 115) return `about ${duration(Math.round(seconds / 10) * 10)}`
  if (seconds < 285) return `about ${duration(Math.round(seconds / 30) * 30)}`
  if (seconds < 3300) return `about ${Math.max(1, Math.round(seconds / 60))} min`
  return `about ${tenths.format(seconds / 3600)} h`
}

/** `2–4 min` from a low and a high guess. */
export function between(low: number, high: number, write: (value: number) => string): string {
  const [from, to] = [write(low), write(high)]
  if (from === to) return from
  const unit = to.replace(/^[\d.,]+/, '')
  return from.endsWith(unit) && unit !== '' ? `${from.slice(0, -unit.length)}–${to}` : `${from} – ${to}`
}

/** `1.6–2.2 min` from a low and a high guess in seconds: in the one unit that suits the higher. */
export function span(low: number, high: number): string {
  const [size, unit] = high < 100 ? [1, 's'] : high < 6000 ? [60, 'min'] : [3600, 'h']
  return between(low / size, high / size, (value) => `${value < 10 && size > 1 ? tenths.format(value) : whole.format(value)} ${unit}`)
}

export const percent = (value: number): string => `${Math.floor(value)} %`
export const count = (value: number): string => whole.format(value)
export const plural = (value: number, noun: string): string => `${count(value)} ${noun}${value === 1 ? '' : 's'}`
export const rate = (value: number): string => `${tenths.format(value)}×`
export const frameRate = (value: number): string => `${Number(value.toFixed(2))} fps`

const CODECS: Readonly<Record<string, string>> = {
  h264: 'H.264',
  hevc: 'HEVC',
  prores: 'ProRes',
  mpeg2: 'MPEG-2',
  mpeg4: 'MPEG-4',
  opus: 'Opus',
  vorbis: 'Vorbis',
}

/** `H.264`: a codec as people write it. */
export const codecName = (codec: string): string => CODECS[codec] ?? codec.toUpperCase()

const DAYS = new Intl.RelativeTimeFormat('en', { numeric: 'auto' })
const [MINUTE, HOUR, DAY, MONTH] = [60, 3600, 86_400, 2_592_000]
const day = (instant: string): string => new Date(instant).toLocaleDateString('en', { dateStyle: 'medium' })

/** `2 min ago`, `in 3 h`, in the units of lengths; beyond a month the date. */
export function relative(instant: string, now: number): string {
  const seconds = (Date.parse(instant) - now) / 1000
  if (Math.abs(seconds) < 5) return 'just now'
  const far = Math.abs(seconds)
  if (far >= MONTH) return day(instant)
  if (far >= DAY) return DAYS.format(Math.round(seconds / DAY), 'day')
  const [size, unit] = far < MINUTE ? [1, 's'] : far < HOUR ? [MINUTE, 'min'] : [HOUR, 'h']
  const amount = `${Math.round(far / Number(size))} ${unit}`
  return seconds < 0 ? `${amount} ago` : `in ${amount}`
}

/** `Nov 25, 2026`. */
export const calendarDay = (date: string): string => day(`${date}T12:00:00`)

/** Date and time in full, for a closer look. */
export const fullTime = (instant: string): string =>
  new Date(instant).toLocaleString('en', { dateStyle: 'medium', timeStyle: 'medium' })

export const clockTime = (milliseconds: number): string =>
  new Date(milliseconds).toLocaleTimeString('en', { hour: 'numeric', minute: '2-digit' })
