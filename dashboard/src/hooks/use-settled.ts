// A value once it no longer changes: what is asked of the coordinator while somebody still types or chooses.
import { useEffect, useState } from 'react'

const RESTS_MS = 300

export function useSettled<T>(value: T): T {
  const [settled, setSettled] = useState(value)
  const text = JSON.stringify(value)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(JSON.parse(text) as T), RESTS_MS)
    return () => clearTimeout(timer)
  }, [text])
  return settled
}
