// Nodes: why one is idle, what may be done with it, and a new one let in.
import { screen, waitFor, within } from '@testing-library/react'
import { nodes } from '@mock/data'
import { renderPage } from '@/test/render'
import { nodeCan } from './idle'
import { NodesPage } from './nodes-page'

test('an idle node says why, and a quarantine needs a reason', async () => {
  const { user } = await renderPage(<NodesPage />)
  expect(await screen.findByText('What waits needs nvenc, and it has x264 and vp9.')).toBeInTheDocument()
  await user.click(screen.getByRole('button', { name: 'More for laptop' }))
  await user.click(await screen.findByRole('menuitem', { name: 'Quarantine…' }))
  const dialog = within(await screen.findByRole('dialog', { name: 'Quarantine laptop' }))
  await user.click(dialog.getByRole('button', { name: 'Quarantine' }))
  expect(nodes.find(({ name }) => name === 'laptop')?.state).toBe('online')
  await user.type(dialog.getByLabelText('Reason'), 'It overheats.')
  await user.click(dialog.getByRole('button', { name: 'Quarantine' }))
  await waitFor(() => expect(screen.getByText('Quarantined')).toBeInTheDocument())
})

test('a node with tasks cannot be removed', () => {
  const [busy] = nodes
  if (!busy) throw new Error('there is one')
  expect(nodeCan.remove(busy)).toContain('drain it')
  expect(nodeCan.remove({ ...busy, slots_busy: 0 })).toBeUndefined()
  expect(nodeCan.resume(busy)).toBeDefined()
})

test('a token is shown once, and the node is waited for', async () => {
  const { user } = await renderPage(<NodesPage />)
  await user.click(await screen.findByRole('button', { name: 'Add a node' }))
  await user.type(await screen.findByLabelText('Name'), 'studio-gpu-9')
  await user.click(screen.getByRole('button', { name: 'Make token' }))
  expect(await screen.findByText(/reelfarm node enroll .*--token mock-fingerprint\.mock-secret/)).toBeInTheDocument()
  const [first] = nodes
  if (!first) throw new Error('there is one')
  nodes.push({ ...first, id: 'new', name: 'studio-gpu-9', slots: 4 })
  expect(await screen.findByText('Ready, with 4 slots')).toBeInTheDocument()
})
