// Asks before what cannot be undone. One question at a time, answered by the function `useConfirm` gives.
import { AlertDialog } from 'radix-ui'
import { type ReactNode, createContext, use, useCallback, useRef, useState } from 'react'
import { Button } from './button'

type Question = { title: string; text: ReactNode; action: string; danger?: boolean }
type Ask = (question: Question) => Promise<boolean>

const Context = createContext<Ask>(() => Promise.resolve(false))

/** `await confirm({ … })` is true once the person said yes. */
export const useConfirm = (): Ask => use(Context)

export function ConfirmProvider({ children }: { children: ReactNode }) {
  const [question, setQuestion] = useState<Question>()
  const answer = useRef<(yes: boolean) => void>(() => undefined)
  const ask = useCallback<Ask>((next) => {
    setQuestion(next)
    return new Promise((resolve) => {
      answer.current = resolve
    })
  }, [])
  const close = (yes: boolean) => {
    answer.current(yes)
    setQuestion(undefined)
  }
  return (
    <Context value={ask}>
      {children}
      <AlertDialog.Root open={question !== undefined} onOpenChange={(open) => !open && close(false)}>
        <AlertDialog.Portal>
          <AlertDialog.Overlay className="fixed inset-0 z-60 bg-shade" />
          <AlertDialog.Content className="fixed top-1/2 left-1/2 z-60 w-[calc(100vw-2rem)] max-w-md -translate-x-1/2 -translate-y-1/2 rounded-xl border border-border bg-card p-5 shadow-xl outline-none">
            <AlertDialog.Title className="text-lg font-semibold">{question?.title}</AlertDialog.Title>
            <AlertDialog.Description asChild>
              <div className="mt-2 text-muted">{question?.text}</div>
            </AlertDialog.Description>
            <div className="mt-5 flex justify-end gap-2">
              <AlertDialog.Cancel asChild>
                <Button>Keep</Button>
              </AlertDialog.Cancel>
              <Button look={question?.danger === false ? 'primary' : 'danger'} onClick={() => close(true)}>
                {question?.action}
              </Button>
            </div>
          </AlertDialog.Content>
        </AlertDialog.Portal>
      </AlertDialog.Root>
    </Context>
  )
}
