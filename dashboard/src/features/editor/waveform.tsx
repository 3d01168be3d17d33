// The sound along the time line, drawn from the peaks for what is in view.
import { useEffect, useRef } from 'react'
import type { Peaks } from '@/api/queries'
import { useTheme } from '@/hooks/use-theme'

type Props = { peaks: Peaks; pixelsPerSecond: number; from: number; width: number; height: number }

/** Peaks are thousandths of full scale. */
const FULL_SCALE = 1000

export function Waveform({ peaks, pixelsPerSecond, from, width, height }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const { shown } = useTheme()
  useEffect(() => {
    const element = canvas.current
    const context = element?.getContext('2d')
    if (!element || !context) return
    const ratio = window.devicePixelRatio
    element.width = Math.round(width * ratio)
    element.height = Math.round(height * ratio)
    context.setTransform(ratio, 0, 0, ratio, 0, 0)
    // The theme's colour as it is painted now: a canvas does not follow the style sheet.
    context.fillStyle = getComputedStyle(element).color
    const perPixel = peaks.peaks_per_second / pixelsPerSecond
    for (let x = 0; x < width; x += 1) {
      const first = Math.floor(from * peaks.peaks_per_second + x * perPixel)
      const last = Math.max(first + 1, Math.floor(first + perPixel))
      let peak = 0
      for (let index = first; index < last; index += 1) peak = Math.max(peak, peaks.peaks[index] ?? 0)
      const tall = Math.max(1, (peak / FULL_SCALE) * (height - 4))
      context.fillRect(x, (height - tall) / 2, 1, tall)
    }
    // oxlint-disable-next-line react/exhaustive-effect-dependencies -- the theme is read from the page, not from `shown`
  }, [peaks, pixelsPerSecond, from, width, height, shown])
  return <canvas ref={canvas} aria-hidden className="block text-info" style={{ width, height }} />
}
