// Keeps people from losing what they have not saved, inside the dashboard and when the tab is closed.
import { useBlocker } from '@tanstack/react-router'
import { useConfirm } from '@/components/ui/confirm'

export function useUnsavedGuard(dirty: boolean): void {
  const confirm = useConfirm()
  useBlocker({
    disabled: !dirty,
    enableBeforeUnload: dirty,
    shouldBlockFn: async () => {
      const text = 'What you have changed on this page is not saved yet.'
      return !(await confirm({ title: 'Leave without saving?', text, action: 'Leave', back: 'Stay' }))
    },
  })
}
