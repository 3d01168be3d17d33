// What the dashboard asks for and under which key it is kept. Whoever shows data takes it from here.
import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import * as actions from './actions'
import { call } from './call'
import { getExport, getExportDownloadUrl, getExportProgress } from './client'
import type { Export, ExportStatus, ExportType, ListExportsData, Video } from './gen'
import * as sdk from './gen/sdk.gen'
import { pollEvery } from './events'
import { keys } from './keys'

const isActive = (status: ExportStatus): boolean => status === 'pending' || status === 'processing'
const isSettling = (video: Video): boolean => video.status === 'indexing' || video.status === 'uploading'

export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: ({ signal }) => call(sdk.me({ signal })),
  staleTime: 60_000,
  retry: false,
})

export type ExportsPage = {
  page: number
  status?: ExportStatus | undefined
  export_type?: ExportType | undefined
  format?: Export['format'] | undefined
  resolution?: Export['resolution'] | undefined
  /** Part of the name of a video or a file. */
  search?: string | undefined
  sort?: NonNullable<ListExportsData['query']>['sort'] | undefined
  limit?: number
}

/** A page of exports over all videos, or of one. Asked for again quickly while one of them moves. */
export const exportsQuery = ({ videoId, ...page }: ExportsPage & { videoId?: string | undefined }) =>
  queryOptions({
    queryKey: [...keys.exports, 'list', videoId ?? 'all', page],
    queryFn: async ({ signal }) => {
      const query = Object.fromEntries(Object.entries(page).filter(([, value]) => value !== undefined))
      if (videoId === undefined) return call(sdk.listExports({ query, signal }))
      const { exports, total } = await call(sdk.listExportsOfVideo({ path: { id: videoId }, query, signal }))
      return { exports, total, counts: undefined }
    },
    placeholderData: keepPreviousData,
    refetchInterval: (query) => pollEvery(query.state.data?.exports.some(({ status }) => isActive(status)) ?? false),
  })

export const exportQuery = (id: string) =>
  queryOptions({
    queryKey: keys.export(id),
    queryFn: ({ signal }) => getExport(id, { signal }),
    refetchInterval: (query) => pollEvery(query.state.data ? isActive(query.state.data.status) : false),
  })

export const progressQuery = (id: string, pollInterval: number, enabled: boolean) =>
  queryOptions({
    queryKey: keys.progress(id),
    queryFn: ({ signal }) => getExportProgress(id, { signal }),
    enabled,
    refetchInterval: (query) => {
      const status = query.state.data?.status
      return status === undefined || isActive(status) ? pollInterval : false
    },
  })

/** An address that is good for less is renewed. */
const GOOD_FOR_MS = 12 * 60_000

/**
 * Addresses are signed anew with each answer, and every event asks for answers. While the old one is good it stays: a player that
 * is given another begins again from the start.
 */
function whileGood(before: unknown, now: unknown): unknown {
  const isKnown = typeof before === 'object' && before !== null && 'expires_at' in before
  return isKnown && Date.parse(String(before.expires_at)) - Date.now() > GOOD_FOR_MS ? before : now
}

export const downloadQuery = (id: string, clip: number | undefined, enabled: boolean) =>
  queryOptions({
    queryKey: [...keys.export(id), 'download', clip ?? 'all'],
    queryFn: ({ signal }) => getExportDownloadUrl(id, clip, { signal }),
    enabled,
    structuralSharing: whileGood,
    // An address is good for an hour.
    staleTime: 45 * 60_000,
    refetchInterval: 50 * 60_000,
  })

export const reportQuery = (id: string, enabled: boolean) =>
  queryOptions({
    queryKey: [...keys.export(id), 'report'],
    queryFn: ({ signal }) => call(sdk.exportReport({ path: { id }, signal })),
    enabled,
    staleTime: Number.POSITIVE_INFINITY,
  })

type VideosPage = { page?: number; limit: number; search?: string; sort?: 'created_at' | '-created_at' }

export const videosQuery = ({ page = 1, search = '', ...rest }: VideosPage) =>
  queryOptions({
    queryKey: [...keys.videos, 'list', { page, search, ...rest }],
    queryFn: ({ signal }) => call(sdk.listVideos({ query: { page, ...rest, ...(search ? { search } : {}) }, signal })),
    placeholderData: keepPreviousData,
    refetchInterval: (query) => pollEvery(query.state.data?.videos.some(isSettling) ?? false),
  })

export const videoQuery = (id: string) =>
  queryOptions({
    queryKey: keys.video(id),
    queryFn: ({ signal }) => call(sdk.viewVideo({ path: { id }, signal })),
    refetchInterval: (query) => pollEvery(query.state.data ? isSettling(query.state.data) : false),
  })

export const previewQuery = (id: string, ready: boolean) =>
  queryOptions({
    queryKey: [...keys.video(id), 'preview'],
    queryFn: ({ signal }) => call(sdk.viewPreview({ path: { id }, signal })),
    enabled: ready,
    structuralSharing: whileGood,
    staleTime: 45 * 60_000,
    retry: false,
    // It is made once no export wants the slots; until then the answer is "not ready".
    refetchInterval: (query) => (query.state.error ? 3000 : false),
  })

export type Peaks = { peaks_per_second: number; peaks: number[] }

export const peaksQuery = (video: string, url: string | undefined) =>
  queryOptions({
    queryKey: [...keys.video(video), 'peaks'],
    queryFn: async ({ signal }): Promise<Peaks> => {
      // The address is presigned: a cookie is neither needed nor wanted there.
      const answer = await fetch(url ?? '', { signal, credentials: 'omit' })
      if (!answer.ok) throw new Error(`The waveform could not be fetched (${answer.status}).`)
      return answer.json()
    },
    enabled: url !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
  })

const settingsStay = { staleTime: 60_000 }
export const defaultsQuery = queryOptions({
  queryKey: [...keys.settings, 'export'],
  queryFn: actions.viewExportSettings,
  ...settingsStay,
})
export const presetsQuery = queryOptions({ queryKey: keys.presets, queryFn: actions.listPresets, ...settingsStay })
export const recommendationsQuery = queryOptions({
  queryKey: [...keys.settings, 'recommendations'],
  queryFn: actions.listRecommendations,
  staleTime: Number.POSITIVE_INFINITY,
})
export const tokensQuery = queryOptions({ queryKey: keys.tokens, queryFn: actions.listTokens })
export const usersQuery = queryOptions({ queryKey: keys.users, queryFn: actions.listUsers })
