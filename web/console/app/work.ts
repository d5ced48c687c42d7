/** Whether an export or an import is still to be followed. */
export const underWay = (x: { state: string }) => x.state === 'queued' || x.state === 'running'

const asked = 'y-work'

/** Opens the task centre of the top bar. */
export function showWork(): void {
  dispatchEvent(new Event(asked))
}

/** Calls back when somebody wants the task centre opened; gives what ends that. */
export function onWork(open: () => void): () => void {
  addEventListener(asked, open)
  return () => removeEventListener(asked, open)
}
