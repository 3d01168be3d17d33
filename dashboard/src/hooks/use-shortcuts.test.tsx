// Keys of a whole page: silent where somebody types, and while something that was opened by one of them is still on its way.
import { render } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { useShortcuts } from './use-shortcuts'

function Page({ onKeys, listening = true }: { onKeys: () => void; listening?: boolean }) {
  useShortcuts({ 'g h': onKeys }, listening)
  return <input aria-label="Name" />
}

test('two keys after each other act, and not while somebody types', async () => {
  const onKeys = vi.fn()
  const { getByLabelText } = render(<Page onKeys={onKeys} />)
  const user = userEvent.setup()
  await user.keyboard('gh')
  expect(onKeys).toHaveBeenCalledTimes(1)
  await user.type(getByLabelText('Name'), 'night')
  expect(onKeys).toHaveBeenCalledTimes(1)
})

test('a page that waits for what it opened does not listen', async () => {
  const onKeys = vi.fn()
  const { rerender } = render(<Page onKeys={onKeys} listening={false} />)
  const user = userEvent.setup()
  await user.keyboard('gh')
  expect(onKeys).not.toHaveBeenCalled()
  rerender(<Page onKeys={onKeys} />)
  await user.keyboard('gh')
  expect(onKeys).toHaveBeenCalledTimes(1)
})
