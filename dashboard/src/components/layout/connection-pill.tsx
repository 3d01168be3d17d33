// Says how news arrives: live, by asking again, or not at all.
import { useConnection } from '@/api/events'
import { Tooltip } from '@/components/ui/tooltip'
import { cn } from '@/lib/class-names'

const LOOKS = {
  live: { word: 'Live', dot: 'bg-ok', text: 'Changes arrive as they happen.' },
  polling: { word: 'Polling', dot: 'bg-warn', text: 'There is no live stream: the page asks again every few seconds.' },
  offline: { word: 'Offline', dot: 'bg-err', text: 'This device has no network. What is shown may be old.' },
}

export function ConnectionPill() {
  const { state } = useConnection()
  const look = LOOKS[state]
  return (
    <Tooltip text={look.text}>
      <button type="button" className="inline-flex h-7 items-center gap-2 rounded-full border border-border px-2.5 text-sm">
        <span className={cn('size-2 rounded-full', look.dot)} aria-hidden />
        <span role="status">{look.word}</span>
      </button>
    </Tooltip>
  )
}
