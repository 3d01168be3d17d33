// Where there is no stream, whoever asked for it is told all the same, once, and of what ended by itself alone.
import { waitFor } from '@testing-library/react'
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

test('what ended while nobody looked is told once', { timeout: 60_000 }, async () => {
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
  await waitFor(() => expect(looks).toBeGreaterThan(2), { timeout: 30_000 })
  unmount()
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
  expect(titles).toEqual(['clip 0 is done', 'clip 3 failed'])
})
