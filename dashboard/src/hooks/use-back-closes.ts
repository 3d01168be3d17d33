// The back button closes what lies over a page, as people expect of it, and leaves the page alone.
import { useBlocker } from '@tanstack/react-router'

export function useBackCloses(open: boolean, onClose: () => void): void {
  useBlocker({
    disabled: !open,
    enableBeforeUnload: false,
    shouldBlockFn: ({ action }) => {
      if (action !== 'BACK') return false
      onClose()
      return true
    },
  })
}
