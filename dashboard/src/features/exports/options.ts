// What an export can be: sizes, qualities, containers and types, with the words people choose by.
import type { ExportSettings, ExportType, Format, QualityPreset, Resolution } from '@/api/client'
import type { Video } from '@/api/gen'

/** The farm's own defaults, for as long as nobody chose others. */
export const FARM_DEFAULTS: ExportSettings = {
  resolution: '1080p',
  format: 'mp4',
  quality: 'medium',
  crossfade_seconds: 0,
  normalize_audio: true,
  reuse_parts: true,
}

export const RESOLUTIONS: readonly { value: Resolution; label: string; width: number; height: number }[] = [
  { value: '720p', label: '720p', width: 1280, height: 720 },
  { value: '1080p', label: '1080p', width: 1920, height: 1080 },
  { value: '4k', label: '4K', width: 3840, height: 2160 },
]

export const QUALITIES: readonly { value: QualityPreset; label: string; hint: string }[] = [
  { value: 'low', label: 'Low', hint: 'Small, for drafts' },
  { value: 'medium', label: 'Medium', hint: 'For the web' },
  { value: 'high', label: 'High', hint: 'For further editing' },
]

export const FORMATS: readonly { value: Format; label: string; hint: string }[] = [
  { value: 'mp4', label: 'MP4', hint: 'H.264, AAC' },
  { value: 'mov', label: 'MOV', hint: 'H.264, AAC' },
  { value: 'webm', label: 'WebM', hint: 'VP9, Opus' },
]

export const TYPES: readonly { value: ExportType; label: string; hint: string }[] = [
  { value: 'single', label: 'Single clip', hint: 'One segment, one file' },
  { value: 'combined', label: 'Combined video', hint: 'All segments in one file' },
  { value: 'clips', label: 'Individual clips', hint: 'A file each, and a ZIP of all' },
]

const label = <V extends string>(choices: readonly { value: V; label: string }[], value: V | undefined): string =>
  choices.find((choice) => choice.value === value)?.label ?? ''

export const resolutionLabel = (value: Resolution): string => label(RESOLUTIONS, value)
export const qualityLabel = (value: QualityPreset | undefined): string => label(QUALITIES, value)
export const formatLabel = (value: Format): string => label(FORMATS, value)
export const typeLabel = (value: ExportType): string => label(TYPES, value)

/** `1080p · MP4 · Medium`; what is not said is the farm's default. */
export function settingsLine(settings: Partial<ExportSettings>): string {
  const { resolution, format, quality } = { ...FARM_DEFAULTS, ...settings }
  return `${resolutionLabel(resolution)} · ${formatLabel(format)} · ${qualityLabel(quality)}`
}

/** The type that fits so many segments when nobody chose one. */
export const typeFor = (segments: number): ExportType => (segments > 1 ? 'combined' : 'single')

/** The picture that comes out: fitted into the box either way up, never enlarged beyond it; even numbers. */
export function outputSize(video: Video | undefined, resolution: Resolution): { width: number; height: number } | undefined {
  const box = RESOLUTIONS.find(({ value }) => value === resolution)
  if (!box || !video?.width || !video.height) return undefined
  const upright = video.height > video.width
  const [boxWidth, boxHeight] = upright ? [box.height, box.width] : [box.width, box.height]
  const scale = Math.min(boxWidth / video.width, boxHeight / video.height)
  const even = (value: number) => Math.max(2, Math.round((value * scale) / 2) * 2)
  return { width: even(video.width), height: even(video.height) }
}

/** Whether the picture would have to be made larger than it is. */
export const enlarges = (video: Video | undefined, resolution: Resolution): boolean => {
  const size = outputSize(video, resolution)
  return size !== undefined && video?.width !== undefined && size.width > video.width
}
