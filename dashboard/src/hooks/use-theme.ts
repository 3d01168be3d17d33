// The theme that was chosen, the one that is shown, and how to change it. What is painted first, theme.js decides.
import { useSyncExternalStore } from 'react'

export type Theme = 'system' | 'light' | 'dark'

const KEY = 'reelfarm.theme'
const listeners = new Set<() => void>()
const system = () => matchMedia('(prefers-color-scheme: dark)')

const chosen = (): Theme => {
  const theme = localStorage.getItem(KEY)
  return theme === 'light' || theme === 'dark' ? theme : 'system'
}

function paint(): void {
  const dark = chosen() === 'dark' || (chosen() === 'system' && system().matches)
  document.documentElement.classList.toggle('dark', dark)
  for (const listener of listeners) listener()
}

export function setTheme(theme: Theme): void {
  localStorage.setItem(KEY, theme)
  paint()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  const media = system()
  media.addEventListener('change', paint)
  return () => {
    listeners.delete(listener)
    media.removeEventListener('change', paint)
  }
}

export function useTheme(): { theme: Theme; shown: 'light' | 'dark' } {
  const theme = useSyncExternalStore(subscribe, chosen)
  const shown = useSyncExternalStore(subscribe, () =>
    document.documentElement.classList.contains('dark') ? 'dark' : 'light',
  )
  return { theme, shown }
}
