// What is wrong with an order, found before it is sent. The coordinator checks again and has the last word.
import type { ExportConfig, ExportSegment, Format } from '@/api/client'
import type { ApiError } from '@/api/error'
import type { Video } from '@/api/gen'

export type Faults = Readonly<Record<string, string>>

const SEGMENTS_MAX = 500
const NAME_CHARACTERS_MAX = 200

const span = ({ start = 0, end = 0 }: ExportSegment): number => end - start

/** Faults by field, named as the coordinator names them: `segments`, `segments[2].end`, `crossfade_seconds`, `name`. */
export function faultsOf(order: ExportConfig, video: Video | undefined): Faults {
  const segments = order.segments ?? []
  const faults: Record<string, string> = {}
  const frame = video?.frame_rate ? 1 / video.frame_rate : 0.04
  const length = video?.duration_seconds ?? Number.POSITIVE_INFINITY
  if (order.export_type === 'single' && segments.length > 1) {
    faults.segments = `A single clip takes one segment, and ${segments.length} are chosen. Choose one, or another type.`
  }
  if (segments.length > SEGMENTS_MAX) faults.segments = `At most ${SEGMENTS_MAX} segments fit into one export.`
  for (const [index, { start = 0, end = 0 }] of segments.entries()) {
    if (end <= start) faults[`segments[${index}].end`] = 'The segment ends before it begins.'
    else if (end - start < frame * 0.999) faults[`segments[${index}].end`] = 'The segment is shorter than one frame.'
    else if (end > length + 0.001) faults[`segments[${index}].end`] = 'The segment goes on after the end of the video.'
  }
  const crossfade = order.crossfade_seconds ?? 0
  if (crossfade > 0 && order.export_type === 'combined') {
    const shortest = Math.min(...segments.map(span))
    if (segments.length > 1 && crossfade >= shortest) {
      faults.crossfade_seconds = 'The crossfade is longer than the shortest segment.'
    }
  }
  if (order.name !== undefined && order.name.length > NAME_CHARACTERS_MAX) {
    faults.name = `A name has at most ${NAME_CHARACTERS_MAX} characters.`
  }
  return faults
}

/** The faults the coordinator found, by the same names. */
export const faultsFrom = (error: ApiError): Faults =>
  Object.fromEntries(error.problems.map(({ field, message }) => [field.replace(/_time$/, ''), message]))

const INSTAGRAM_BYTES_MAX = 1e9
const SIZE_BYTES_MAX = 5e9

/** What is worth knowing, and stops nothing. */
export function warningsOf(enlarged: boolean, hdr: boolean, format: Format, sizeHigh: number | undefined): string[] {
  const warnings: string[] = []
  if (format === 'webm') warnings.push('Not every phone, television and editor plays WebM. MP4 plays everywhere.')
  if (enlarged) warnings.push('The video is smaller than this: the picture is enlarged and gains no detail.')
  if (hdr) warnings.push('The video is HDR; the export keeps its colours as they are marked.')
  if (sizeHigh !== undefined && sizeHigh > SIZE_BYTES_MAX) {
    warnings.push('The file may grow beyond 5 GB, and would be refused then.')
  } else if (sizeHigh !== undefined && sizeHigh > INSTAGRAM_BYTES_MAX) {
    warnings.push('The file may grow beyond 1 GB, which Instagram does not take.')
  }
  return warnings
}
