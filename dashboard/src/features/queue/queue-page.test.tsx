// The operators' view: tasks in the rows of their nodes, arrows between them, orders that are given once.
import { screen, waitFor, within } from '@testing-library/react'
import { useState } from 'react'
import { queued } from '@mock/farm-data'
import { renderPage } from '@/test/render'
import { FailuresPage } from './failures-page'
import { QueuePage, type QueueView } from './queue-page'

function Held({ page = 1 }: { page?: number }) {
  const [view, setView] = useState<QueueView>({ page, export: undefined, task: undefined, tasks: 'grid', minutes: '60' })
  return <QueuePage view={view} onView={(part) => setView((known) => ({ ...known, ...part }))} />
}

const cells = () => screen.findAllByRole('button', { name: /(Picture|Sound) \w{6} of .*: / })

test('every task stands in the row of its node, and arrows go from one to the next', async () => {
  const { user } = await renderPage(<Held />)
  await cells()
  const row = (name: string) => screen.getAllByRole('row').find((one) => within(one).queryByText(name))
  const own = row('studio-gpu-1')
  if (!own) throw new Error('the node has a row')
  const [first, second] = within(own).getAllByRole('button')
  first?.focus()
  await user.keyboard('{ArrowRight}')
  expect(second).toHaveFocus()
  await user.keyboard('{Enter}')
  expect(await screen.findByRole('heading', { name: /^(Picture|Sound) / })).toBeInTheDocument()
  await user.click(screen.getByRole('button', { name: 'Close the task' }))
  expect(screen.queryByRole('heading', { name: /^(Picture|Sound) / })).not.toBeInTheDocument()
  expect(await cells()).not.toHaveLength(0)
})

test('the same tasks are there as a table', async () => {
  const { user } = await renderPage(<Held />)
  const count = (await cells()).length
  await user.click(screen.getByRole('tab', { name: 'Table' }))
  const table = await screen.findByRole('table', { name: 'Tasks' })
  expect(within(table).getAllByRole('row')).toHaveLength(50 + 1)
  await user.click(screen.getByRole('button', { name: 'Next' }))
  await waitFor(() => expect(within(table).getAllByRole('row')).toHaveLength(count - 50 + 1))
})

test('priorities change and exports are paused', async () => {
  const { user } = await renderPage(<Held />)
  const [one] = queued
  if (!one) throw new Error('one is open')
  const before = one.priority
  await user.click(await screen.findByRole('button', { name: `Raise the priority of ${one.filename}` }))
  await waitFor(() => expect(one.priority).toBe(before + 10))
  await waitFor(() => expect(screen.getByLabelText(`Priority of ${one.filename}`)).toHaveTextContent(String(before + 10)))
  await user.click(screen.getByRole('button', { name: `More for ${one.filename}` }))
  await user.click(await screen.findByRole('menuitem', { name: 'Pause' }))
  await waitFor(() => expect(one.paused_at).toBeDefined())
})

test('failures are one line for each cause', async () => {
  await renderPage(<FailuresPage factor="3" onFactor={() => undefined} />)
  // Once for pictures, once for sound.
  expect(await screen.findAllByText(/^The video breaks off at frame \d+(–\d+)?\.$/, { selector: 'summary span' })).toHaveLength(2)
  expect(await screen.findByText('The media process used more than 4 GB of memory.', { selector: 'summary span' })).toBeInTheDocument()
})

test('whoever is on a page that is gone sees the last there is', async () => {
  await renderPage(<Held page={2} />)
  expect(await screen.findByText(queued[0]?.filename ?? '', { selector: 'table *' })).toBeInTheDocument()
})
