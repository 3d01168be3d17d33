// Plays the coordinator inside the browser, for `npm run dev:mock` and the pictures of the pages.
import { setupWorker } from 'msw/browser'
import { loadFilm } from './film'
import { handlers } from './handlers'

export async function startMock(): Promise<void> {
  await loadFilm()
  const worker = setupWorker(...handlers)
  await worker.start({ onUnhandledRequest: 'bypass', quiet: true })
}
