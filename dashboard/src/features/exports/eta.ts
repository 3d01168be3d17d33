// The time left, made calm: averaged over the last samples, and silent until there are enough of them.

const SAMPLES_MIN = 3
/** How much a new sample counts. */
const WEIGHT = 0.3

export type Eta = { samples: number; endsAt: number | undefined }

export const NO_ETA: Eta = { samples: 0, endsAt: undefined }

/** Takes in that `remaining` seconds are left at `now` (milliseconds). */
export function sampled(eta: Eta, remaining: number | undefined, now: number): Eta {
  if (remaining === undefined) return eta
  const end = now + remaining * 1000
  const endsAt = eta.endsAt === undefined ? end : eta.endsAt * (1 - WEIGHT) + end * WEIGHT
  return { samples: eta.samples + 1, endsAt }
}

/** Seconds left at `now`, once that can be said. */
export function secondsLeft({ samples, endsAt }: Eta, now: number): number | undefined {
  return samples < SAMPLES_MIN || endsAt === undefined ? undefined : Math.max(0, (endsAt - now) / 1000)
}
