// Addresses that expire: the one a player has stays while it is good, however often the answer is asked for.
import { QueryClient } from '@tanstack/react-query'
import { HttpResponse, http } from 'msw'
import { server } from '@mock/server'
import { previewQuery } from './queries'

const asked = async (minutes: number) => {
  let answers = 0
  server.use(
    http.get('*/api/videos/:id/preview', () => {
      answers += 1
      const expires_at = new Date(Date.now() + minutes * 60_000).toISOString()
      return HttpResponse.json({ proxy_url: `/film?signed=${answers}`, expires_at })
    }),
  )
  const cache = new QueryClient()
  const query = previewQuery('1', true)
  await cache.fetchQuery(query)
  await cache.fetchQuery({ ...query, staleTime: 0 })
  expect(answers).toBe(2)
  return cache.getQueryData(query.queryKey)?.proxy_url
}

test('an address that is good for long stays', async () => {
  expect(await asked(60)).toBe('/film?signed=1')
})

test('one that is about to expire is renewed', async () => {
  expect(await asked(5)).toBe('/film?signed=2')
})
