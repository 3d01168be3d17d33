// A long log: few of its lines are in the page, the end is what is seen first, and what is searched is found one after the other.
import { render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { LogView } from './log-view'

const text = Array.from({ length: 50_000 }, (_, number) => `${number % 1000 === 7 ? 'ERROR' : 'INFO'} frame ${number}`).join('\n')

test('of fifty thousand lines those in view are in the page', () => {
  render(<LogView title="Last failure" text={text} empty="" />)
  expect(screen.getByLabelText('Lines').querySelectorAll('.absolute').length).toBeLessThan(100)
})

test('what is searched is counted, and Enter goes from one to the next', async () => {
  const user = userEvent.setup()
  render(<LogView title="Last failure" text={text} empty="" />)
  const field = screen.getByLabelText('Search the log')
  await user.type(field, 'error')
  expect(await screen.findByText('1 of 50')).toBeInTheDocument()
  await user.type(field, '{Enter}')
  expect(screen.getByText('2 of 50')).toBeInTheDocument()
  await user.type(field, '{Shift>}{Enter}{Enter}{/Shift}')
  expect(screen.getByText('50 of 50')).toBeInTheDocument()
  await user.type(field, ' nowhere')
  expect(await screen.findByText('no line')).toBeInTheDocument()
})

test('where there is nothing, that is said', () => {
  render(<LogView title="Last failure" text={undefined} empty="Nothing has gone wrong with it." />)
  expect(screen.getByText('Nothing has gone wrong with it.')).toBeInTheDocument()
})
