// Nodes and events of the mock farm.
import { HttpResponse, http } from 'msw'
import { nodes } from '../data'

export const farmHandlers = [
  http.get('/api/nodes', () => HttpResponse.json({ nodes, total: nodes.length })),
  http.post<never, { name: string }>('/api/nodes/join-tokens', async ({ request }) => {
    const { name } = await request.json()
    const expires_at = new Date(Date.now() + 15 * 60_000).toISOString()
    return HttpResponse.json({ token: 'mock-fingerprint.mock-secret', name, expires_at }, { status: 201 })
  }),
  // There is no stream here, so the page polls, and says so.
  http.get('/api/events', () => new HttpResponse(null, { status: 503 })),
]
