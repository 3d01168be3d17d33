// A field to search a list by: what is typed is passed on once the hand rests.
import { Search } from 'lucide-react'
import { useEffect, useState } from 'react'
import { cn } from '@/lib/class-names'
import { inputLook } from './field'

const RESTS_MS = 250

type Props = { value: string; onChange: (value: string) => void; label: string; className?: string }

export function SearchField({ value, onChange, label, className }: Props) {
  const [typed, setTyped] = useState<string>()
  useEffect(() => {
    if (typed === undefined) return undefined
    const timer = setTimeout(() => {
      setTyped(undefined)
      if (typed.trim() !== value) onChange(typed.trim())
    }, RESTS_MS)
    return () => clearTimeout(timer)
  }, [typed, value, onChange])
  return (
    <span className={cn('relative w-64 max-sm:w-full', className)}>
      <Search className="pointer-events-none absolute top-2.5 left-3 size-4 text-muted" aria-hidden />
      <input
        type="search"
        aria-label={label}
        placeholder={label}
        maxLength={200}
        value={typed ?? value}
        onChange={(event) => setTyped(event.target.value)}
        className={cn(inputLook, 'pl-9!')}
      />
    </span>
  )
}
