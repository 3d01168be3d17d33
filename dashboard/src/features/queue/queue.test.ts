// The farm's tasks: in the row of the node that has them, and failures by their cause.
import type { Node, Task } from '@/api/gen'
import { grouped, inCommon, signatureOf } from './failure-groups'
import { rowsOf } from './parts-grid'
import { lookOf } from './task-look'

const task = (id: string, part: Partial<Task> = {}): Task => ({
  id,
  kind: 'picture',
  state: 'leased',
  pool: 'x264',
  user_id: 'u',
  video_id: 'v',
  filename: 'clip.mp4',
  attempt: 1,
  failures: 0,
  amount_total: 100,
  amount_done: 10,
  reused: false,
  created_at: '2026-11-25T12:00:00Z',
  ...part,
})
const node = (id: string): Node => ({
  id,
  name: id,
  state: 'online',
  connected: true,
  slots: 2,
  slots_busy: 1,
  created_at: '2026-11-25T12:00:00Z',
})

test('a task stands in the row of its node, and back in none when it waits again', () => {
  const rows = rowsOf([node('a'), node('b')], [
    task('1', { node_id: 'a' }),
    task('2', { node_id: 'b', state: 'ready', failures: 1 }),
    task('3', { state: 'ready' }),
    task('4', { node_id: 'gone' }),
  ])
  expect(rows.map(({ name, tasks }) => [name, tasks.map(({ id }) => id)])).toEqual([
    ['a', ['1']],
    ['b', []],
    ['Unassigned', ['2', '3', '4']],
  ])
})

test('a task that failed and waits is being retried', () => {
  expect(lookOf({ state: 'ready', failures: 0 })).toBe('waiting')
  expect(lookOf({ state: 'ready', failures: 2 })).toBe('retrying')
  expect(lookOf({ state: 'poisoned', failures: 3 })).toBe('failed')
})

test('one cause is one group, whatever its numbers', () => {
  expect(signatureOf('frame 12 of 0192f0aa-0000-7000-8000-000000000001 broke at 00:01.5')).toBe('frame … of … broke at …')
  const groups = grouped([
    task('1', { state: 'poisoned', error_message: 'frame 1 is broken', export_id: 'x', node_id: 'a' }),
    task('2', { state: 'poisoned', error_message: 'frame 22 is broken', export_id: 'x', node_id: 'b' }),
    task('3', { state: 'poisoned', error_message: 'no memory', export_id: 'y' }),
  ])
  expect(groups.map(({ message, tasks, exports, nodes }) => [message, tasks.length, exports, nodes])).toEqual([
    ['frame 1–22 is broken', 2, ['x'], ['a', 'b']],
    ['no memory', 1, ['y'], []],
  ])
})

test('a group says what its numbers were', () => {
  expect(inCommon(['more than 4 GB', 'more than 4 GB'])).toBe('more than 4 GB')
  expect(inCommon(['frame 900 of 20 at 0:01.5', 'frame 13 of 20 at 0:09.0'])).toBe('frame 13–900 of 20 at …')
})
