// Notices of the browser about exports that end while nobody looks at the page: only where somebody asked for them.
import { useSyncExternalStore } from 'react'

const KEY = 'reelfarm.notices'
const listeners = new Set<() => void>()

/** Whether notices are wanted and can be shown. */
export const isWanted = (): boolean =>
  'Notification' in window && Notification.permission === 'granted' && localStorage.getItem(KEY) === 'yes'

function want(wanted: boolean): void {
  localStorage.setItem(KEY, wanted ? 'yes' : 'no')
  for (const listener of listeners) listener()
}

/** Calls when that changes. */
export function subscribe(listener: () => void): () => void {
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
export function noticed(title: string, tag: string): Notification | undefined {
  try {
    return new Notification(title, { tag })
  } catch (error) {
    console.warn('This browser shows no notices of pages.', error)
    want(false)
    return undefined
  }
}
