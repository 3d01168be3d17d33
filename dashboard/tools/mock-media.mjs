// Fills mock/public: drawn posters and a sprite, a film by ffmpeg, the service worker. So no media lies in the repository.
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const dashboard = dirname(dirname(fileURLToPath(import.meta.url)))
const folder = join(dashboard, 'mock/public/media')
mkdirSync(folder, { recursive: true })
cpSync(join(dashboard, 'public'), join(dashboard, 'mock/public'), { recursive: true })
cpSync(join(dashboard, 'node_modules/msw/lib/mockServiceWorker.js'), join(dashboard, 'mock/public/mockServiceWorker.js'))

/** A landscape under a sun: the hue tells videos apart, the sun's place tells times apart. */
function scene(hue, turn, width, height) {
  const [x, y] = [width * (0.15 + 0.7 * turn), height * (0.55 - 0.4 * Math.sin(Math.PI * turn))]
  const hill = (level, tone) =>
    `<path d="M0 ${height * level} Q${width * 0.3} ${height * (level - 0.22)} ${width * 0.55} ${height * level} T${width} ${height * (level - 0.1)} V${height} H0Z" fill="hsl(${hue} 35% ${tone}%)"/>`
  return (
    `<rect width="${width}" height="${height}" fill="hsl(${hue} 45% 62%)"/>` +
    `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="${height * 0.11}" fill="hsl(${(hue + 50) % 360} 90% 82%)"/>` +
    hill(0.72, 36) +
    hill(0.88, 22)
  )
}

const svg = (width, height, body) =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">${body}</svg>\n`

for (let number = 0; number < 6; number += 1) {
  writeFileSync(join(folder, `poster-${number}.svg`), svg(640, 360, scene((number * 57 + 205) % 360, 0.3 + number / 10, 640, 360)))
}
const tiles = Array.from({ length: 100 }, (_, index) => {
  const [column, row] = [index % 10, Math.floor(index / 10)]
  return `<svg x="${column * 160}" y="${row * 90}" width="160" height="90">${scene(205, index / 99, 160, 90)}</svg>`
})
writeFileSync(join(folder, 'sprite.svg'), svg(1600, 900, tiles.join('')))

/** Half a minute with a counter and a tone; without ffmpeg the mock farm has no film, and says so in its player. */
const film = join(folder, 'film.webm')
if (!existsSync(film)) {
  const picture = 'testsrc2=size=640x360:rate=25:duration=30'
  const codecs = ['-c:v', 'libvpx-vp9', '-deadline', 'realtime', '-cpu-used', '8', '-b:v', '300k', '-g', '25', '-c:a', 'libopus']
  const inputs = ['-f', 'lavfi', '-i', picture, '-f', 'lavfi', '-i', 'sine=frequency=330:duration=30']
  try {
    execFileSync('ffmpeg', ['-v', 'error', ...inputs, ...codecs, film])
  } catch (cause) {
    console.warn(`no film: ${cause.message}`)
  }
}
