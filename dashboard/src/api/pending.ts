// Calls of the contract, written by hand before the document had them. Each is to give way to its generated one.
import { request } from './call'
import type { Export, ExportSettings } from './client'
import type { NewExport } from './gen'

export type ExportDefaults = { settings: ExportSettings; preset_id?: string; updated_at?: string }
export const viewExportSettings = () => request<ExportDefaults>('GET', '/api/settings/export')
export const chooseExportSettings = (body: { settings?: ExportSettings; preset_id?: string }) =>
  request<ExportDefaults>('PUT', '/api/settings/export', { body })
export const resetExportSettings = () => request<ExportDefaults>('DELETE', '/api/settings/export')

export type Preset = {
  id: string
  name: string
  settings: ExportSettings
  is_default: boolean
  created_at: string
  updated_at: string
}
type NewPreset = { name: string; settings: ExportSettings }
export const listPresets = () => request<{ presets: Preset[]; total: number }>('GET', '/api/settings/presets')
export const createPreset = (body: NewPreset) => request<Preset>('POST', '/api/settings/presets', { body })
export const editPreset = (id: string, body: NewPreset) =>
  request<Preset>('PUT', `/api/settings/presets/${id}`, { body })
export const deletePreset = (id: string) => request('DELETE', `/api/settings/presets/${id}`)
export const duplicatePreset = (id: string) => request<Preset>('POST', `/api/settings/presets/${id}/duplicate`)

export type Recommendation = {
  id: string
  platform: string
  title: string
  resolution: ExportSettings['resolution']
  format: ExportSettings['format']
  quality: NonNullable<ExportSettings['quality']>
  aspect_ratio: string
  max_duration_seconds?: number
  max_size_bytes?: number
  max_frame_rate?: number
  note: string
  source: string
}
export const listRecommendations = () =>
  request<{ as_of: string; recommendations: Recommendation[] }>('GET', '/api/recommendations')

type Between = { low: number; high: number }
export type Estimate = {
  duration_seconds: number
  size_bytes: Between
  render_seconds?: Between
  queue_seconds?: number
  /** Minutes of one slot. */
  cost?: Between
  outputs: number
  parts: number
  parts_reused: number
}
export const estimateExport = (video: string, body: NewExport, signal?: AbortSignal) =>
  request<Estimate>('POST', `/api/videos/${video}/estimate`, signal ? { body, signal } : { body })

export const retryExport = (id: string, changes: Partial<NewExport> = {}) =>
  request<Export>('POST', `/api/exports/${id}/retry`, { body: changes })
export const extendExport = (id: string, minutes: number) =>
  request<Export>('POST', `/api/exports/${id}/extend`, { body: { minutes } })
export type Share = { url: string; expires_at: string }
export const shareExport = (id: string, expires_in_hours: number) =>
  request<Share>('POST', `/api/exports/${id}/share`, { body: { expires_in_hours } })
export const unshareExport = (id: string) => request('DELETE', `/api/exports/${id}/share`)
