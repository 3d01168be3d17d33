// Thumbnails along the time line, cut out of the sprite. Only those in view are in the page.
import type { Sprite } from '@/api/gen'

type Props = { sprite: Sprite; length: number; pixelsPerSecond: number; from: number; to: number; height: number }

export function Filmstrip({ sprite, length, pixelsPerSecond, from, to, height }: Props) {
  const width = (sprite.width / sprite.height) * height
  const tile = width / pixelsPerSecond
  const first = Math.max(0, Math.floor(from / tile))
  const last = Math.min(Math.ceil(length / tile) - 1, Math.floor(to / tile))
  const tiles = Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index)
  const scale = height / sprite.height
  return (
    <div aria-hidden className="relative overflow-hidden" style={{ height }}>
      {tiles.map((index) => {
        // A tile shows the thumbnail nearest to its middle.
        const at = (index + 0.5) * tile
        const number = Math.min(sprite.count - 1, Math.max(0, Math.round(at / sprite.interval)))
        const [column, row] = [number % sprite.columns, Math.floor(number / sprite.columns)]
        return (
          <div
            key={index}
            className="absolute top-0 bg-raised"
            style={{
              left: index * width,
              width: Math.min(width, (length - index * tile) * pixelsPerSecond),
              height,
              backgroundImage: `url("${sprite.url}")`,
              backgroundSize: `${sprite.columns * sprite.width * scale}px auto`,
              backgroundPosition: `${-column * width}px ${-row * height}px`,
            }}
          />
        )
      })}
    </div>
  )
}
