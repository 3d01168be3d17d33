// Copies a text, and says that it did.
import { Check, Copy } from 'lucide-react'
import { useState } from 'react'
import { Button } from './button'

type Props = { text: string; label: string; shown?: boolean; size?: 'sm' | 'md' }

export function CopyButton({ text, label, shown = true, size = 'sm' }: Props) {
  const [copied, setCopied] = useState(false)
  const copy = async () => {
    await navigator.clipboard.writeText(text)
    setCopied(true)
    setTimeout(() => setCopied(false), 2000)
  }
  return (
    <Button size={shown ? size : 'icon-sm'} look={shown ? 'plain' : 'quiet'} onClick={copy} aria-label={label}>
      {copied ? <Check className="text-ok" aria-hidden /> : <Copy aria-hidden />}
      {shown && <span>{copied ? 'Copied' : label}</span>}
      <span role="status" className="sr-only">
        {copied ? 'Copied' : ''}
      </span>
    </Button>
  )
}
