// Tells of exports that end while nobody looks at the page: as the stream says it, or as a look finds it where there is no stream.
import { useNavigate } from '@tanstack/react-router'
import { useCallback, useEffect, useRef, useSyncExternalStore } from 'react'
import { newestExports } from '@/api/actions'
import { type Export, type ExportStatus, getExport } from '@/api/client'
import { useConnection, whenOver } from '@/api/events'
import { ownName } from './export-name'
import { isWanted, noticed, subscribe } from './notices'

/** The newest are looked at, and that often, while the stream is away. */
const LOOKED_AT = 100
const LOOK_EVERY_MS = 4000

const isOver = (status: ExportStatus) => status === 'completed' || status === 'failed'

/** A press on what is told opens the export. */
export function useTellWhenOver(): void {
  const navigate = useNavigate()
  const wanted = useSyncExternalStore(subscribe, isWanted)
  const { state } = useConnection()
  /** What is over and needs no telling; nothing is known before the first look. */
  const settled = useRef(new Set<string>())
  const hasLooked = useRef(false)

  const tell = useCallback(
    async (id: string, status: ExportStatus, known?: Export) => {
      if (settled.current.has(id)) return
      settled.current.add(id)
      if (!document.hidden || !isWanted()) return
      const made = known ?? (await getExport(id).catch(() => undefined))
      const name = (made && ownName(made)) ?? 'An export'
      const notice = noticed(status === 'completed' ? `${name} is done` : `${name} failed`, id)
      notice?.addEventListener('click', () => {
        window.focus()
        void navigate({ to: '/exports/$id', params: { id } })
      })
    },
    [navigate],
  )

  useEffect(() => whenOver((id, status) => void tell(id, status)), [tell])

  // Without a stream, and once after each time it was away: what is over now and was not at the look before.
  useEffect(() => {
    if (!wanted) {
      hasLooked.current = false
      return undefined
    }
    const look = async () => {
      const over = (await newestExports(LOOKED_AT)).filter(({ status }) => isOver(status))
      if (hasLooked.current) for (const made of over) void tell(made.id, made.status, made)
      else for (const { id } of over) settled.current.add(id)
      hasLooked.current = true
    }
    // What cannot be asked now is asked at the next look.
    const quietly = () => void look().catch(() => undefined)
    quietly()
    if (state === 'live') return undefined
    const timer = setInterval(quietly, LOOK_EVERY_MS)
    return () => clearInterval(timer)
  }, [wanted, state, tell])
}
