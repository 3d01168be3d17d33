// How the mock farm answers: pages, refusals, and the names that make it refuse.
import { HttpResponse } from 'msw'
import type { Problem, Refusal, RefusalCode } from '../src/api/gen'

/** An export called so is refused in that way: faults can be seen in `npm run dev:mock` too. */
export const SENTINELS = {
  busy: 'refuse: too many',
  unpaid: 'refuse: not paid',
  away: 'refuse: away',
  full: 'refuse: no room',
  broken: 'refuse: broken',
  faulty: 'refuse: faulty',
}

/** Why something is refused. A farm behind somebody's own gate may use codes that the coordinator does not. */
export type Refused = {
  status: number
  code: RefusalCode | (string & {})
  message: string
  problems?: Problem[]
  /** In seconds. */
  retryAfter?: number
}

const NAME_FAULT: Problem = { field: 'name', code: 'invalid_text', message: 'Use 1 to 200 printable characters.' }

export const REFUSED_BY_NAME: Readonly<Record<string, Refused>> = {
  [SENTINELS.busy]: { status: 429, code: 'too_many_exports', message: 'You have three exports under way already.', retryAfter: 90 },
  [SENTINELS.unpaid]: { status: 402, code: 'payment_required', message: 'The minutes you paid for are used up. Buy more, and start again.' },
  [SENTINELS.away]: { status: 503, code: 'storage_unavailable', message: 'The object store does not answer.', retryAfter: 20 },
  [SENTINELS.full]: { status: 507, code: 'insufficient_storage', message: 'There is no room for this export.' },
  [SENTINELS.broken]: { status: 500, code: 'internal', message: "Something went wrong on our side; the log has it under the request's id." },
  [SENTINELS.faulty]: { status: 400, code: 'invalid_request', message: 'The order has a fault.', problems: [NAME_FAULT] },
}

/** The body of a refusal. */
export const body = ({ code, message, problems = [] }: Refused): Refusal => ({
  code: code as RefusalCode,
  message,
  problems,
  request_id: 'mock-request',
})

export function refusalOf(refused: Refused) {
  const { status, retryAfter } = refused
  const headers: HeadersInit = retryAfter === undefined ? {} : { 'Retry-After': String(retryAfter) }
  return HttpResponse.json(body(refused), { status, headers })
}

export const refusal = (status: number, code: RefusalCode, message: string, problems: Problem[] = []) =>
  refusalOf({ status, code, message, problems })

export const notFound = (what: string) => refusal(404, 'not_found', `There is no such ${what}.`)

/** The page of `all` that the address asks for. */
export function page<T>(all: readonly T[], url: URL): T[] {
  const limit = Number(url.searchParams.get('limit') ?? 10)
  const number = Number(url.searchParams.get('page') ?? 1)
  return all.slice((number - 1) * limit, number * limit)
}
