// Every request of the dashboard goes through here: same origin, the session's cookie, errors as ApiError.
import { client } from './gen/client.gen'
import { lost, refused } from './error'

client.setConfig({ baseUrl: '', credentials: 'same-origin', throwOnError: false })

type Answer<T> = { data?: T | undefined; error?: unknown; response?: Response | undefined }

/** The data of a generated call, or its ApiError. */
export async function call<T>(answer: Promise<Answer<T>>): Promise<NonNullable<T>> {
  const { data, error, response } = await answer.catch((cause: unknown) => {
    throw lost(cause)
  })
  if (response === undefined) throw lost(error)
  if (!response.ok) throw refused(response, error)
  // What answers without a body has nothing to be read.
  return (data ?? {}) as NonNullable<T>
}

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
type Extras = { body?: unknown; query?: Record<string, string | number | undefined>; signal?: AbortSignal }

/** A request that the generated client does not know yet. */
export async function request<T>(method: Method, path: string, { body, query, signal }: Extras = {}): Promise<T> {
  const known = Object.entries(query ?? {}).filter(([, value]) => value !== undefined && value !== '')
  const search = new URLSearchParams(known.map(([name, value]) => [name, String(value)])).toString()
  const init: RequestInit = { method, credentials: 'same-origin', headers: { Accept: 'application/json' } }
  if (signal) init.signal = signal
  if (body !== undefined) {
    init.body = JSON.stringify(body)
    init.headers = { Accept: 'application/json', 'Content-Type': 'application/json' }
  }
  const response = await fetch(search ? `${path}?${search}` : path, init).catch((cause: unknown) => {
    throw lost(cause)
  })
  const json: unknown = response.status === 204 ? undefined : await response.json().catch(() => undefined)
  if (!response.ok) throw refused(response, json)
  return json as T
}

/** A key that makes a creating request safe to send twice. */
export const idempotencyKey = (): string => crypto.randomUUID()
