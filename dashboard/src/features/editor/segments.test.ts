// Cutting: every change, and that undo takes back exactly one step of a person.
import { type History, type Segment, begun, changed, pickedOf, secondsOf, stepped } from './segments'

const segment = (id: string, start: number, end: number): Segment => ({ id, start, end, picked: true, label: '' })
const two = [segment('a', 0, 4), segment('b', 6, 9)]

test('a segment is split into two that touch', () => {
  const cut = changed(two, { kind: 'split', id: 'a', at: 1.5, newId: 'c' })
  expect(cut.map(({ id, start, end }) => [id, start, end])).toEqual([
    ['a', 0, 1.5],
    ['c', 1.5, 4],
    ['b', 6, 9],
  ])
})

test('what changes nothing gives the same list', () => {
  expect(changed(two, { kind: 'split', id: 'a', at: 4, newId: 'c' })).toBe(two)
  expect(changed(two, { kind: 'trim', id: 'a', start: 0, end: 4 })).toBe(two)
  expect(changed(two, { kind: 'move', id: 'b', by: 1 })).toBe(two)
  expect(changed(two, { kind: 'remove', id: 'nobody' })).toBe(two)
})

test('order, choice and copies', () => {
  expect(changed(two, { kind: 'move', id: 'b', by: -1 }).map(({ id }) => id)).toEqual(['b', 'a'])
  expect(changed(two, { kind: 'duplicate', id: 'a', newId: 'c' }).map(({ id }) => id)).toEqual(['a', 'c', 'b'])
  const unpicked = changed(two, { kind: 'pick', id: 'a', picked: false })
  expect(secondsOf(pickedOf(unpicked))).toBe(3)
})

test('twenty steps go back and come again', () => {
  let history: History = begun([])
  for (let step = 0; step < 20; step += 1) {
    history = stepped(history, { kind: 'change', change: { kind: 'add', id: `${step}`, start: step, end: step + 1 } })
  }
  const all = history.now
  for (let step = 0; step < 20; step += 1) history = stepped(history, { kind: 'undo' })
  expect(history.now).toEqual([])
  expect(stepped(history, { kind: 'undo' })).toBe(history)
  for (let step = 0; step < 20; step += 1) history = stepped(history, { kind: 'redo' })
  expect(history.now).toBe(all)
})

test('one drag is one step back', () => {
  let history = begun(two)
  for (const end of [4.1, 4.2, 4.3]) {
    history = stepped(history, { kind: 'change', change: { kind: 'trim', id: 'a', start: 0, end }, drag: 'a.end' })
  }
  history = stepped(history, { kind: 'drop' })
  history = stepped(history, { kind: 'change', change: { kind: 'trim', id: 'a', start: 0, end: 5 }, drag: 'a.end' })
  history = stepped(history, { kind: 'undo' })
  expect(history.now[0]?.end).toBe(4.3)
  history = stepped(history, { kind: 'undo' })
  expect(history.now).toBe(two)
})
