// The export functions and types by the names that programs rely on. All of them are typed from the generated client.
import { call } from './call'
import * as sdk from './gen/sdk.gen'
import type {
  Download,
  Export,
  ExportStatus,
  ExportType,
  Exports,
  Format,
  ListExportsOfVideoData,
  NewExport,
  Progress,
  Quality,
  Resolution,
  SegmentRange,
  Stage,
} from './gen'

export type { Export, ExportStatus, ExportType, Format, Resolution, Stage }
export type QualityPreset = Quality
export type ExportProgress = Progress
export type ExportConfig = NewExport
export type ExportSegment = SegmentRange
/** Everything of an export but its segments and its name. */
export type ExportSettings = Omit<NewExport, 'segments' | 'name' | 'quality_preset' | 'export_type'> & {
  export_type?: ExportType
}

type Signal = { signal?: AbortSignal }

/** Orders an export. The same `key` sent twice orders once. */
export function createExport(videoId: string, config: ExportConfig, key?: string, init: Signal = {}): Promise<Export> {
  const headers = key === undefined ? {} : { 'Idempotency-Key': key }
  return call(sdk.createExport({ path: { id: videoId }, body: config, headers, ...init }))
}

/** One export as it is now. */
export function getExport(exportId: string, init: Signal = {}): Promise<Export> {
  return call(sdk.viewExport({ path: { id: exportId }, ...init }))
}

/** How far an export is. */
export async function getExportProgress(exportId: string, init: Signal = {}): Promise<ExportProgress> {
  const answer = sdk.exportProgress({ path: { id: exportId }, headers: { Accept: 'application/json' }, ...init })
  // The other answer of this operation is a stream, and was not asked for.
  return (await call(answer)) as ExportProgress
}

/** An address of a finished file, good for an hour: of one clip, or of the file or ZIP of the whole export. */
export function getExportDownloadUrl(exportId: string, clip?: number, init: Signal = {}): Promise<Download> {
  const query = clip === undefined ? {} : { clip }
  return call(sdk.downloadExport({ path: { id: exportId }, query, ...init }))
}

/** Stops an export that is under way. One that is over meanwhile is kept, and the call refused. */
export async function cancelExport(exportId: string, init: Signal = {}): Promise<void> {
  await call(sdk.deleteExport({ path: { id: exportId }, query: { cancel_only: true }, ...init }))
}

/** Deletes an export that is over, with its files. */
export async function deleteExport(exportId: string, init: Signal = {}): Promise<void> {
  await call(sdk.deleteExport({ path: { id: exportId }, ...init }))
}

/** The exports of one video. */
export function getVideoExports(
  videoId: string,
  query: NonNullable<ListExportsOfVideoData['query']> = {},
  init: Signal = {},
): Promise<Exports> {
  return call(sdk.listExportsOfVideo({ path: { id: videoId }, query, ...init }))
}

/** Lets the browser save a finished file under its own name. */
export async function downloadExport(exportId: string, clip?: number): Promise<Download> {
  const download = await getExportDownloadUrl(exportId, clip)
  const link = document.createElement('a')
  link.href = download.url
  link.download = download.filename
  link.rel = 'noreferrer'
  document.body.append(link)
  link.click()
  link.remove()
  return download
}
