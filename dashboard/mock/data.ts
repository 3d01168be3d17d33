// What the mock farm holds at first: the same for every run, with every state there is.
import type { Account, Export, Limits, Output, Token, User, Video } from '../src/api/gen'
import type { ExportDefaults, Preset, Recommendation } from '../src/api/gen'
import type { Node } from '../src/api/gen'
import { ago, ahead, id } from './clock'

export const me: User = { id: id(1, 1), name: 'admin', role: 'admin' }

const NAMES = [
  'Interview with Ada.mp4',
  'City at night.mov',
  'Lecture 04 – sampling.mp4',
  'Wedding, second camera.mp4',
  'Drone over the bay.mp4',
  'Podcast episode 12.webm',
]

function video(number: number, part: Partial<Video> = {}): Video {
  return {
    id: id(2, number),
    user_id: me.id,
    filename: NAMES[number % NAMES.length] ?? 'Video.mp4',
    status: 'ready',
    size_bytes: 180_000_000 + number * 37_000_000,
    content_type: 'video/mp4',
    duration_seconds: 30 + number * 61.5,
    width: number % 4 === 3 ? 1080 : 1920,
    height: number % 4 === 3 ? 1920 : 1080,
    rotation: 0,
    frame_rate: 25,
    variable_frame_rate: false,
    video_codec: 'h264',
    audio_codec: 'aac',
    audio_channels: 2,
    hdr: false,
    warnings: [],
    poster_url: `/media/poster-${number % 6}.svg`,
    created_at: ago(3600 * number + 240),
    ...part,
  }
}

/** Of a video that was not read, nobody knows what is in it. */
function unread(number: number, part: Partial<Video>): Video {
  const { id, user_id, filename, status, size_bytes, content_type, warnings, created_at } = video(number)
  return { id, user_id, filename, status, size_bytes, content_type, warnings, created_at, ...part }
}

const indexing = unread(6, { filename: 'Fresh upload.mp4', status: 'indexing', created_at: ago(20) })
const failed = unread(7, {
  filename: 'Broken.avi',
  status: 'failed',
  error_code: 'unsupported_media',
  error_message: 'The file holds no picture that can be read.',
  error_detail: 'avidemux0: no "hdrl" list found\navidemux0: no known streams found',
})

export const videos: Video[] = [indexing, ...Array.from({ length: 6 }, (_, number) => video(number)), failed]

const segments = [
  { start_time: 2, end_time: 9.52 },
  { start_time: 14, end_time: 21.04 },
]

const output = (number: number, filename: string): Output => ({
  number,
  filename,
  size_bytes: 18_400_000 + number * 900_000,
  duration_seconds: 7.4,
  poster_url: `/media/poster-${number % 6}.svg`,
})

function made(number: number, part: Partial<Export> = {}): Export {
  const over = !part.status || !['pending', 'processing'].includes(part.status)
  return {
    id: id(3, number),
    export_id: id(3, number),
    video_id: id(2, number % 6),
    user_id: me.id,
    cost: 0,
    export_type: 'combined',
    resolution: '1080p',
    format: 'mp4',
    quality_preset: 'medium',
    status: 'completed',
    progress_percentage: 100,
    current_stage: 'complete',
    segment_selections: segments,
    total_duration_seconds: 14.56,
    created_at: ago(900 * number + 120),
    updated_at: ago(900 * number + 60),
    ...(part.status === 'pending' ? {} : { started_at: ago(900 * number + 110) }),
    ...(over ? { completed_at: ago(900 * number + 60) } : {}),
    outputs: [],
    ...part,
  }
}

const completed = (number: number, part: Partial<Export> = {}): Export => {
  const name = (NAMES[number % 6] ?? '').replace(/\.\w+$/, '')
  return made(number, {
    file_size_bytes: 18_400_000 + number * 1_234_567,
    sha256: number.toString(16).padStart(2, '0').repeat(32),
    expires_at: ahead(29 * 86_400),
    outputs: [output(number, `${name} (${number}).mp4`)],
    ...part,
  })
}

const clips = completed(5, {
  export_type: 'clips',
  outputs: [1, 2].map((number) => ({ ...output(number, `Podcast episode 12 – ${number}.mp4`), number, poster_url: '/media/poster-5.svg' })),
})

export const exports: Export[] = [
  made(0, { status: 'processing', current_stage: 'processing', progress_percentage: 37, created_at: ago(16), started_at: ago(14) }),
  made(1, { status: 'pending', current_stage: 'queued', progress_percentage: 0, created_at: ago(40) }),
  completed(2),
  made(3, {
    status: 'failed',
    current_stage: 'processing',
    progress_percentage: 58,
    error_code: 'source_unreadable',
    error_message: 'The video breaks off at 00:12.480: its last part is missing. Upload it again.',
    error_detail: `0:00:03.120 decoder: stream has no more data
0:00:03.121 avdec_h264-0: frame 312: error while decoding MB 62 40, bytestream -9
0:00:03.122 avdec_h264-0: Could not decode stream.`,
  }),
  made(4, { status: 'cancelled', current_stage: 'processing', progress_percentage: 12 }),
  clips,
  ...Array.from({ length: 18 }, (_, index) =>
    completed(index + 6, { format: index % 3 === 1 ? 'webm' : 'mp4', resolution: index % 4 === 2 ? '4k' : '1080p' }),
  ),
]

export const defaults: { now: ExportDefaults } = {
  now: {
    settings: {
      resolution: '1080p',
      format: 'mp4',
      quality: 'medium',
      crossfade_seconds: 0,
      normalize_audio: true,
      reuse_parts: true,
    },
  },
}

export const presets: Preset[] = [
  {
    id: id(4, 1),
    name: 'Archive',
    settings: { resolution: '4k', format: 'mov', quality: 'high' },
    is_default: false,
    created_at: ago(86_400 * 3),
    updated_at: ago(86_400),
  },
]

const place = (part: Partial<Recommendation> & Pick<Recommendation, 'id' | 'title' | 'platform'>): Recommendation => ({
  resolution: '1080p',
  format: 'mp4',
  quality: 'high',
  aspect_ratio: '16:9',
  note: 'H.264 with AAC, as the platform asks for.',
  source: 'https://example.org/help',
  ...part,
})

export const recommendations: Recommendation[] = [
  place({ id: 'youtube', platform: 'YouTube', title: 'YouTube', resolution: '4k', max_frame_rate: 60 }),
  place({ id: 'youtube_shorts', platform: 'YouTube', title: 'YouTube Short', aspect_ratio: '9:16', max_duration_seconds: 180 }),
  place({
    id: 'instagram_reel',
    platform: 'Instagram',
    title: 'Instagram Reel',
    aspect_ratio: '9:16',
    max_duration_seconds: 900,
    max_size_bytes: 1e9,
    max_frame_rate: 60,
  }),
  place({ id: 'instagram_feed', platform: 'Instagram', title: 'Instagram feed', aspect_ratio: '4:5', quality: 'medium' }),
]

export const tokens: Token[] = [
  { id: id(5, 1), name: 'reelfarm up', created_at: ago(86_400 * 12), last_used_at: ago(40) },
  { id: id(5, 2), name: 'nightly archive', created_at: ago(86_400 * 2) },
]

/** What every mock account may order and keep. */
export const limits: Limits = { active_exports: 3, exports_per_hour: 10, storage_bytes: 100e9, file_bytes: 5e9 }

export const users: Account[] = [
  { id: me.id, name: 'admin', role: 'admin', disabled: false, has_password: true, limits, created_at: ago(86_400 * 30) },
  { id: id(1, 2), name: 'mia', role: 'creator', disabled: false, has_password: true, limits, created_at: ago(86_400 * 9) },
  { id: id(1, 3), name: 'otto', role: 'operator', disabled: false, has_password: true, limits, created_at: ago(86_400 * 8) },
  { id: id(1, 4), name: 'gone', role: 'creator', disabled: true, has_password: false, limits, created_at: ago(86_400 * 20) },
]

export const nodes: Node[] = [
  node(1, { name: 'studio-gpu-1', slots: 8, slots_busy: 5 }),
  node(2, { name: 'studio-gpu-2', slots: 8, slots_busy: 8 }),
  node(3, {
    name: 'laptop',
    slots: 2,
    slots_busy: 0,
    idle: { code: 'other_pools', message: 'What waits needs nvenc, and it has x264 and vp9.' },
  }),
  node(4, { name: 'old-tower', state: 'draining', slots: 4, slots_busy: 1 }),
  node(5, { name: 'attic', state: 'offline', connected: false, slots: 4, slots_busy: 0, seen_at: ago(7200) }),
]

function node(number: number, part: Partial<Node>): Node {
  return {
    id: id(6, number),
    name: 'node',
    state: 'online',
    connected: true,
    slots: 4,
    slots_busy: 0,
    seen_at: ago(2),
    created_at: ago(86_400 * number),
    ...part,
  }
}
