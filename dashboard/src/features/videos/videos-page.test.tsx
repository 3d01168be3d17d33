// The list of videos: what is typed is looked for by the coordinator, and nothing found is said as such.
import { screen, waitFor } from '@testing-library/react'
import { useState } from 'react'
import { videos } from '@mock/data'
import { renderPage } from '@/test/render'
import { ALL_VIDEOS, VideosPage } from './videos-page'

function Held() {
  const [view, setView] = useState(ALL_VIDEOS)
  return <VideosPage view={view} onView={setView} />
}

const shown = () => screen.queryAllByRole('link').map(({ textContent }) => textContent)

test('videos are found by a part of their name, in whatever case', async () => {
  const { user } = await renderPage(<Held />)
  const wanted = videos.filter(({ filename }) => filename.includes('City')).map(({ filename }) => filename)
  expect(wanted.length).toBeGreaterThan(0)
  await waitFor(() => expect(shown().length).toBeGreaterThan(wanted.length))
  await user.type(screen.getByRole('searchbox', { name: 'Search videos' }), 'city')
  await waitFor(() => expect(shown()).toEqual(wanted))
})

test('a name that no video has says so, and shows all again', async () => {
  const { user } = await renderPage(<Held />)
  await waitFor(() => expect(shown().length).toBeGreaterThan(0))
  const before = shown()
  await user.type(screen.getByRole('searchbox', { name: 'Search videos' }), 'nowhere')
  expect(await screen.findByText('Nothing holds “nowhere”.')).toBeInTheDocument()
  expect(screen.queryByText('No videos yet')).not.toBeInTheDocument()
  await user.click(screen.getByRole('button', { name: 'Show all videos' }))
  await waitFor(() => expect(shown()).toEqual(before))
})

test('the oldest come first when that is chosen', async () => {
  const { user } = await renderPage(<Held />)
  await waitFor(() => expect(shown().length).toBeGreaterThan(1))
  const before = shown()
  await user.selectOptions(screen.getByRole('combobox', { name: 'Order' }), 'Oldest first')
  await waitFor(() => expect(shown()).toEqual([...before].reverse()))
})
