// Notices of the browser about exports that end while nobody looks at the page: only where somebody asked for them.
import { useNavigate } from '@tanstack/react-router'
import { useEffect, useSyncExternalStore } from 'react'
import { getExport } from '@/api/client'
import { whenOver } from '@/api/events'
import { ownName } from './export-name'

const KEY = 'reelfarm.notices'
const listeners = new Set<() => void>()

const isWanted = (): boolean =>
  'Notification' in window && Notification.permission === 'granted' && localStorage.getItem(KEY) === 'yes'

function want(wanted: boolean): void {
  localStorage.setItem(KEY, wanted ? 'yes' : 'no')
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Whether notices are wanted, and how to change that; `undefined` where the browser shows none or was told not to. */
export function useNotices(): { wanted: boolean; toggle: () => Promise<void> } | undefined {
  const wanted = useSyncExternalStore(subscribe, isWanted)
  if (!('Notification' in window) || Notification.permission === 'denied') return undefined
  const toggle = async () => {
    if (wanted) return want(false)
    want((await Notification.requestPermission()) === 'granted')
  }
  return { wanted, toggle }
}

/** Shows a notice. Where the browser has them for service workers alone, as on Android, they are no longer wanted. */
function noticed(title: string, tag: string): Notification | undefined {
  try {
    return new Notification(title, { tag })
  } catch (error) {
    console.warn('This browser shows no notices of pages.', error)
    want(false)
    return undefined
  }
}

/** Tells of exports that end while the page is hidden. A press on what is told opens the export. */
export function useTellWhenOver(): void {
  const navigate = useNavigate()
  useEffect(() => {
    const told = new Set<string>()
    return whenOver(async (id, status) => {
      if (!document.hidden || !isWanted() || told.has(id)) return
      told.add(id)
      const made = await getExport(id).catch(() => undefined)
      const name = (made && ownName(made)) ?? 'An export'
      const notice = noticed(status === 'completed' ? `${name} is done` : `${name} failed`, id)
      notice?.addEventListener('click', () => {
        window.focus()
        void navigate({ to: '/exports/$id', params: { id } })
      })
    })
  }, [navigate])
}
