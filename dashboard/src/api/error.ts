// What a refused or lost request looks like to the rest of the dashboard. Sends none.
import { duration } from '@/lib/format'
import type { Problem } from './gen'

/** A request that did not work: refused by the coordinator, or never answered (status 0). */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: number
  readonly code: string
  readonly problems: readonly Problem[]
  readonly requestId: string | undefined
  /** Seconds to wait, when the coordinator says so. */
  readonly retryAfter: number | undefined

  constructor(fault: {
    status: number
    code: string
    message: string
    problems?: readonly Problem[]
    requestId?: string | undefined
    retryAfter?: number | undefined
  }) {
    super(fault.message)
    this.status = fault.status
    this.code = fault.code
    this.problems = fault.problems ?? []
    this.requestId = fault.requestId
    this.retryAfter = fault.retryAfter
  }

  /** The message for one field of the request, if that field is at fault. */
  problemOf(field: string): string | undefined {
    return this.problems.find((problem) => problem.field === field)?.message
  }

  /** Nobody answered: the network or the coordinator is away. */
  get isLost(): boolean {
    return this.status === 0
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

/** The error that an answer with `status` and `body` stands for. */
export function refused(response: Response, body: unknown): ApiError {
  const known = isRecord(body) && typeof body.code === 'string' && typeof body.message === 'string'
  const wait = Number(response.headers.get('retry-after') ?? Number.NaN)
  const retryAfter = Number.isFinite(wait) ? wait : undefined
  if (!known) {
    const message = `The coordinator answered with ${response.status} and said nothing more.`
    return new ApiError({ status: response.status, code: 'internal', message, retryAfter })
  }
  return new ApiError({
    status: response.status,
    code: String(body.code),
    message: String(body.message),
    problems: Array.isArray(body.problems) ? body.problems : [],
    requestId: typeof body.request_id === 'string' ? body.request_id : undefined,
    retryAfter,
  })
}

/** The error that a request without an answer stands for. */
export function lost(cause: unknown): ApiError {
  if (cause instanceof ApiError) return cause
  if (cause instanceof DOMException && cause.name === 'AbortError') {
    return new ApiError({ status: 0, code: 'aborted', message: 'The request was taken back.' })
  }
  return new ApiError({ status: 0, code: 'unreachable', message: 'The coordinator cannot be reached.' })
}

const DAY_SECONDS = 86_400

/** What the coordinator says, and when to try again if it says that too. */
export function advice(message: string, retryAfter: number | undefined): string {
  if (retryAfter === undefined) return message
  const wait = retryAfter < 2 * DAY_SECONDS ? duration(retryAfter) : `${Math.ceil(retryAfter / DAY_SECONDS)} days`
  return `${message} Try again in ${wait}.`
}

/** A sentence for any error, to be shown beside the thing that failed. */
export function sentence(error: unknown): string {
  return error instanceof Error ? error.message : 'Something went wrong.'
}
