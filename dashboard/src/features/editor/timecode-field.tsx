// A time that is typed: taken when it is left or Enter is pressed, and put back when it is none.
import { type KeyboardEvent, useState } from 'react'
import { inputLook } from '@/components/ui/field'
import { cn } from '@/lib/class-names'
import { parseTimecode, timecode } from '@/lib/format'

type Props = { value: number; onChange: (seconds: number) => void; label: string; className?: string }

export function TimecodeField({ value, onChange, label, className }: Props) {
  const [typed, setTyped] = useState<string>()
  const take = () => {
    const seconds = typed === undefined ? undefined : parseTimecode(typed)
    setTyped(undefined)
    if (seconds !== undefined && Math.abs(seconds - value) > 0.0005) onChange(seconds)
  }
  const onKey = (event: KeyboardEvent) => {
    if (event.key === 'Enter') take()
    if (event.key === 'Escape') setTyped(undefined)
  }
  return (
    <input
      aria-label={label}
      aria-invalid={typed !== undefined && parseTimecode(typed) === undefined}
      inputMode="decimal"
      spellCheck={false}
      value={typed ?? timecode(value)}
      onChange={(event) => setTyped(event.target.value)}
      onBlur={take}
      onKeyDown={onKey}
      className={cn(inputLook, 'figures h-8! px-2! font-mono text-sm', className)}
    />
  )
}
