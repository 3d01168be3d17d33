// Asks before what cannot be undone. One question at a time, answered by the function `useConfirm` gives.
import { type ReactNode, Suspense, createContext, lazy, use, useCallback, useRef, useState } from 'react'

/** `back` is the word for leaving things as they are. */
export type Question = { title: string; text: ReactNode; action: string; back?: string }
type Ask = (question: Question) => Promise<boolean>

const ConfirmDialog = lazy(() => import('./confirm-dialog'))
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
      <Suspense>{question && <ConfirmDialog question={question} onAnswer={close} />}</Suspense>
    </Context>
  )
}
