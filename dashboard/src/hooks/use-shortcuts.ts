// Keys that act on a whole page. Silent while somebody types, and in a dialog that is not the one that listens.
import { useEffect, useRef } from 'react'

export type Shortcuts = Record<string, (event: KeyboardEvent) => void>

const ENABLED = 'reelfarm.shortcuts'
/** A second key counts as part of `g e` this long after the first. */
const SEQUENCE_MS = 900

export const shortcutsEnabled = (): boolean => localStorage.getItem(ENABLED) !== 'off'
export const setShortcutsEnabled = (on: boolean): void => localStorage.setItem(ENABLED, on ? 'on' : 'off')

/** `mod+k`, `shift+ArrowLeft`, `g e`, `?`: how a key press is written here. */
function nameOf(event: KeyboardEvent): string {
  const key = event.key === ' ' ? 'Space' : event.key
  const pieces = [event.ctrlKey || event.metaKey ? 'mod+' : '', event.altKey ? 'alt+' : '']
  // A sign such as ? is typed with Shift already.
  const shifted = event.shiftKey && (key.length > 1 || /[a-z]/i.test(key))
  return `${pieces.join('')}${shifted ? 'shift+' : ''}${key.length === 1 ? key.toLowerCase() : key}`
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  return target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName)
}

export function useShortcuts(shortcuts: Shortcuts, enabled = true): void {
  const current = useRef(shortcuts)
  useEffect(() => {
    current.current = shortcuts
  })
  useEffect(() => {
    if (!enabled) return undefined
    let first: { key: string; at: number } | undefined
    const onKey = (event: KeyboardEvent) => {
      const name = nameOf(event)
      const withModifier = name.startsWith('mod+')
      if (event.defaultPrevented || (isTyping(event.target) && !withModifier)) return
      if (document.querySelector('[role="dialog"],[role="alertdialog"],[role="menu"],[role="listbox"]')) return
      if (!withModifier && !shortcutsEnabled()) return
      const sequence = first && event.timeStamp - first.at < SEQUENCE_MS ? `${first.key} ${name}` : ''
      const act = current.current[sequence] ?? current.current[name]
      first = { key: name, at: event.timeStamp }
      if (!act) return
      event.preventDefault()
      act(event)
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [enabled])
}
