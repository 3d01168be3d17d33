// Streams of events: whole events come out, however the bytes arrive.
import { topicsOf } from './events'
import { parse } from './stream'

test('events are split at blank lines, and the rest is kept', () => {
  const { events, rest } = parse('id: 7\nevent: progress\ndata: {"a":1}\n\n: ping\n\ndata: x\ndata: y\n\ndata: un')
  expect(events).toEqual([
    { id: '7', name: 'progress', data: '{"a":1}' },
    { id: undefined, name: 'message', data: 'x\ny' },
  ])
  expect(rest).toBe('data: un')
  expect(parse(`${rest}finished\r\n\r\n`).events[0]?.data).toBe('unfinished')
})

test('an event names the topics it makes old', () => {
  expect(topicsOf({ name: 'changed', id: '1', data: '{"topic":"exports","thing":{}}' })).toEqual(['exports', 'queue'])
  expect(topicsOf({ name: 'removed', id: '1', data: '{"topic":"nodes"}' })).toEqual(['nodes'])
  expect(topicsOf({ name: 'snapshot', id: '1', data: '{"things":[]}' })).toHaveLength(4)
  expect(topicsOf({ name: 'ping', id: undefined, data: 'nothing' })).toEqual([])
})
