// Drives the video element of the editor and tells the time, frame by frame. No React in it: many parts listen to one clock.
import { clamp, frameStart } from './geometry'

type Range = { start: number; end: number }

const SHUTTLE_SPEEDS = [1, 2, 4, 8]

export class PlayerClock {
  private video: HTMLVideoElement | undefined
  private readonly listeners = new Set<() => void>()
  private ranges: Range[] = []
  private frame = 0
  private backwards: { speed: number; at: number } | undefined
  private wanted: number | undefined
  /** Whether it ran when it was looked at last. */
  private ran = false
  private readonly frameRate: number
  private readonly length: number
  /** The beginning of the frame on screen, in seconds. */
  time = 0
  playing = false
  speed = 1

  constructor(frameRate: number, length: number) {
    this.frameRate = frameRate
    this.length = length
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  /** For a ref: takes the element, and lets it go. */
  readonly attach = (video: HTMLVideoElement): (() => void) => {
    this.video = video
    const onChange = () => this.look()
    const onSeeked = () => this.seekOn()
    const events = ['play', 'pause', 'ended', 'ratechange', 'timeupdate', 'loadedmetadata']
    for (const event of events) video.addEventListener(event, onChange)
    video.addEventListener('seeked', onSeeked)
    // Until something is sought, the poster stands there, which is another frame.
    const onLoaded = () => this.seek(this.time)
    video.addEventListener('loadedmetadata', onLoaded)
    return () => {
      for (const event of events) video.removeEventListener(event, onChange)
      video.removeEventListener('seeked', onSeeked)
      video.removeEventListener('loadedmetadata', onLoaded)
      cancelAnimationFrame(this.frame)
      this.video = undefined
    }
  }

  /** Shows the frame that begins at or contains `seconds`. While one seek is under way, only the last wish is kept. */
  seek(seconds: number): void {
    const begin = frameStart(clamp(seconds, 0, Math.max(0, this.length - 0.5 / this.frameRate)), this.frameRate)
    this.time = begin
    this.tell()
    // The middle of a frame is that frame for certain, however its time is rounded.
    this.wanted = begin + 0.5 / this.frameRate
    if (this.video && !this.video.seeking) this.seekOn()
  }

  step(frames: number): void {
    this.pause()
    this.seek(this.time + frames / this.frameRate + ROUND_UP)
  }

  toggle(): void {
    if (this.playing) this.pause()
    else this.play()
  }

  play(): void {
    this.ranges = []
    this.start(1)
  }

  /** Plays these ranges one after the other, and stops. */
  playRanges(ranges: Range[]): void {
    const [first] = ranges
    if (!first) return
    this.ranges = ranges.map((range) => ({ ...range }))
    this.seek(first.start)
    this.start(1)
  }

  pause(): void {
    this.ranges = []
    this.backwards = undefined
    this.video?.pause()
    this.look()
  }

  /** J and L: again for faster, the other way to begin anew. */
  shuttle(direction: 1 | -1): void {
    const forwards = this.playing && !this.backwards
    if (direction === 1) {
      const next = SHUTTLE_SPEEDS.find((speed) => speed > this.speed)
      this.start(forwards ? (next ?? this.speed) : 1)
      return
    }
    const speed = this.backwards ? Math.min(this.backwards.speed * 2, 8) : 1
    this.video?.pause()
    this.backwards = { speed, at: performance.now() }
    this.look()
  }

  private start(speed: number): void {
    this.backwards = undefined
    this.speed = speed
    if (!this.video) return
    this.video.playbackRate = speed
    // Refused where nobody has touched the page yet; then the button is pressed again.
    void this.video.play().catch(() => undefined)
  }

  private seekOn(): void {
    if (!this.video || this.wanted === undefined) return
    this.video.currentTime = this.wanted
    this.wanted = undefined
  }

  /** Takes over what the element does, and looks again with the next picture while it moves. */
  private look(): void {
    cancelAnimationFrame(this.frame)
    const { video } = this
    if (!video) return
    const moving = !video.paused && !video.ended
    if (this.backwards) this.stepBack()
    // Standing still, it shows the frame that was asked for; only a picture that runs tells the time.
    else if ((moving || this.ran) && this.wanted === undefined && !video.seeking) {
      this.time = frameStart(video.currentTime, this.frameRate)
    }
    this.ran = moving
    this.playing = moving || this.backwards !== undefined
    this.followRanges(video)
    this.tell()
    if (this.playing) this.frame = requestAnimationFrame(() => this.look())
  }

  private stepBack(): void {
    if (!this.backwards) return
    const now = performance.now()
    const to = this.time - ((now - this.backwards.at) / 1000) * this.backwards.speed
    if (this.time - to < 1 / this.frameRate) return
    this.backwards.at = now
    if (to <= 0) this.backwards = undefined
    this.seek(to)
  }

  private followRanges(video: HTMLVideoElement): void {
    const [range, next] = this.ranges
    if (!range || video.seeking || video.currentTime < range.end - 0.25 / this.frameRate) return
    this.ranges.shift()
    if (next) this.seek(next.start)
    else video.pause()
  }

  private tell(): void {
    for (const listener of this.listeners) listener()
  }
}

/** A step from one frame's beginning must not fall short of the next by rounding. */
const ROUND_UP = 0.0001
