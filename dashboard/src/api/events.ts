// One stream of events per tab: it says what changed, the query cache is told, and polling takes over while it is away.
import type { QueryClient } from '@tanstack/react-query'
import { useSyncExternalStore } from 'react'
import type { ExportProgress } from './client'
import { keys } from './keys'
import { type ServerEvent, follow } from './stream'

export type Connection = { state: 'live' | 'polling' | 'offline'; since: number }

const TOPICS = ['exports', 'videos', 'queue', 'nodes'] as const
/** The coordinator pings every 15 s; a stream silent for longer is dead. */
const SILENCE_MAX_MS = 35_000
const RETRY_FIRST_MS = 1_000
const RETRY_MAX_MS = 30_000
/** News is passed on at most this often, so that a busy farm does not keep a page busy. */
const FLUSH_EVERY_MS = 250
/** After a time without any it is passed on as soon as what comes along with it is there. */
const GATHER_MS = 20

/** How often lists ask again without a stream: nobody is told anything more than 5 s late. */
const POLL_MOVING_MS = 2_000
const POLL_RESTING_MS = 4_000
/** And with one, only to be sure. */
const LIVE_MOVING_MS = 10_000
const LIVE_RESTING_MS = 60_000

type Over = (id: string, status: 'completed' | 'failed') => void
const overListeners = new Set<Over>()

/** Calls whenever the stream says that an export has ended by itself, until the returned function is called. */
export function whenOver(listener: Over): () => void {
  overListeners.add(listener)
  return () => overListeners.delete(listener)
}

let connection: Connection = { state: 'polling', since: Date.now() }
const listeners = new Set<() => void>()

function becomes(state: Connection['state']): void {
  if (connection.state === state) return
  connection = { state, since: Date.now() }
  for (const listener of listeners) listener()
}

/** The interval of a query whose things move, or rest. */
export function pollEvery(moving: boolean): number {
  if (connection.state === 'live') return moving ? LIVE_MOVING_MS : LIVE_RESTING_MS
  return moving ? POLL_MOVING_MS : POLL_RESTING_MS
}

/** How news arrives at the moment. */
export function useConnection(): Connection {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => connection,
  )
}

type Told = { topic: string | undefined; thing: unknown }

/** What an event says, as far as it can be read. */
function read({ data }: ServerEvent): Told {
  try {
    const value: unknown = JSON.parse(data)
    if (typeof value !== 'object' || value === null) return { topic: undefined, thing: undefined }
    const topic = 'topic' in value && typeof value.topic === 'string' ? value.topic : undefined
    return { topic, thing: 'thing' in value ? value.thing : undefined }
  } catch {
    return { topic: undefined, thing: undefined }
  }
}

/** The topics of the cache that an event makes old. A snapshot says that anything may be different. */
export function topicsOf(event: ServerEvent): string[] {
  if (event.name === 'snapshot') return [...TOPICS]
  const { topic } = read(event)
  const known = TOPICS.filter((name) => name === topic)
  // What moves an export moves the queue.
  return known.includes('exports') ? [...known, 'queue'] : known
}

type Watched = { export: { id: string }; progress: ExportProgress }

/** How far an export is, when the event tells it. */
function progressIn(event: ServerEvent): Watched | undefined {
  const { topic, thing } = read(event)
  if (topic !== 'exports' || typeof thing !== 'object' || thing === null || !('exports' in thing)) return undefined
  // The coordinator's own shape: the field that the topic names.
  return thing.exports as Watched
}

/** Keeps the cache true until the returned function is called. Only operators may watch the farm. */
export function connect(cache: QueryClient, isOperator: boolean): () => void {
  const path = `/api/events?topics=${(isOperator ? TOPICS : TOPICS.slice(0, 2)).join(',')}`
  const stop = new AbortController()
  const stale = new Set<string>()
  let flush: ReturnType<typeof setTimeout> | undefined
  let passedAt = -FLUSH_EVERY_MS
  let lastId: string | undefined
  let isFirst = true

  const tell = (event: ServerEvent) => {
    if (event.id !== undefined) lastId = event.id
    const watched = progressIn(event)
    if (watched) {
      const { id } = watched.export
      const { status } = watched.progress
      cache.setQueryData(keys.progress(id), watched.progress)
      if (status === 'completed' || status === 'failed') for (const listener of overListeners) listener(id, status)
    }
    // The first says what the page has just asked for.
    const known = isFirst && event.name === 'snapshot'
    isFirst = false
    if (known) return
    outdate(topicsOf(event))
  }
  const outdate = (topics: readonly string[]) => {
    for (const topic of topics) stale.add(topic)
    flush ??= setTimeout(passOn, Math.max(GATHER_MS, passedAt + FLUSH_EVERY_MS - performance.now()))
  }
  /** What is being asked for at the moment may be older than the news: it is let finish, and asked for again then. */
  const passOn = () => {
    flush = undefined
    passedAt = performance.now()
    for (const topic of stale) {
      if (cache.isFetching({ queryKey: [topic] }) > 0) continue
      stale.delete(topic)
      void cache.invalidateQueries({ queryKey: [topic] })
    }
    if (stale.size > 0) flush = setTimeout(passOn, FLUSH_EVERY_MS)
  }

  // What is asked for now is asked for again at the shorter intervals.
  const onLost = () => outdate(TOPICS)
  void keepFollowing({ path, stop: stop.signal, lastId: () => lastId, tell, onLost })
  const offline = () => becomes('offline')
  const online = () => becomes('polling')
  window.addEventListener('offline', offline)
  window.addEventListener('online', online)
  return () => {
    stop.abort()
    clearTimeout(flush)
    window.removeEventListener('offline', offline)
    window.removeEventListener('online', online)
  }
}

type Following = {
  path: string
  stop: AbortSignal
  lastId: () => string | undefined
  tell: (event: ServerEvent) => void
  onLost: () => void
}

async function keepFollowing({ path, stop, lastId, tell, onLost }: Following): Promise<void> {
  let wait = RETRY_FIRST_MS
  while (!stop.aborted) {
    await watched(stop, async (signal, onLife) => {
      const alive = () => {
        wait = RETRY_FIRST_MS
        becomes('live')
        onLife()
      }
      await follow({ path, lastId: lastId(), signal, onLife: alive, onEvent: tell })
    })
    if (stop.aborted) return
    if (connection.state === 'live') {
      becomes('polling')
      onLost()
    }
    await pause(wait, stop)
    wait = Math.min(wait * 2, RETRY_MAX_MS)
  }
}

/** Runs `work` until it ends, breaks or falls silent. */
async function watched(stop: AbortSignal, work: (signal: AbortSignal, onLife: () => void) => Promise<void>) {
  const own = new AbortController()
  let dog = setTimeout(() => own.abort(), SILENCE_MAX_MS)
  const onLife = () => {
    clearTimeout(dog)
    dog = setTimeout(() => own.abort(), SILENCE_MAX_MS)
  }
  await work(AbortSignal.any([stop, own.signal]), onLife).catch(() => undefined)
  clearTimeout(dog)
}

function pause(milliseconds: number, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds)
    stop.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true })
  })
}
