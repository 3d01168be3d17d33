// Pulls a line of a list to another place by its grip. Keys have their own way.
import { type PointerEvent, useRef, useState } from 'react'

type Pull = { id: string; from: number; to: number }

/** Where the line would stand: as many places down as other lines have their middle above the hand. */
export const placeAt = (middles: readonly number[], from: number, y: number): number =>
  middles.filter((middle, index) => index !== from && middle < y).length

export function useReorder(onMove: (id: string, by: number) => void) {
  const list = useRef<HTMLOListElement>(null)
  const [pull, setPull] = useState<Pull>()
  const stop = () => setPull(undefined)
  const grip = (id: string, index: number) => ({
    onPointerDown: (event: PointerEvent) => {
      if (event.button !== 0) return
      event.preventDefault()
      event.currentTarget.setPointerCapture(event.pointerId)
      setPull({ id, from: index, to: index })
    },
    onPointerMove: (event: PointerEvent) => {
      if (pull?.id !== id || !list.current) return
      const middles = [...list.current.children].map((line) => line.getBoundingClientRect()).map(({ top, height }) => top + height / 2)
      setPull({ ...pull, to: placeAt(middles, pull.from, event.clientY) })
    },
    onPointerUp: () => {
      if (pull?.id === id && pull.to !== pull.from) onMove(id, pull.to - pull.from)
      stop()
    },
    onPointerCancel: stop,
  })
  /** On which side of this line the pulled one would come to stand. */
  const edge = (index: number): 'above' | 'below' | undefined => {
    if (!pull || pull.to === pull.from || index !== pull.to) return undefined
    return pull.to > pull.from ? 'below' : 'above'
  }
  return { list, grip, edge, pulled: pull?.id }
}
