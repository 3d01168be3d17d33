// Where a line that is pulled comes to stand: its own middle does not count.
import { placeAt } from './use-reorder'

test('a pulled line stands below those whose middle is above the hand', () => {
  const middles = [50, 150, 250]
  expect(placeAt(middles, 0, 60)).toBe(0)
  expect(placeAt(middles, 0, 151)).toBe(1)
  expect(placeAt(middles, 0, 900)).toBe(2)
  expect(placeAt(middles, 2, 40)).toBe(0)
  expect(placeAt(middles, 2, 51)).toBe(1)
})
