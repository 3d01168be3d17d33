// Before every file of tests: the mock farm answers, and what the test's browser lacks is filled in.
import '@testing-library/jest-dom/vitest'
import { cleanup, configure } from '@testing-library/react'
import { afterAll, afterEach, beforeAll } from 'vitest'
import { client } from '@/api/gen/client.gen'
import '@/api/call'
import { server } from '@mock/server'

// Addresses without an origin are those of the page; outside a browser they need one.
const origin = 'http://localhost:3000'
client.setConfig({ baseUrl: origin })

// A busy machine is slow, and not wrong.
configure({ asyncUtilTimeout: 10_000 })

Object.assign(Element.prototype, {
  hasPointerCapture: () => false,
  setPointerCapture: () => undefined,
  releasePointerCapture: () => undefined,
  // A browser's gives a promise by now: where an effect returns it, it passes for what tidies up.
  scrollIntoView: () => Promise.resolve(),
})

beforeAll(() => server.listen({ onUnhandledRequest: 'error' }))
afterEach(() => {
  cleanup()
  server.resetHandlers()
  localStorage.clear()
  sessionStorage.clear()
})
afterAll(() => server.close())
