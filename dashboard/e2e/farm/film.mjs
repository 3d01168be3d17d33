// The film that is exported, and what ffprobe says of what comes out. Our own code judges nothing here.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'

/** Of the folder that REELFARM_MEDIA names, where there is one. */
const REAL = 'bbb_720p25_aac51_65s_moovend.mp4'
export const RATE = 25

/** A film of at least half a minute at 25 frames a second: a real one, or one that is drawn. */
export function film(folder) {
  const real = process.env.REELFARM_MEDIA && join(process.env.REELFARM_MEDIA, REAL)
  if (real && existsSync(real)) return { path: real, name: basename(real) }
  const path = join(folder, 'a film of half a minute.mp4')
  const picture = 'testsrc2=size=1280x720:rate=25:duration=32'
  const sound = 'sine=frequency=330:duration=32:sample_rate=48000'
  const inputs = ['-f', 'lavfi', '-i', picture, '-f', 'lavfi', '-i', sound]
  const codecs = ['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '50', '-c:a', 'aac', '-shortest']
  execFileSync('ffmpeg', ['-v', 'error', ...inputs, ...codecs, path])
  return { path, name: basename(path) }
}

const probe = (path, ...options) => JSON.parse(execFileSync('ffprobe', ['-v', 'error', '-of', 'json', ...options, path]).toString())

/** Codec, size and number of frames of the picture. */
export function pictureOf(path) {
  const { streams } = probe(path, '-select_streams', 'v:0', '-count_frames', '-show_entries', 'stream=codec_name,width,height,nb_read_frames')
  const [{ codec_name: codec, width, height, nb_read_frames: frames }] = streams
  return { codec, width, height, frames: Number(frames) }
}

/** How many frames of the source are shown in a range: those that begin inside, as ffprobe tells their times. */
export function framesWithin(path, ranges) {
  const { frames } = probe(path, '-select_streams', 'v:0', '-show_entries', 'frame=pts_time')
  const times = frames.map(({ pts_time }) => Number(pts_time))
  const first = Math.min(...times)
  const inside = ([start, end]) => times.filter((time) => time - first >= start - 1e-6 && time - first < end - 1e-6).length
  return ranges.reduce((sum, range) => sum + inside(range), 0)
}

export const sha256 = (path) => createHash('sha256').update(readFileSync(path)).digest('hex')

/** The files of a ZIP, unpacked into `folder`. */
export function unzipped(path, folder) {
  execFileSync('python3', ['-m', 'zipfile', '-e', path, folder])
  return JSON.parse(
    execFileSync('python3', ['-c', 'import json, sys, zipfile; print(json.dumps(zipfile.ZipFile(sys.argv[1]).namelist()))', path]).toString(),
  ).map((name) => join(folder, name))
}
