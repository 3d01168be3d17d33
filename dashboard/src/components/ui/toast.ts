// Short notices of what happened out of view. What shows them is loaded with the first one.
import type { toast as Sonner } from 'sonner'

type Options = Parameters<typeof Sonner>[1]
type Notice = { kind: 'success' | 'error' | 'message'; title: string; options: Options }

const waiting: Notice[] = []
let show: typeof Sonner | undefined
let onFirst: () => void = () => undefined

function tell(notice: Notice): void {
  if (show) show[notice.kind](notice.title, notice.options)
  else {
    waiting.push(notice)
    onFirst()
  }
}

/** Called by the corner of the page where notices appear, once it is there; what it gives is called when it goes. */
export function showBy(toast: typeof Sonner): () => void {
  show = toast
  for (const notice of waiting.splice(0)) tell(notice)
  return () => {
    show = undefined
  }
}

/** Calls `load` when there is something to show. */
export function loadOnFirst(load: () => void): void {
  onFirst = load
  if (waiting.length > 0) load()
}

export const toast = Object.assign(
  (title: string, options?: Options) => tell({ kind: 'message', title, options }),
  {
    success: (title: string, options?: Options) => tell({ kind: 'success', title, options }),
    error: (title: string, options?: Options) => tell({ kind: 'error', title, options }),
  },
)
