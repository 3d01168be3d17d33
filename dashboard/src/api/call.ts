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

/** A key that makes a creating request safe to send twice. */
export const idempotencyKey = (): string => crypto.randomUUID()
