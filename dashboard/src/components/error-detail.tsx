// What a program said of a failure, in its own words: folded under the sentence that people read, and copied with one press.
import { ChevronRight } from 'lucide-react'
import { CopyButton } from '@/components/ui/copy-button'
import { cn } from '@/lib/class-names'

type Props = { text: string | undefined; className?: string }

export function ErrorDetail({ text, className }: Props) {
  if (!text) return null
  return (
    <details className={cn('group', className)}>
      <summary className="inline-flex min-h-6 list-none items-center gap-1 rounded-sm text-sm text-muted hover:text-foreground">
        <ChevronRight className="size-3.5 transition-transform group-open:rotate-90" aria-hidden />
        What the media library said
      </summary>
      <div className="mt-2 flex items-start gap-2 rounded-md border border-border bg-background p-2 pl-3">
        <pre
          tabIndex={0}
          aria-label="In the media library’s own words"
          className="max-h-56 min-w-0 flex-1 overflow-auto py-1 font-mono text-xs whitespace-pre-wrap [overflow-wrap:anywhere]"
        >
          {text}
        </pre>
        <CopyButton shown={false} text={text} label="Copy what the media library said" />
      </div>
    </details>
  )
}
