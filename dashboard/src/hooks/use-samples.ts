// Values as they come, kept for as long as the page is open: the farm keeps no history of single nodes.
import { useEffect, useState } from 'react'

/** The last `most` values; `at` is when this one was told, so that the same value told again counts again. */
export function useSamples<T>(value: T, at: number, most: number): readonly T[] {
  const [samples, setSamples] = useState<readonly T[]>([])
  useEffect(() => {
    setSamples((known) => [...known.slice(1 - most), value])
    // oxlint-disable-next-line react/exhaustive-deps -- a sample for each answer, also when it says the same
  }, [at])
  return samples
}
