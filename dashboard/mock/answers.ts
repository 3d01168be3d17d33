// How the mock farm answers: pages, refusals, and the names that make it refuse.
import { HttpResponse } from 'msw'
import type { Problem, RefusalCode } from '../src/api/gen'

/** An export called so is refused in that way: faults can be seen in `npm run dev:mock` too. */
export const SENTINELS = {
  busy: 'refuse: too many',
  full: 'refuse: no room',
  broken: 'refuse: broken',
  faulty: 'refuse: faulty',
}

export function refusal(status: number, code: RefusalCode | string, message: string, problems: Problem[] = []) {
  const headers = status === 429 ? { 'Retry-After': '90' } : undefined
  const body = { code, message, problems, request_id: 'mock-request' }
  return HttpResponse.json(body, headers ? { status, headers } : { status })
}

export const notFound = (what: string) => refusal(404, 'not_found', `There is no such ${what}.`)

/** The page of `all` that the address asks for. */
export function page<T>(all: readonly T[], url: URL): T[] {
  const limit = Number(url.searchParams.get('limit') ?? 10)
  const number = Number(url.searchParams.get('page') ?? 1)
  return all.slice((number - 1) * limit, number * limit)
}
