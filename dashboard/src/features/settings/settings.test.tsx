// Settings: saved, reset with what that changes, presets with a way back.
import { screen, waitFor, within } from '@testing-library/react'
import { defaults, presets } from '@mock/data'
import { renderPage } from '@/test/render'
import { SettingsPage } from './settings-page'

test('defaults are saved, and reset after saying what changes', async () => {
  const { user } = await renderPage(<SettingsPage />)
  const form = within(await screen.findByRole('region', { name: 'Defaults' }))
  await user.click(await form.findByRole('radio', { name: /4K/ }))
  await user.click(form.getByRole('button', { name: 'Save' }))
  await waitFor(() => expect(defaults.now.settings.resolution).toBe('4k'))
  await user.click(await form.findByRole('button', { name: 'Reset…' }))
  const question = await screen.findByRole('alertdialog')
  expect(question).toHaveTextContent('changes resolution')
  await user.click(within(question).getByRole('button', { name: 'Reset' }))
  await waitFor(() => expect(defaults.now.settings.resolution).toBe('1080p'))
})

test('a preset is made, copied, made the default, deleted and brought back', async () => {
  const { user } = await renderPage(<SettingsPage />)
  const names = () => presets.map(({ name }) => name)
  const act = async (name: string, item: string) => {
    await user.click(await screen.findByRole('button', { name: `More for ${name}` }))
    await user.click(await screen.findByRole('menuitem', { name: item }))
  }
  await user.click(await screen.findByRole('button', { name: 'New preset' }))
  const dialog = within(await screen.findByRole('dialog', { name: 'New preset' }))
  await user.type(dialog.getByLabelText('Name'), 'Web')
  await user.click(dialog.getByRole('button', { name: 'Save preset' }))
  await waitFor(() => expect(names()).toContain('Web'))
  await act('Web', 'Duplicate')
  await waitFor(() => expect(names()).toContain('Web copy'))
  await act('Web', 'Make it the default')
  expect(await screen.findByText('default')).toBeInTheDocument()
  await act('Web copy', 'Delete')
  await waitFor(() => expect(names()).not.toContain('Web copy'))
  await user.click(await screen.findByRole('button', { name: 'Undo' }))
  await waitFor(() => expect(names()).toContain('Web copy'))
})

test('a name that is taken is refused beside the form', async () => {
  const { user } = await renderPage(<SettingsPage />)
  await user.click(await screen.findByRole('button', { name: 'New preset' }))
  const dialog = within(await screen.findByRole('dialog', { name: 'New preset' }))
  await user.type(dialog.getByLabelText('Name'), 'Archive')
  await user.click(dialog.getByRole('button', { name: 'Save preset' }))
  expect(await dialog.findByRole('alert')).toHaveTextContent('already')
})

test('what a platform asks for fills a preset’s form, and says since when and by whom', async () => {
  const { user } = await renderPage(<SettingsPage />)
  const place = within(await screen.findByRole('region', { name: 'Recommendations' }))
  expect(await place.findByText(/as of [A-Z][a-z]{2} \d+, \d{4}/)).toBeInTheDocument()
  for (const source of await place.findAllByRole('link', { name: /Source/ })) expect(source).toHaveAttribute('href')
  await user.click(place.getAllByRole('button', { name: 'Use as preset' })[0] as HTMLElement)
  const dialog = within(await screen.findByRole('dialog', { name: 'New preset' }))
  expect(dialog.getByRole('radio', { name: /4K/ })).toBeChecked()
  expect(dialog.getByRole('radio', { name: /High/ })).toBeChecked()
})
