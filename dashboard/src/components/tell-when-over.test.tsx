// Where there is no stream, whoever asked for it is told all the same, once, and of what ended by itself alone.
import { HttpResponse, http } from 'msw'
import { exports } from '@mock/data'
import { server } from '@mock/server'
import type { ExportStatus } from '@/api/client'
import { renderPage } from '@/test/render'
import { useTellWhenOver } from './tell-when-over'

function Page() {
  useTellWhenOver()
  return <p>a page</p>
}

test('what ended while nobody looked is told once', async () => {
  // The clock between looks is the test's.
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  const titles: string[] = []
  class Shown extends EventTarget {
    static permission = 'granted'
    constructor(title: string) {
      super()
      titles.push(title)
    }
  }
  vi.stubGlobal('Notification', Shown)
  vi.spyOn(document, 'hidden', 'get').mockReturnValue(true)
  localStorage.setItem('reelfarm.notices', 'yes')
  const [made] = exports
  if (!made) throw new Error('there is an export')
  let looks = 0
  const states: ExportStatus[][] = [
    ['processing', 'pending', 'completed'],
    ['completed', 'cancelled', 'completed', 'failed'],
  ]
  server.use(
    http.get('/api/exports', () => {
      const now = states[Math.min(looks, 1)] ?? []
      looks += 1
      const rows = now.map((status, number) => ({ ...made, id: `${made.id.slice(0, -1)}${number}`, name: `clip ${number}`, status }))
      return HttpResponse.json({ exports: rows, total: rows.length })
    }),
  )
  const { unmount } = await renderPage(<Page />)
  for (let look = 1; look <= 3; look += 1) {
    await vi.waitFor(() => expect(looks).toBeGreaterThanOrEqual(look))
    vi.advanceTimersByTime(4000)
  }
  await vi.waitFor(() => expect(titles).toHaveLength(2))
  unmount()
  vi.useRealTimers()
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
  expect(titles).toEqual(['clip 0 is done', 'clip 3 failed'])
})
